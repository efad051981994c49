using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Sessions;

/// <summary>One report of an agent, beside what the ledger believed of its host when it came.</summary>
/// <param name="Host">Whose.</param>
/// <param name="Reading">What the agent saw.</param>
/// <param name="Believed">The sessions that hold a seat there.</param>
/// <param name="Now">The store's time.</param>
internal sealed record HostSeen(HostId Host, HostReading Reading, ImmutableArray<Session> Believed, DateTimeOffset Now);

/// <summary>Takes an agent's report: writes it on the board, brings the ledger to it, and repeats the orders that the host has not carried out.</summary>
internal sealed class ReconcileHost(HostBoard board, SessionStore sessions, RepairLedger repair, HostLinks links, ILogger<ReconcileHost> logger)
{
    /// <summary>Takes one report; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <returns>False when another stream speaks for the host: this one should end.</returns>
    public async Task<bool> RunAsync(HostId host, string link, HostReading reading)
    {
        if (await board.WriteAsync(host, link, reading) is not { } written) return false;
        if (written.Restarted) HostsLog.Restarted(logger, host);
        var seen = new HostSeen(host, reading, await sessions.OnHostAsync(host), written.Now);
        await repair.RunAsync(seen);
        foreach (var ending in seen.Believed.Where(s => s.Phase == SessionPhase.Ending && reading.Sessions.Any(o => o.User == s.User)))
            links.Send(host, OrderToEnd(ending.Id.Value, ending.User));
        return true;
    }

    /// <summary>The order that ends a session on its host.</summary>
    internal static HostOrder OrderToEnd(string session, string user) => new() { EndSession = new EndSession { SessionId = session, User = user } };
}
