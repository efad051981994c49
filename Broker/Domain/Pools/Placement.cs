using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>Where somebody may be seated.</summary>
/// <param name="Ranked">Hosts to try, best first; empty = none.</param>
/// <param name="Reasons">Every host considered, in the order declared.</param>
public sealed record Placement(ImmutableArray<HostChoice> Ranked, ImmutableArray<Reason> Reasons)
{
    /// <summary>No host that the person may use is live: they could not be seated, full or not.</summary>
    public bool AllDown => Reasons.All(IsDown);

    /// <summary>Of the hosts that the person may use those that live are being drained, or out of service: nobody who signs out there frees a seat.</summary>
    public bool AllDraining => AllLive(Verdict.Draining);

    /// <summary>Of the hosts that the person may use those that live carry another desktop under the person's account: no seat that somebody else gives back is one for them.</summary>
    public bool AllCarryAnother => AllLive(Verdict.CarriesOtherDesktop);

    /// <summary>The best of them brings the account back to a session of its own that the ledger had forgotten: it takes no seat from anybody.</summary>
    public bool FindsAgain { get; private init; }

    /// <summary>Some host is expected back in a moment: a refusal now would be hasty.</summary>
    public bool SomeAwaited => Reasons.Any(r => r.Verdict == Verdict.Awaited);

    /// <summary>Some host fell silent only a moment ago: it may be back in another.</summary>
    public bool SomeMissed => Reasons.Any(r => r.Verdict == Verdict.Missed);

    /// <summary>The hosts whose seats the person could have, were they free; null = any host of the pool.</summary>
    public ImmutableHashSet<HostId>? Possible => Reasons.Any(IsBarred) ? [.. Reasons.Where(r => !IsBarred(r)).Select(r => r.Host)] : null;

    /// <summary>What is worth telling of the placement: all hosts, or in a large pool those that came first and then those that were not offered.</summary>
    /// <param name="most">How many hosts at most.</param>
    /// <returns>The reasons in the order declared, and how many further hosts there were.</returns>
    public (ImmutableArray<Reason> Told, int Others) Told(int most)
    {
        if (Reasons.Length <= most) return (Reasons, 0);
        var chosen = Ranked.Take(most / 2).Select(choice => choice.Host.Id).ToHashSet();
        chosen.UnionWith(Reasons.Where(reason => !reason.IsOffered).Take(most - chosen.Count).Select(reason => reason.Host));
        chosen.UnionWith(Ranked.Skip(most / 2).Take(most - chosen.Count).Select(choice => choice.Host.Id));
        return ([.. Reasons.Where(reason => chosen.Contains(reason.Host))], Reasons.Length - chosen.Count);
    }

    // There are some, and they are all so.
    private bool AllLive(Verdict verdict) => !AllDown && Reasons.All(reason => reason.Verdict == verdict || IsDown(reason));

    private static bool IsDown(Reason reason) => reason.Verdict is Verdict.Silent or Verdict.Missed or Verdict.Untrusted or Verdict.NeverSeen or Verdict.NotTheirs or Verdict.NotFromHere;

    private static bool IsBarred(Reason reason) => reason.Verdict is Verdict.NotTheirs or Verdict.NotFromHere or Verdict.CarriesOtherDesktop;

    /// <summary>Ranks the hosts of a pool without rules, spread evenly, for somebody who has no place of their own there.</summary>
    /// <param name="hosts">The pool's hosts.</param>
    /// <param name="user">The person's account name.</param>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="draw">0 to 2³²-1, at random for each call: breaks ties.</param>
    public static Placement Rank(IReadOnlyList<HostChoice> hosts, string user, TenantId tenant, uint draw) => Rank(hosts, new PlacementWish(user, tenant), draw);

