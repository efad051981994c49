using System.Diagnostics;
using System.Text;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Rdp;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// One FreeRDP with one ticket or the person's password, and what the broker tells of it meanwhile. The broker's end changes nothing here: only notices, the person
/// and FreeRDP itself do.
/// </summary>
internal sealed class DesktopOnScreen : IAsyncDisposable
{
    private static readonly TimeSpan ToNoticeTheEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ToHearWhy = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ToHearAtAll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ToBecomeActive = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ToSignOut = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Room _room;
    private readonly Wishes _wishes;
    private readonly Follower _follower;
    private readonly FreeRdp _viewer;
    private readonly NetworkWatch _network;
    private readonly Announcements _announcements;
    private readonly ShownReport _shown;
    private readonly bool _byPassword;
    private readonly string _onScreen;
    private readonly long _started;
    private TimeSpan? _askAgainAt;
    private bool _forgotten;
    private bool _cut;
    private bool _appeared;
    private Task? _noticed;
    private SessionNotice _last = new();
    private bool _active;
    private long? _activeSince;
    private TimeSpan _activeBefore;
    private Stopwatch? _sinceSignOut;

    private DesktopOnScreen(Room room, Wishes wishes, Follower follower, FreeRdp viewer, NetworkWatch network, ShownRequest shown, (bool ByPassword, SignedIn Person) visit)
    {
        _network = network;
        (_room, _wishes, _follower, _viewer, _started) = (room, wishes, follower, viewer, room.Clock.GetTimestamp());
        _announcements = new(room, wishes, new ExtendRequest { SignIn = shown.SignIn, SessionId = shown.SessionId, Fence = shown.Fence }, visit.Person);
        _shown = new(room, shown);
        (_byPassword, _onScreen) = (visit.ByPassword, visit.Person.IsVisitor ? "visit-on-screen" : "on-screen");
    }

    /// <summary>How long the host has had it on this screen, by what was told: the last word counts until the next, or until FreeRDP's end.</summary>
    public TimeSpan ActiveFor => _activeBefore + (_activeSince is { } since ? _room.Clock.GetElapsedTime(since) : default);

    /// <summary>True: its picture has been on the screen.</summary>
    public bool Seen => _active;

