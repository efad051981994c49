using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>What a visit is made with.</summary>
internal sealed record Room(StationSettings Settings, BrokerRing Brokers, Calls Calls, Conversation Person, Journal Journal, TimeProvider Clock);

/// <summary>One person at this station, from the choice of a desktop to leaving it: opens, shows, and opens again when the picture breaks.</summary>
/// <param name="room">What there is to work with.</param>
/// <param name="signIn">Proof of the sign-in.</param>
/// <param name="choice">The desktop chosen.</param>
/// <param name="wishes">Told what the person wants, and of the station's own end.</param>
internal sealed class Visit(Room room, string signIn, DesktopChoice choice, Wishes wishes)
{
    // More than the 1.8 s that a hanging broker costs: the next one must still be told. The picture has gone by then.
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2.5);

    private static readonly Pause Reopening = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15));

    private readonly Tries _tries = new();
    private Desktop? _desktop;
    private ErrorDetail? _refusal;
    private string _queued = "";

    /// <summary>Runs until the visit is over, and says how it ended.</summary>
    public async Task<ExitCode> RunAsync()
    {
        while (true)
        {
            var (ending, again) = await OnceAsync();
            if (ending is { } known) return known;
            if (_tries.Next() is not { } pause)
            {
                room.Journal.Step("gave-up");
                // A refusal has been told in its own words, with what to do.
                if (_refusal is null) room.Person.Tell("gave-up", []);
                await CloseAsync(Closing.Leave, LeaveWithin);
                return _refusal?.Code == ErrorCode.HostGone ? ExitCode.HostLost : ExitCode.NotReached;
            }
            room.Journal.Step($"reconnect n={_tries.Made} why={again.Why}");
            if (again.Tell) room.Person.Tell("reconnecting", _tries.Made, Tries.Allowed);
            if (await wishes.WithinAsync(again.NotBefore > pause ? again.NotBefore : pause, room.Clock) is { } wish) return await GoAsync(wish);
        }
    }

    private async Task<(ExitCode? Ending, Again Again)> OnceAsync()
    {
        try
        {
            if (await OpenAsync() is not { } desktop) return (await GoAsync(await wishes.TakeAsync()), default);
            while (true)
            {
                Take(desktop);
                await using var screen = await DesktopOnScreen.ShowAsync(room, desktop, signIn, wishes);
                var (end, next) = await WatchAsync(screen);
                _tries.Shown(screen.ActiveFor);
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
            var replace = end.Why == ShowingEnd.Replace;
            ErrorDetail? refusal = null;
            string no;
            try
            {
                var next = await OpenAsync(replace);
                if (replace && next?.SessionId == _desktop?.SessionId) room.Person.Tell("host-answers", []);
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
            // Told again only when it is another answer, or an answer to the person.
            if (replace || no != told) screen.Say($"{no} {room.Person.Words["picture-stays"]}");
            told = no;
            var later = !replace && refusal?.Retry is null or Retry.Later or Retry.OtherBroker;
            screen.Keep(later ? Again.Wait(refusal?.RetryAfter, Reopening.After(failures)) : null);
        }
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
        return end.Final is { } final ? (Ended(final), default) : (null, new Again(end.Why));
    }

    /// <summary>The desktop, or null when the person wants something else before it is there.</summary>
    /// <param name="replace">The person gives up the one that they have.</param>
    private async Task<Desktop?> OpenAsync(bool replace = false)
    {
        using var stop = new CancellationTokenSource();
        var open = room.Calls.OpenAsync(new OpenRequest { SignIn = signIn, PoolId = choice.PoolId, Replace = replace }, Waiting, stop.Token);
        if (await Task.WhenAny(open, wishes.WaitAsync()) != open)
        {
            await stop.CancelAsync();
            await open.ContinueWith(_ => { }, TaskScheduler.Default);
            return null;
        }
        var desktop = await open;
        room.Journal.Step($"desktop session={desktop.SessionId} host={desktop.Host} fence={desktop.Fence} resumed={(desktop.Resumed ? "true" : "false")}");
        return desktop;
    }

    private void Waiting(OpenReply reply)
    {
        if (reply.Queued is { } queued)
        {
            room.Journal.Step($"queued place={queued.Place} of={queued.Of}");
            // Said again while nothing changes: nothing new to the person.
            if (queued.Text != _queued)
            {
                room.Person.Tell(queued.Text);
                if (_queued.Length == 0) room.Person.Tell("queue-leave", []);
                _queued = queued.Text;
            }
        }
        if (reply.Preparing is not { } step) return;
        room.Journal.Step("preparing");
        room.Person.Tell(step.About is null ? step.Text : room.Person.Words["about", step.Text, (int)Math.Ceiling(step.About.ToTimeSpan().TotalSeconds)]);
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
        var closing = wish == Wish.Leave ? Closing.Leave : Closing.SignOut;
        var heard = await CloseAsync(closing, LeaveWithin) == Heard.ByABroker;
        room.Person.Tell(wish == Wish.Leave ? "leaving" : heard ? "signed-out" : "sign-out-unconfirmed", []);
        room.Journal.Step(wish == Wish.Leave ? $"left told={(heard ? "true" : "false")}" : "signed-out");
        return ExitCode.Done;
    }

    /// <summary>Tells a broker. A sign-in that was not closed ends by itself, so a dead network stops nobody from leaving.</summary>
    private async Task<Heard> CloseAsync(Closing closing, TimeSpan within)
    {
        try
        {
            var request = new CloseRequest { SignIn = signIn, SessionId = _desktop?.SessionId ?? "", Fence = _desktop?.Fence ?? 0, Closing = closing };
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
    private readonly record struct Again(string Why, TimeSpan NotBefore = default, bool Tell = true)
    {
        /// <summary>The longer of the two: what the broker asks for, and our own pause.</summary>
        public static TimeSpan Wait(Duration? asked, TimeSpan pause) => asked?.ToTimeSpan() is { } wait && wait > pause ? wait : pause;
    }
}