    /// <summary>
    /// Ranks the hosts of a pool for one person: a live host that carries a forgotten session of the person's first, full or not; then the live
    /// hosts with a free seat, those first that a rule prefers for the station, then by the pool's policy. Equals are drawn, so that crowds do not herd. Suspect hosts come after
    /// all that are healthy, whatever rules and policy say.
    /// </summary>
    /// <param name="hosts">The pool's hosts.</param>
    /// <param name="wish">Who, from where, and by which rules of the pool.</param>
    /// <param name="draw">0 to 2³²-1, at random for each call: breaks ties.</param>
    public static Placement Rank(IReadOnlyList<HostChoice> hosts, PlacementWish wish, uint draw)
    {
        var reasons = ImmutableArray.CreateBuilder<Reason>(hosts.Count);
        var offered = new List<(Verdict Verdict, Leaning Leaning, double Score, uint Lot, int At)>(hosts.Count);
        for (var at = 0; at < hosts.Count; at++)
        {
            var reason = Consider(hosts[at], wish);
            reasons.Add(reason);
            if (reason.IsOffered) offered.Add((reason.Verdict, reason.Leaning, reason.Score, Lot(hosts[at].Host.Id.Value, draw), at));
        }
        offered.Sort(static (one, other) =>
            one.Verdict != other.Verdict ? ((int)one.Verdict).CompareTo((int)other.Verdict)
            : one.Leaning != other.Leaning ? ((int)one.Leaning).CompareTo((int)other.Leaning)
            : one.Score != other.Score ? one.Score.CompareTo(other.Score)
            : one.Lot != other.Lot ? one.Lot.CompareTo(other.Lot)
            : one.At.CompareTo(other.At));
        return new Placement([.. offered.Select(one => hosts[one.At])], reasons.MoveToImmutable()) { FindsAgain = offered is [{ Verdict: Verdict.CarriesThePerson }, ..] };
    }

    private static Reason Consider(HostChoice host, PlacementWish wish)
    {
        var leaning = wish.Rules.LeaningTo(host.Host.Id, wish.Station, wish.Home);
        var verdict = host.Health switch
        {
            HostHealth.NeverSeen => Verdict.NeverSeen,
            HostHealth.Silent => Verdict.Silent,
            HostHealth.Missed => Verdict.Missed,
            HostHealth.Untrusted => Verdict.Untrusted,
            HostHealth.Awaited => Verdict.Awaited,
            _ when host.CarriesForgotten(wish.User, wish.Tenant) => Verdict.CarriesThePerson,
            // Before all that may change there: nobody new comes until the drain is over.
            _ when host.Draining => Verdict.Draining,
            _ when host.CarriesAnothers(wish.User, wish.Tenant) => Verdict.CarriesOtherDesktop,
            _ when host.HoldsTheirs => Verdict.CarriesOtherDesktop,
            _ when leaning == Leaning.Never => Verdict.NotFromHere,
            _ when wish.Assigned is { } own && own != host.Host.Id => Verdict.NotTheirs,
            _ when host.Free == 0 => Verdict.Full,
            // Whose place it is has it, whoever sits there now: the owners of all others come before a stranger.
            _ when wish.Assigned is null && wish.Owned.GetValueOrDefault(host.Host.Id) >= host.Host.Seats => Verdict.Reserved,
            _ => host.Health == HostHealth.Suspect ? Verdict.LastResort : Verdict.Offered,
        };
        var offered = verdict is Verdict.CarriesThePerson or Verdict.Offered or Verdict.LastResort;
        return new Reason(host.Host.Id, verdict, offered ? wish.Rules.Policy.Score(host, wish) : double.NaN, host.Taken, host.Host.Seats) { Leaning = leaning };
    }

    private static uint Lot(string host, uint draw)
    {
        var lot = draw ^ 2166136261;
        foreach (var c in host) lot = unchecked((lot ^ c) * 16777619);
        // One more mixing round: neighbouring names must not stay neighbours.
        lot ^= lot >> 15;
        lot = unchecked(lot * 2246822519);
        return lot ^ (lot >> 13);
    }
}