    /// <summary>Starts FreeRDP and the hearing of notices.</summary>
    /// <param name="room">What there is to work with.</param>
    /// <param name="desktop">What to show.</param>
    /// <param name="person">Who has signed in; what they typed is used where the desktop says so, and not kept.</param>
    /// <param name="wishes">What the person wants.</param>
    /// <param name="network">Told whom it is wanted for.</param>
    /// <param name="shown">What is told when the first picture is there.</param>
    public static async Task<DesktopOnScreen> ShowAsync(Room room, Desktop desktop, SignedIn person, Wishes wishes, NetworkWatch network, ShownRequest shown)
    {
        var follow = new FollowRequest { SignIn = shown.SignIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Language = room.Person.Words.Language };
        var follower = Follower.Start(room.Brokers, follow, room.Journal);
        network.For(desktop.Address, (int)desktop.Port, () => follower.Hearing);
        try
        {
            room.Person.Progress(room.Person.Words["connecting"]);
            var launch = await ViewerLaunch.ForAsync(room.Settings, room.Monitors, desktop);
            var byPassword = desktop.Credential == Credential.Password;
            var secret = byPassword ? person.Password.Bytes : Encoding.ASCII.GetBytes(desktop.Ticket);
            var viewer = await FreeRdp.StartAsync(launch, secret, live: byPassword, room.Journal);
            return new(room, wishes, follower, viewer, network, shown, (byPassword, person));
        }
        catch
        {
            await follower.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends FreeRDP; the session on the host goes on.</summary>
    public async Task EndAsync()
    {
        await _viewer.EndAsync();
        _room.Person.Cover(false);
    }

    /// <summary>Another desktop could not be had: this one stays, and is given up for another after <paramref name="time"/> at the earliest; null: never.</summary>
    public void Keep(TimeSpan? time) => _askAgainAt = _room.Clock.GetElapsedTime(_started) + time;

    /// <summary>What is said, also over the desktop.</summary>
    public Announcements Over => _announcements;

    /// <summary>Completes when the picture has gone by itself.</summary>
    public Task Gone => _viewer.Ended;

    /// <summary>The picture has gone while another desktop is waited for: nothing stands over it any more.</summary>
    public async Task UncoverAsync()
    {
        CountActive(false);
        await _announcements.DisposeAsync();
        _room.Person.Cover(false);
    }

    /// <summary>Watches until this showing is over; also when it came back with <see cref="ShowingEnd.Stays"/>.</summary>
    /// <param name="close">Tells a broker of a sign-out.</param>
    public async Task<ShowingEnd> WatchAsync(Func<Closing, TimeSpan, Task<Heard>> close)
    {
        while (true)
        {
            using var step = new CancellationTokenSource();
            // A settled session needs no clock: it waits for what happens.
            var look = Task.Delay(_active && _sinceSignOut is null && _askAgainAt is null ? Timeout.InfiniteTimeSpan : Step, _room.Clock, step.Token);
            var turned = _network.TurnedAsync();
            if (_network.IsCut != _cut) turned = Task.CompletedTask;
            await Task.WhenAny(Noticed(), _wishes.WaitAsync(), _wishes.AcceptedAsync(), _viewer.Ended, _viewer.News.WaitAsync(), Pictured(), turned, look);
            await step.CancelAsync();

            while (_follower.Notices.TryRead(out var told))
                if (await ToldAsync(told) is { } end) return end;
            if (_wishes.TryTake() is { } wish && await WishedAsync(wish, close) is { } gone) return gone;
            if (Accepted() is { } other) return other;
            while (_viewer.News.TryTake() is { } news) _announcements.Say(_room.Person.Words[news.Key, news.Queue]);
            // Nobody reports for such a machine: the station is the one who knows.
            if (_byPassword && _viewer.Picture.IsCompleted) BecomesActive();
            if (_viewer.Ended.IsCompleted) return await WithoutViewerAsync();
            if (Turned() is { } back) return back;
            if (await LateAsync() is { } late) return late;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _announcements.DisposeAsync();
        await _shown.DisposeAsync();
        await _follower.DisposeAsync();
        await _viewer.DisposeAsync();
        _room.Person.Cover(false);
    }

    /// <summary>Completes when a notice can be read; never, once there will be none. One wait at a time, however often it is asked for.</summary>
    private Task Noticed()
    {
        return _noticed is { IsCompleted: false } ? _noticed : _noticed = WaitAsync();

        async Task WaitAsync()
        {
            if (!await _follower.Notices.WaitToReadAsync()) await Task.Delay(Timeout.Infinite);
        }
    }

    private async Task<ShowingEnd?> ToldAsync(SessionNotice notice)
    {
        _last = notice;
        CountActive(notice.State == SessionState.Active && !_viewer.Ended.IsCompleted);
        _room.Journal.Step($"notice state={notice.State}");
        if (notice.State == SessionState.Forgotten)
        {
            // The picture does not pass through the broker: what the person is working on stays until there is something better.
            _forgotten = true;
            _announcements.Close();
            _announcements.Say(notice.Text);
            return ShowingEnd.Other(ShowingEnd.Forgotten);
        }
        if (Follower.IsFinal(notice.State))
        {
            await _viewer.EndAfterAsync(ToNoticeTheEnd);
            return ShowingEnd.By(notice);
        }
        if (notice.State == SessionState.TicketRefused && _sinceSignOut is null)
        {
            // xrdp shows its own box with the failed logon and waits; the person has nothing to do there.
            await _viewer.EndAsync();
            return ShowingEnd.Again("ticket-refused");
        }
        if (notice.State == SessionState.Active) BecomesActive();
        _announcements.Hear(notice);
        return null;
    }

    private void BecomesActive()
    {
        if (_active) return;
        _active = true;
        _room.Journal.Step("active");
        Appears();
        _room.Person.Progress(_room.Person.Words[_onScreen]);
        _shown.Now();
        // From here on there is nothing to do: the machine's memory is the desktop's.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    // First of all: a greeter that shows one more page would take the keyboard from the desktop.
    private void Appears()
    {
        if (_appeared) return;
        _appeared = true;
        _room.Person.Cover(true);
        _announcements.Begin();
    }

    private Task Pictured() => _byPassword && !_active ? _viewer.Picture : Task.Delay(Timeout.Infinite);

    private ShowingEnd? Turned()
    {
        if (_network.IsCut == _cut) return null;
        _cut = !_cut;
        _announcements.Cut(_cut);
        return _cut ? null : ShowingEnd.Other(ShowingEnd.NetworkBack);
    }

    private ShowingEnd? Accepted()
    {
        switch (_wishes.TryAccepted())
        {
            case Wish.Replace:
                return ShowingEnd.Other(ShowingEnd.Replace);
            case Wish.Extend:
                _announcements.Extend();
                return null;
            default:
                return null;
        }
    }

    private async Task<ShowingEnd?> WishedAsync(Wish wish, Func<Closing, TimeSpan, Task<Heard>> close)
    {
        if (wish != Wish.SignOut) return ShowingEnd.By(wish);
        _announcements.Say(_room.Person.Words["signing-out"]);
        _room.Journal.Step("signing-out");
        if (await close(Closing.SignOut, CloseWithin) == Heard.ByABroker) _sinceSignOut ??= Stopwatch.StartNew();
        else _announcements.Say(_room.Person.Words["sign-out-failed"]);
        return null;
    }

    /// <summary>FreeRDP ended by itself: the broker knows why, a moment later.</summary>
    private async Task<ShowingEnd> WithoutViewerAsync()
    {
        CountActive(false);
        var clock = Stopwatch.StartNew();
        var refused = false;
        if (_byPassword && !_active && ViewerEnd.IsLogonRefused(await _viewer.Ended)) return ShowingEnd.Again(ShowingEnd.LogonRefused);
        if (_forgotten) return ShowingEnd.Again(ShowingEnd.Forgotten);
        if (!_follower.Hearing) _follower.Nudge();
        while (clock.Elapsed < (_sinceSignOut is not null || !_follower.Hearing ? ToHearAtAll : ToHearWhy) && !refused)
        {
            using var step = new CancellationTokenSource();
            await Task.WhenAny(Noticed(), _wishes.WaitAsync(), Task.Delay(TimeSpan.FromMilliseconds(100), step.Token));
            await step.CancelAsync();
            while (_follower.Notices.TryRead(out var told))
            {
                if (await ToldAsync(told) is not { } end) continue;
                if (end.Final is not null) return end;
                refused = true;
            }
            if (_wishes.TryTake() is { } wish) return ShowingEnd.By(wish);
            if (Accepted() is { } other) return other;
            if (_network.IsCut) return ShowingEnd.Again(ShowingEnd.NetworkCut);
        }
        return _sinceSignOut is not null ? Unconfirmed() : ShowingEnd.Again(refused ? "ticket-refused" : $"freerdp-ended-{await _viewer.Ended}");
    }

    private async Task<ShowingEnd?> LateAsync()
    {
        if (_sinceSignOut?.Elapsed > ToSignOut)
        {
            await _viewer.EndAsync();
            return Unconfirmed();
        }
        if (_askAgainAt is { } at && _room.Clock.GetElapsedTime(_started) >= at)
        {
            _askAgainAt = null;
            return ShowingEnd.Other(ShowingEnd.Forgotten);
        }
        // It may be there, and no broker to say so: then its person needs the way out of it all the same.
        if (!_active && !_follower.Hearing && _room.Clock.GetElapsedTime(_started) >= ToBecomeActive) Appears();
        // Only a broker that says "not yet" is a reason: while none is heard, what is on the screen stays there.
        if (_active || _sinceSignOut is not null || _room.Clock.GetElapsedTime(_started) < ToBecomeActive || !_follower.Hearing) return null;
        if (_last.State is not (SessionState.Opening or SessionState.Disconnected)) return null;
        await _viewer.EndAsync();
        return ShowingEnd.Again("not-active");
    }

    private void CountActive(bool active)
    {
        if (active == _activeSince is not null) return;
        (_activeBefore, _activeSince) = (ActiveFor, active ? _room.Clock.GetTimestamp() : null);
    }

    private ShowingEnd Unconfirmed() =>
        ShowingEnd.By(new SessionNotice { State = SessionState.SignedOut, Text = _room.Person.Words["sign-out-unconfirmed"] });
}
