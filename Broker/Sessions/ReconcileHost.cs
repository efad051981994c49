using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Sessions;

/// <summary>Takes an agent's report: writes it on the board and brings the ledger to it.</summary>
internal sealed class ReconcileHost(HostBoard board, SessionStore sessions, SeatLedger ledger, HostLinks links, ProfileStore profiles, ILogger<ReconcileHost> logger)
{
    /// <summary>Writes, compares, corrects, and repeats the orders that the host has not carried out.</summary>
    /// <returns>False when another stream speaks for the host: this one should end.</returns>
    public async Task<bool> RunAsync(HostId host, string link, HostReading reading)
    {
        if (await board.WriteAsync(host, link, reading) is not { } written) return false;
        if (written.Restarted) HostsLog.Restarted(logger, host);
        var believed = await sessions.OnHostAsync(host);
        foreach (var correction in Reconciliation.Decide(believed, reading.Sessions, reading.BootId, written.Now))
        {
            if (!await ledger.CorrectAsync(correction)) continue;
            SessionsLog.Corrected(logger, correction.Session.Id, host, correction.Phase, correction.Cause);
            if (correction.Phase == SessionPhase.Active) await profiles.NoteHostAsync(correction.Session.Person, host);
        }
        foreach (var ending in believed.Where(s => s.Phase == SessionPhase.Ending && reading.Sessions.Any(o => o.User == s.User)))
            links.Send(host, OrderToEnd(ending.Id.Value, ending.User));
        return true;
    }

    /// <summary>The order that ends a session on its host.</summary>
    internal static HostOrder OrderToEnd(string session, string user) => new() { EndSession = new EndSession { SessionId = session, User = user } };
}
