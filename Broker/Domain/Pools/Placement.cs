using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>A host as placement sees it.</summary>
/// <param name="Host">What was declared.</param>
/// <param name="Health">The judgement on it.</param>
/// <param name="Observation">What its agent last said; null only when never seen.</param>
/// <param name="SeatHolders">Account names that hold a seat in the ledger.</param>
public sealed record HostChoice(SessionHost Host, HostHealth Health, HostObservation? Observation, ImmutableHashSet<string> SeatHolders)
{
    /// <summary>Accounts whose session runs there although the ledger gave them no seat (a store that was emptied, a logon from before).</summary>
    public ImmutableHashSet<string> Strays { get; } =
        Observation is null ? [] : [.. Observation.Sessions.Select(s => s.User).Where(u => !SeatHolders.Contains(u))];

    /// <summary>Seats in use, by the ledger and by strays.</summary>
    public int Taken => SeatHolders.Count + Strays.Count;

    /// <summary>The same host when this account's seat is given up.</summary>
    public HostChoice Without(string user) => new(Host, Health, Observation, SeatHolders.Remove(user));

    /// <summary>
    /// How many seats the ledger may hold there when <paramref name="user"/> takes one: those declared less those that strays use. No limit for
    /// somebody whose own stray session runs there: they use the seat already.
    /// </summary>
    public int SeatsFor(string user) => CarriesForgotten(user) ? int.MaxValue : Math.Max(0, Host.Seats - Strays.Count);

    /// <summary>
    /// True when a session of this account runs there that the ledger does not know. A host that claims more of them than it has seats is not
    /// believed: it would draw everybody to itself.
    /// </summary>
    public bool CarriesForgotten(string user) => Strays.Count <= Host.Seats && Strays.Contains(user);
}

/// <summary>What became of one host in a placement, and why.</summary>
public enum Verdict
{
    /// <summary>A session of the person's runs there that the ledger does not know: it goes before all others.</summary>
    CarriesThePerson,

    /// <summary>It may take the person; see the score.</summary>
    Offered,

    /// <summary>No agent has ever attached.</summary>
    NeverSeen,

    /// <summary>The agent has gone silent.</summary>
    Silent,

    /// <summary>The agent is expected back: the broker or its store has only just come back itself.</summary>
    Awaited,

    /// <summary>It carries the person's desktop of another pool; a host has one session for an account.</summary>
    CarriesOtherDesktop,

    /// <summary>Every seat is taken.</summary>
    Full,
}

/// <summary>One line of the reasons of a placement.</summary>
/// <param name="Host">The host.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Score">The lower, the earlier; 0 to 2. NaN when not offered.</param>
/// <param name="Taken">Seats in use.</param>
/// <param name="Seats">Seats declared.</param>
public sealed record Reason(HostId Host, Verdict Verdict, double Score, int Taken, int Seats);

/// <summary>Where somebody may be seated.</summary>
/// <param name="Ranked">Hosts to try, best first; empty = none.</param>
/// <param name="Reasons">Every host considered, in the order declared.</param>
public sealed record Placement(ImmutableArray<HostChoice> Ranked, ImmutableArray<Reason> Reasons)
{
    /// <summary>No host of the pool is live: nobody could be seated, full or not.</summary>
    public bool AllDown => Reasons.All(r => r.Verdict is Verdict.Silent or Verdict.NeverSeen);

    /// <summary>Some host is expected back in a moment: a refusal now would be hasty.</summary>
    public bool SomeAwaited => Reasons.Any(r => r.Verdict == Verdict.Awaited);

    /// <summary>
    /// Ranks the hosts of a pool for one person: a live host that carries a forgotten session of the person's first, full or not; then the live
    /// hosts with a free seat, least loaded first. Load is the share of seats taken (which moves with each claim, before the statistics
    /// do) plus half the host's own pressure (the larger of load per core and memory in use, at most 1). Equals are drawn, so that crowds do not
    /// herd.
    /// </summary>
    /// <param name="hosts">The pool's hosts.</param>
    /// <param name="user">The person's account name.</param>
    /// <param name="draw">0 to 2³²-1, at random for each call: breaks ties.</param>
    public static Placement Rank(IReadOnlyList<HostChoice> hosts, string user, uint draw)
    {
        var reasons = hosts.Select(h => Consider(h, user)).ToImmutableArray();
        var ranked = hosts.Zip(reasons)
            .Where(x => x.Second.Verdict is Verdict.CarriesThePerson or Verdict.Offered)
            .OrderBy(x => x.Second.Verdict)
            .ThenBy(x => x.Second.Score)
            .ThenBy(x => Lot(x.First.Host.Id, draw))
            .Select(x => x.First);
        return new Placement([.. ranked], reasons);
    }

    private static Reason Consider(HostChoice host, string user)
    {
        var verdict = host.Health switch
        {
            HostHealth.NeverSeen => Verdict.NeverSeen,
            HostHealth.Silent => Verdict.Silent,
            HostHealth.Awaited => Verdict.Awaited,
            _ when host.CarriesForgotten(user) => Verdict.CarriesThePerson,
            _ when host.SeatHolders.Contains(user) => Verdict.CarriesOtherDesktop,
            _ when host.Taken >= host.Host.Seats => Verdict.Full,
            _ => Verdict.Offered,
        };
        var score = verdict is Verdict.CarriesThePerson or Verdict.Offered ? Score(host) : double.NaN;
        return new Reason(host.Host.Id, verdict, score, host.Taken, host.Host.Seats);
    }

    private static double Score(HostChoice host)
    {
        var pressure = host.Observation is { } seen ? Math.Clamp(Math.Max(seen.LoadPerCore, seen.MemoryUsed), 0, 1) : 1;
        // Tenths: statistics that differ by a hair must not send a whole class to one host.
        return Math.Min(1, Math.Round(((double)host.Taken / host.Host.Seats) + (Math.Round(pressure, 1) / 2), 3) / 1.5) * 2;
    }

    private static uint Lot(HostId host, uint draw)
    {
        var lot = draw ^ 2166136261;
        foreach (var c in host.Value) lot = unchecked((lot ^ c) * 16777619);
        // One more mixing round: neighbouring names must not stay neighbours.
        lot ^= lot >> 15;
        lot = unchecked(lot * 2246822519);
        return lot ^ (lot >> 13);
    }
}
