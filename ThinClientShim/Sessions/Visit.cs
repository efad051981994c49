using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Orders;
using VdiBroker.Shim.Rdp;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>What a visit is made with.</summary>
internal sealed record Room(StationSettings Settings, BrokerRing Brokers, Calls Calls, IPerson Person, Journal Journal, TimeProvider Clock)
{
    /// <summary>What goes on here, for the helpdesk.</summary>
    public Scene Scene { get; } = new(Person);

    /// <summary>The station's screens.</summary>
    public Monitors Monitors { get; } = new(Settings);
}

/// <summary>One person at this station, from the choice of a desktop to leaving it: opens, shows, and opens again when the picture breaks.</summary>
/// <param name="room">What there is to work with.</param>
/// <param name="person">Who has signed in.</param>
/// <param name="choice">The desktop chosen.</param>
/// <param name="wishes">Told what the person wants, and of the station's own end.</param>
internal sealed class Visit(Room room, SignedIn person, DesktopChoice choice, Wishes wishes) : IAsyncDisposable
{
    // More than the 1.8 s that a hanging broker costs: the next one must still be told. The picture has gone by then.
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2.5);

    private static readonly Pause Reopening = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15));

    private readonly Tries _tries = new();
    private readonly NetworkWatch _network = new(room.Settings.Brokers, room.Journal);
    private Desktop? _desktop;
    private ErrorDetail? _refusal;
    private readonly Opening _opening = new(room, person.Proof, choice.PoolId, wishes);
    private Duration? _signInTook = Duration.FromTimeSpan(person.Took);
    private bool _unseen;

    /// <summary>The person has locked the station: it is theirs until somebody else sits down.</summary>
    public bool IsLocked { get; private set; }

    /// <summary>Runs until the visit is over, and says how it ended.</summary>
    public async Task<ExitCode> RunAsync()
    {
        while (true)
        {
            var (ending, again) = await OnceAsync();
            if (ending is { } known) return known;
            if (_network.IsCut)
            {
                // No try is spent on it: nobody knows how long it takes.
                if (await AwaitNetworkAsync() is { } instead) return await GoAsync(instead);
                continue;
            }
            var allowed = _unseen ? Tries.AllowedUnseen : Tries.Allowed;
            if (_tries.Next(allowed) is not { } pause)
            {
                room.Journal.Step("gave-up");
                // A refusal has been told in its own words, with what to do.
                if (_refusal is null) room.Person.Tell("gave-up", []);
                await CloseAsync(Closing.Leave, LeaveWithin);
                return _refusal?.Code == ErrorCode.HostGone ? ExitCode.HostLost : ExitCode.NotReached;
            }
            room.Journal.Step($"reconnect n={_tries.Made} why={again.Why}");
            if (again.Tell) room.Person.Progress(room.Person.Words["reconnecting", _tries.Made, allowed]);
            if (await wishes.WithinAsync(again.NotBefore > pause ? Pause.AtLeast(again.NotBefore) : pause, room.Clock) is { } wish) return await GoAsync(wish);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _network.DisposeAsync();

    /// <summary>Waits until the network is back; or for what the person wants instead.</summary>
    private async Task<Wish?> AwaitNetworkAsync()
    {
        room.Person.Progress(room.Person.Words["network-cut"]);
        while (true)
        {
            var turned = _network.TurnedAsync();
            if (!_network.IsCut) break;
            await Task.WhenAny(turned, wishes.WaitAsync());
            if (wishes.TryTake() is { } wish) return wish;
        }
        room.Brokers.Renew();
        room.Person.Progress(room.Person.Words["network-back"]);
        return null;
    }

    private async Task<(ExitCode? Ending, Again Again)> OnceAsync()
    {
        try
        {
            if (await _opening.RunAsync() is not { } desktop) return (await GoAsync(await wishes.TakeAsync()), default);
            while (true)
            {
                Take(desktop);
                if (desktop.Credential == Credential.Password && !person.Password.Known) return (await NotReachedAsync("password-gone"), default);
                await using var screen = await DesktopOnScreen.ShowAsync(room, desktop, person, wishes, _network, Shown(desktop));
                var (end, next) = await WatchAsync(screen);
                _tries.Shown(screen.ActiveFor);
                _unseen = desktop.Credential == Credential.Password && !screen.Seen;
                if (next is null) return await AfterAsync(end, screen);
                desktop = next;
            }
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            room.Journal.Step($"freerdp-failed why={fault.Message}");
            room.Person.Tell("viewer-missing", room.Settings.FreeRdp);
            await CloseAsync(Closing.Leave, LeaveWithin);
            return (ExitCode.NoViewer, default);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Nothing else here writes on the station's disk.
            room.Journal.Step($"freerdp-failed why={fault.Message}");
            room.Person.Tell(person.IsVisitor ? "disk-full-visit" : "disk-full", []);
            await CloseAsync(Closing.Leave, LeaveWithin);
            return (ExitCode.NoViewer, default);
        }
        catch (RefusedException refusal)
        {
            return await RefusedAsync(refusal.Detail);
        }
        catch (NoBrokerException none)
        {
            if (_desktop is not null) return (null, new Again("no-broker"));
            room.Person.Tell(Refusals.Word(none), []);
            return (ExitCode.NoBroker, default);
        }
    }

    /// <summary>The desktop is the visit's now. Another session than the one that was there, in this visit or before it: its reason says what was lost.</summary>
    private void Take(Desktop desktop)
    {
        var replaced = _desktop is null ? choice.Running && !desktop.Resumed : _desktop.SessionId != desktop.SessionId;
        if (replaced) room.Person.Tell(desktop.Why);
        (_desktop, _refusal) = (desktop, null);
        // Its desktops take tickets: nobody will want the password any more.
        if (desktop.Credential != Credential.Password) person.Password.Dispose();
    }

    private ShownRequest Shown(Desktop desktop)
    {
        var shown = new ShownRequest { SignIn = person.Proof, SessionId = desktop.SessionId, Fence = desktop.Fence, SignInTook = _signInTook, OpenTook = Duration.FromTimeSpan(_opening.Took) };
        // Of the first desktop only: what came after it was not the person's wait.
        _signInTook = null;
        return shown;
    }

    private async Task<ExitCode> NotReachedAsync(string word)
    {
        room.Journal.Step($"gave-up why={word}");
        room.Person.Tell(word, []);
        await CloseAsync(Closing.Leave, LeaveWithin);
        return ExitCode.NotReached;
    }

    /// <summary>Watches one showing to its end, or until there is another desktop to show; while there is none the picture stays.</summary>
    private async Task<(ShowingEnd End, Desktop? Next)> WatchAsync(DesktopOnScreen screen)
    {
        var told = "";
        for (var failures = 1; ; failures++)
        {
            var end = await screen.WatchAsync(CloseAsync);
            if (!end.Stays) return (end, null);
            room.Journal.Step($"reopen why={end.Why}");
            if (end.Why == ShowingEnd.NetworkBack) room.Brokers.Renew();
            var replace = end.Why == ShowingEnd.Replace;
            ErrorDetail? refusal = null;
            string no;
            try
            {
                var next = await OtherAsync(screen, replace);
                if (replace && next?.SessionId == _desktop?.SessionId) screen.Over.Say(room.Person.Words["host-answers"]);
                return next is null ? (ShowingEnd.By(await wishes.TakeAsync()), null) : (end, next);
            }
            catch (RefusedException refused) when (refused.Detail.Code != ErrorCode.MovedElsewhere)
            {
                refusal = refused.Detail;
                room.Journal.Step($"refused call=open code={refusal.Code} reference={refusal.Reference}");
                no = Refusals.Text(refusal, room.Person.Words);
            }
            catch (NoBrokerException none)
            {
                room.Journal.Step($"no-broker missing={none.Why}");
                no = room.Person.Words[Refusals.Word(none)];
            }
            screen.Over.Wait("");
            // The next turn finds that it has ended, and opens again as after any end.
            if (screen.Gone.IsCompleted) continue;
            // Told again only when it is another answer, or an answer to the person.
            if (replace || no != told) screen.Over.Say($"{no} {room.Person.Words["picture-stays"]}");
            told = no;
            var later = !replace && refusal?.Retry is null or Retry.Later or Retry.OtherBroker;
            screen.Keep(later ? Reopening.AfterAsked(failures, refusal?.RetryAfter?.ToTimeSpan()) : null);
        }
    }

    /// <summary>Waits for another desktop while there is a picture, which may go by itself meanwhile.</summary>
    private async Task<Desktop?> OtherAsync(DesktopOnScreen screen, bool replace)
    {
        var last = room.Person.Words["connecting"];
        var opening = _opening.RunAsync(replace, sentence => screen.Over.Wait(last = sentence));
        if (await Task.WhenAny(opening, screen.Gone) != opening)
        {
            await screen.UncoverAsync();
            // A terminal has said it already.
            if (room.Person.NeedsBar) room.Person.Progress(last);
        }
        return await opening;
    }

    private async Task<(ExitCode? Ending, Again Again)> AfterAsync(ShowingEnd end, DesktopOnScreen screen)
    {
        if (end.Wish is { } wish) return (await GoAsync(wish, screen), default);
        if (end.Final is { State: SessionState.HostLost } lost)
        {
            room.Journal.Step("host-lost");
            room.Person.Tell(lost.Text);
            return (null, new Again("host-lost", Tell: false));
        }
        if (end.Why == ShowingEnd.LogonRefused) return (await NotReachedAsync("machine-refused"), default);
        return end.Final is { } final ? (Ended(final), default) : (null, new Again(end.Why));
    }

    private async Task<(ExitCode? Ending, Again Again)> RefusedAsync(ErrorDetail detail)
    {
        room.Journal.Step($"refused call=open code={detail.Code} reference={detail.Reference}");
        // A broken picture is worth waiting for as long as the answer is "later"; a first opening is the person's to repeat.
        if (_desktop is not null && detail.Retry is Retry.Later or Retry.OtherBroker && detail.Code != ErrorCode.AllHostsFull)
        {
            if (_refusal?.Code != detail.Code) room.Person.Tell(Refusals.Text(detail, room.Person.Words));
            _refusal = detail;
            return (null, new Again("refused", detail.RetryAfter?.ToTimeSpan() ?? default, Tell: false));
        }
        room.Person.Tell(Refusals.Text(detail, room.Person.Words));
        if (detail.Code == ErrorCode.MovedElsewhere)
        {
            room.Journal.Step("moved to=");
            return (ExitCode.Done, default);
        }
        if (detail.Retry != Retry.SignIn) await CloseAsync(Closing.Leave, LeaveWithin);
        return (ExitCode.NoDesktop, default);
    }

    private ExitCode Ended(SessionNotice notice)
    {
        room.Person.Tell(notice.Text);
        room.Journal.Step(notice.State switch
        {
            SessionState.Moved => $"moved to={notice.Station}",
            SessionState.SignedOut => "signed-out",
            _ => "expired",
        });
        return notice.State == SessionState.Expired ? ExitCode.NotReached : ExitCode.Done;
    }

    private async Task<ExitCode> GoAsync(Wish wish, DesktopOnScreen? screen = null)
    {
        if (screen is not null) await screen.EndAsync();
        var closing = wish == Wish.SignOut || person.IsVisitor ? Closing.SignOut : Closing.Leave;
        IsLocked = wish == Wish.Lock && !person.IsVisitor;
        var heard = await CloseAsync(closing, LeaveWithin) == Heard.ByABroker;
        if (!IsLocked) room.Person.Tell(person.IsVisitor && heard ? "visit-over" : closing == Closing.Leave ? "leaving" : heard ? "signed-out" : "sign-out-unconfirmed", []);
        room.Journal.Step(wish == Wish.SignOut ? "signed-out" : $"{(IsLocked ? "locked" : "left")} told={(heard ? "true" : "false")}");
        return ExitCode.Done;
    }

    /// <summary>Tells a broker. A sign-in that was not closed ends by itself, so a dead network stops nobody from leaving.</summary>
    private async Task<Heard> CloseAsync(Closing closing, TimeSpan within)
    {
        try
        {
            var request = new CloseRequest { SignIn = person.Proof, SessionId = _desktop?.SessionId ?? "", Fence = _desktop?.Fence ?? 0, Closing = closing };
            await room.Calls.CloseAsync(request, within, CancellationToken.None);
            return Heard.ByABroker;
        }
        catch (Exception fault) when (fault is RefusedException or NoBrokerException)
        {
            room.Journal.Step($"refused call=close why={fault.Message}");
            return Heard.ByNobody;
        }
    }

    /// <summary>Why the desktop has to be opened again, how long not to, and whether the person hears of the new try (unless they have just heard more).</summary>
    private readonly record struct Again(string Why, TimeSpan NotBefore = default, bool Tell = true);
}
