using System.Diagnostics;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Rdp;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>How one showing of a desktop ended: by a wish, by a final notice, or for a reason to open it again.</summary>
internal readonly record struct ShowingEnd(Wish? Wish, SessionNotice? Final, string Why)
{
    public static ShowingEnd By(Wish wish) => new(wish, null, "");

    public static ShowingEnd By(SessionNotice final) => new(null, final, "");

    public static ShowingEnd Again(string why) => new(null, null, why);
}

/// <summary>Whether a closing was told.</summary>
internal enum Heard
{
    /// <summary>One has taken it.</summary>
    ByABroker,

    /// <summary>None could be reached, or it was refused.</summary>
    ByNobody,
}

/// <summary>
/// One FreeRDP with one ticket, and what the broker tells of it meanwhile. The broker's end changes nothing here: only notices, the person
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
    private readonly Follower _follower;
    private readonly FreeRdp _viewer;
    private readonly long _started;
    private Task? _noticed;
    private SessionNotice _last = new();
    private bool _active;
    private long? _activeSince;
    private TimeSpan _activeBefore;
    private Stopwatch? _sinceSignOut;

    private DesktopOnScreen(Room room, Follower follower, FreeRdp viewer) =>
        (_room, _follower, _viewer, _started) = (room, follower, viewer, room.Clock.GetTimestamp());

    /// <summary>How long the host has had it on this screen, by what was told: the last word counts until the next, or until FreeRDP's end.</summary>
    public TimeSpan ActiveFor => _activeBefore + (_activeSince is { } since ? _room.Clock.GetElapsedTime(since) : default);

    /// <summary>Starts FreeRDP and the hearing of notices.</summary>
    public static async Task<DesktopOnScreen> ShowAsync(Room room, Desktop desktop, string signIn)
    {
        var follow = new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Language = room.Person.Words.Language };
        var follower = Follower.Start(room.Brokers, follow, room.Journal);
        try
        {
            room.Person.Tell("connecting", []);
            var arguments = FreeRdpArguments.For(desktop, room.Settings.Size);
            var viewer = await FreeRdp.StartAsync(room.Settings.FreeRdp, arguments, room.Settings.Display, desktop.Ticket, room.Journal);
            return new(room, follower, viewer);
        }
        catch
        {
            await follower.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends FreeRDP; the session on the host goes on.</summary>
    public Task EndAsync() => _viewer.EndAsync();

    /// <summary>Watches until this showing is over.</summary>
    /// <param name="wishes">What the person wants.</param>
    /// <param name="close">Tells a broker of a sign-out.</param>
    public async Task<ShowingEnd> WatchAsync(Wishes wishes, Func<Closing, TimeSpan, Task<Heard>> close)
    {
        while (true)
        {
            using var step = new CancellationTokenSource();
            // A settled session needs no clock: it waits for what happens.
            var look = Task.Delay(_active && _sinceSignOut is null ? Timeout.InfiniteTimeSpan : Step, _room.Clock, step.Token);
            await Task.WhenAny(Noticed(), wishes.WaitAsync(), _viewer.Ended, look);
            await step.CancelAsync();

            while (_follower.Notices.TryRead(out var told))
                if (await ToldAsync(told) is { } end) return end;
            if (wishes.TryTake() is { } wish && await WishedAsync(wish, close) is { } gone) return gone;
            if (_viewer.Ended.IsCompleted) return await WithoutViewerAsync(wishes);
            if (await LateAsync() is { } late) return late;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _viewer.DisposeAsync();
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
        if (notice.State == SessionState.Active && !_active)
        {
            _active = true;
            _room.Journal.Step("active");
            _room.Person.Tell("on-screen", []);
        }
        return null;
    }

    private async Task<ShowingEnd?> WishedAsync(Wish wish, Func<Closing, TimeSpan, Task<Heard>> close)
    {
        if (wish == Wish.Leave) return ShowingEnd.By(wish);
        _room.Person.Tell("signing-out", []);
        _room.Journal.Step("signing-out");
        if (await close(Closing.SignOut, CloseWithin) == Heard.ByABroker) _sinceSignOut ??= Stopwatch.StartNew();
        else _room.Person.Tell("sign-out-failed", []);
        return null;
    }

    /// <summary>FreeRDP ended by itself: the broker knows why, a moment later.</summary>
    private async Task<ShowingEnd> WithoutViewerAsync(Wishes wishes)
    {
        CountActive(false);
        var clock = Stopwatch.StartNew();
        var refused = false;
        if (!_follower.Hearing) _follower.Nudge();
        while (clock.Elapsed < (_sinceSignOut is not null || !_follower.Hearing ? ToHearAtAll : ToHearWhy) && !refused)
        {
            using var step = new CancellationTokenSource();
            await Task.WhenAny(Noticed(), wishes.WaitAsync(), Task.Delay(TimeSpan.FromMilliseconds(100), step.Token));
            await step.CancelAsync();
            while (_follower.Notices.TryRead(out var told))
            {
                if (await ToldAsync(told) is not { } end) continue;
                if (end.Final is not null) return end;
                refused = true;
            }
            if (wishes.TryTake() is { } wish) return ShowingEnd.By(wish);
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
