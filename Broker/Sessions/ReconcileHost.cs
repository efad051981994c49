using System.Collections.Concurrent;
using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Host.V1;
using ObservedSession = VdiBroker.Hosts.ObservedSession;

namespace VdiBroker.Sessions;

/// <summary>One report of an agent, beside what the ledger believed of its host when it came.</summary>
/// <param name="Host">Whose.</param>
/// <param name="Link">The stream that it came by.</param>
/// <param name="Reading">What the agent saw.</param>
/// <param name="Seats">The seats that are held there.</param>
/// <param name="Written">The store's time, the drain of the host, and what was noted last of its sessions without a seat.</param>
internal sealed record HostSeen(HostId Host, string Link, HostReading Reading, ImmutableArray<SeatRow> Seats, HostWritten Written)
{
    /// <summary>The store's time.</summary>
    public DateTimeOffset Now => Written.Now;

    /// <summary>What the agent saw of each account: its first session.</summary>
    public IReadOnlyDictionary<string, ObservedSession> ByUser { get; } = FirstOfEach(Reading.Sessions);

    /// <summary>The sessions that hold a seat there; a row that names what is elsewhere is a seat of nobody.</summary>
    public ImmutableArray<Session> Believed { get; } = [.. from seat in Seats where seat.Session is { } named && named.User == seat.User && named.Host == Host select seat.Session];

    private static Dictionary<string, ObservedSession> FirstOfEach(ImmutableArray<ObservedSession> sessions)
    {
        var first = new Dictionary<string, ObservedSession>(sessions.Length, StringComparer.Ordinal);
        foreach (var session in sessions) first.TryAdd(session.User, session);
        return first;
    }
}

/// <summary>What follows from a report.</summary>
internal sealed record ReportSteps(RepairLedger Repair, AdoptSessions Adopt, LimitSessions Limits);

/// <summary>Takes an agent's report: writes it on the board, brings the ledger to it, carries out the limits of its sessions, and repeats the orders that the host has not carried out.</summary>
internal sealed class ReconcileHost(HostBoard board, SessionStore sessions, ReportSteps steps, HostLinks links, ILogger<ReconcileHost> logger)
{
    // What was read with each host's last report: of what has not changed since only that is read.
    private readonly ConcurrentDictionary<HostId, ReadBefore> _known = new();

    /// <summary>Takes one report; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <returns>False when another stream speaks for the host: this one should end.</returns>
    public async Task<bool> RunAsync(HostId host, string link, HostReading reading)
    {
        var known = _known.GetValueOrDefault(host, ReadBefore.Nothing);
        // What was read before the store was away may have been lost with its last writes: the same revision names another row then, where a broker of before has counted it.
        if (known.Age >= sessions.HearingFor) known = ReadBefore.Nothing;
        if (await board.WriteAsync(host, link, reading, known.Read) is not { } written) return false;
        if (written.Restarted) HostsLog.Restarted(logger, host);
        var seats = await sessions.SeatsOfAsync(written, known);
        if (seats != known.Rows) _known[host] = new ReadBefore(written.Digest, seats);
        var seen = new HostSeen(host, link, reading, seats, written);
        await steps.Repair.RunAsync(seen);
        foreach (var (ghost, user) in await steps.Adopt.RunAsync(seen)) links.Send(host, OrderToEnd(ghost.Value, user));
        await steps.Limits.RunAsync(seen);
        foreach (var ending in seen.Believed.Where(s => s.Phase == SessionPhase.Ending))
        {
            // The host ends what it knows by that name: a session that was found again keeps the one under which it was let in.
            if (seen.ByUser.GetValueOrDefault(ending.User) is { } there) links.Send(host, OrderToEnd(there.Grant?.Session ?? ending.Id.Value, ending.User));
        }
        return true;
    }

    /// <summary>The order that ends a session on its host.</summary>
    internal static HostOrder OrderToEnd(string session, string user) => new() { EndSession = new EndSession { SessionId = session, User = user } };
}
