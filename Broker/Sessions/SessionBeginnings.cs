using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Records;
using VdiBroker.Rpc;

namespace VdiBroker.Sessions;

/// <summary>What begins at 0 because an alert looks at it, of what this room alone has the words for.</summary>
internal static class SessionBeginnings
{
    // Why a session is lost: with its host, given up by its person or for them, another one is newer, or another person has its account there, or its host cannot find it any more.
    private static readonly string[] _losses = [Reconciliation.HostRestarted, Adoption.HostGone, Adoption.GivenUp, Adoption.HostHasNewer, Adoption.SeatMissing, Reconciliation.KeptOut, Reconciliation.Orphaned];

    // The calls that a password comes by.
    private static readonly string[] _passwords = [nameof(StationService.StationServiceClient.SignIn), nameof(StationService.StationServiceClient.ChangePassword)];

    /// <summary>Tells it.</summary>
    public static void Tell()
    {
        RecordMetrics.BeginTickets(Enum.GetNames<TicketVerdict>());
        RecordMetrics.BeginChanges(nameof(SessionPhase.Lost), _losses);
        foreach (var call in _passwords) CallTelemetry.Begin(StationService.Descriptor.FindMethodByName(call), ErrorCode.SignInRejected, ErrorCode.TooManyTries);
    }
}
