using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Sessions;

/// <summary>
/// What a broker tells of a running desktop besides its state: an end that comes near, a host that is silent. Says it once in words, offers the
/// key that helps, and takes both back when the broker does.
/// </summary>
/// <param name="room">What there is to work with.</param>
/// <param name="wishes">Takes the offers.</param>
/// <param name="extend">What more time is asked for with.</param>
internal sealed class Announcements(Room room, Wishes wishes, ExtendRequest extend) : IAsyncDisposable
{
    private static readonly TimeSpan ExtendWithin = TimeSpan.FromSeconds(5);

    // The same warning, told again by another broker, is a little off.
    private static readonly TimeSpan SameEnd = TimeSpan.FromSeconds(10);

    private LimitWarning? _warning;
    private DateTimeOffset _end;
    private bool _silent;
    private Task _extending = Task.CompletedTask;
    private readonly CancellationTokenSource _over = new();

    private Conversation Person => room.Person;

    /// <summary>Takes a notice that is not final.</summary>
    public void Hear(SessionNotice notice)
    {
        HearOfHost(notice);
        HearOfEnd(notice.Warning);
    }

    /// <summary>Asks for more time and will say the answer, unless that is under way already.</summary>
    public void Extend()
    {
        if (_extending.IsCompleted) _extending = ExtendAsync();
    }

    /// <summary>The desktop is not the broker's any more: nothing of this matters now.</summary>
    public void Close()
    {
        Forget();
        _silent = false;
        wishes.Offer(Wish.Replace, open: false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close();
        await _over.CancelAsync();
        await _extending;
        _over.Dispose();
    }

    private async Task ExtendAsync()
    {
        try
        {
            var reply = await room.Calls.ExtendAsync(extend, ExtendWithin, _over.Token);
            room.Journal.Step($"extended seconds={reply.EndsIn?.Seconds}");
            // What the person has just been told; the notice that follows brings nothing new.
            Forget();
            Person.Tell(Joined(reply.Text.Length > 0 ? reply.Text : Person.Words["extended"], Until(reply.EndsIn)));
        }
        catch (RefusedException refusal)
        {
            room.Journal.Step($"refused call=extend code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            wishes.Offer(Wish.Extend, open: false);
            Person.Tell(Refusals.Text(refusal.Detail, Person.Words));
        }
        catch (NoBrokerException none)
        {
            room.Journal.Step($"no-broker missing={none.Why}");
            Person.Tell(none.Why == Missing.Call ? "older" : "extend-unheard", []);
        }
        catch (OperationCanceledException)
        {
            // The desktop has gone from the screen.
        }
    }

    private static string Joined(params string[] sentences) => string.Join(' ', sentences.Where(one => one.Length > 0));

    private void HearOfHost(SessionNotice notice)
    {
        var silent = notice.State == SessionState.HostSilent;
        if (silent == _silent) return;
        _silent = silent;
        wishes.Offer(Wish.Replace, silent);
        if (silent) Person.Tell(Joined(notice.Text.Length > 0 ? notice.Text : Person.Words["host-silent"], Person.Words["host-silent-offer"]));
        else Person.Tell("host-answers", []);
    }

    private void HearOfEnd(LimitWarning? warning)
    {
        if (warning is null)
        {
            if (_warning is null) return;
            Forget();
            room.Journal.Step("warning-over");
            Person.Tell("warning-over", []);
            return;
        }
        var end = room.Clock.GetLocalNow() + (warning.EndsIn?.ToTimeSpan() ?? default);
        if (_warning is { } last && last.Text == warning.Text && last.Limit == warning.Limit && last.Extendable == warning.Extendable && (end - _end).Duration() < SameEnd) return;
        (_warning, _end) = (warning, end);
        wishes.Offer(Wish.Extend, warning.Extendable);
        room.Journal.Step($"warning limit={warning.Limit} seconds={warning.EndsIn?.Seconds} extendable={(warning.Extendable ? "true" : "false")}");
        Person.Tell(Joined(warning.Text.Length > 0 ? warning.Text : Person.Words["warning-plain"], Until(warning.EndsIn), warning.Extendable ? Person.Words["extend-offer"] : ""));
    }

    private void Forget()
    {
        _warning = null;
        wishes.Offer(Wish.Extend, open: false);
    }

    private string Until(Duration? left) => left is null ? "" : Person.Words["until", (room.Clock.GetLocalNow() + left.ToTimeSpan()).ToString("HH:mm", CultureInfo.InvariantCulture)];
}
