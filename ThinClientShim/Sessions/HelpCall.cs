using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;

namespace VdiBroker.Shim.Sessions;

/// <summary>A call for help from a running desktop: one press, nothing to type.</summary>
/// <param name="room">What there is to work with.</param>
/// <param name="request">Whose, and which desktop.</param>
internal sealed class HelpCall(Room room, CallForHelpRequest request)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    /// <summary>Calls. Never fails.</summary>
    /// <returns>What the person is told; empty = the desktop has gone from the screen meanwhile.</returns>
    public async Task<string> AskAsync(CancellationToken cancel)
    {
        try
        {
            var reply = await room.Calls.CallForHelpAsync(request, Within, cancel);
            room.Journal.Step($"help-called number={reply.Number}");
            return reply.Text;
        }
        catch (RefusedException refusal)
        {
            room.Journal.Step($"refused call=call-for-help code={refusal.Detail.Code} reference={refusal.Detail.Reference}");
            return Refusals.Text(refusal.Detail, room.Person.Words);
        }
        catch (NoBrokerException none)
        {
            room.Journal.Step($"no-broker missing={none.Why}");
            return room.Person.Words[none.Why == Missing.Call ? "older" : "help-unheard"];
        }
        catch (OperationCanceledException)
        {
            return "";
        }
    }
}
