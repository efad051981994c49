using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>A session that runs on a host where the ledger has no seat for it, and all that is known of it.</summary>
/// <param name="Host">Where it runs.</param>
/// <param name="Seen">What the agent saw.</param>
/// <param name="Pool">The declared pool that its grant names; null = none of that name.</param>
/// <param name="Granted">The session that its grant names, as the ledger has it; null = the ledger has no row of it.</param>
/// <param name="Mine">What the ledger believes to be the person's desktop of that pool; null = nothing.</param>
public sealed record UnseatedSession(HostId Host, ObservedSession Seen, Pool? Pool, Session? Granted, Session? Mine)
{
    /// <summary>The tenant of the person whom the grant names is in the city file.</summary>
    public bool TenantKnown { get; init; } = true;
}

/// <summary>What to do about an <see cref="UnseatedSession"/>. Closed: the cases are nested here.</summary>
/// <param name="Cause">Why, for the event and the log: one of the constants of <see cref="Adoption"/>.</param>
public abstract record AdoptionDecision(string Cause)
{
    /// <summary>It is the person's desktop: the ledger takes it in.</summary>
    /// <param name="Id">Its id; null = the ledger closed it under the old one, so it needs a fresh one.</param>
    /// <param name="GivenUp">What the ledger believed instead: older, so it is lost; null = nothing.</param>
    /// <param name="Cause">Why.</param>
    public sealed record Adopt(SessionId? Id, Session? GivenUp, string Cause) : AdoptionDecision(Cause);

    /// <summary>The ledger has the session and lost only its seat: the seat is put back.</summary>
    public sealed record Reseat(Session Session, string Cause) : AdoptionDecision(Cause);

    /// <summary>It is a ghost: the host is ordered to end it.</summary>
    /// <param name="Session">The id that the host knows it by.</param>
    /// <param name="Cause">Why.</param>
    public sealed record End(SessionId Session, string Cause) : AdoptionDecision(Cause);

    /// <summary>It stays what it is: counted, and found again by its owner.</summary>
    public sealed record Leave(string Cause) : AdoptionDecision(Cause);
}

/// <summary>
/// Decides what becomes of sessions that hosts have and the ledger has not: an emptied store, writes that a failover lost, a host that was taken for dead and is back.
/// The fence tells which of two is the newer: it only grows, over all that happens to the store.
/// </summary>
public static class Adoption
{
    /// <summary>No grant: a local logon, or an older agent.</summary>
    public const string NoGrant = "no-grant";

    /// <summary>Its grant names no declared pool that holds the host.</summary>
    public const string OtherPool = "other-pool";

    /// <summary>Its grant names nobody of the city.</summary>
    public const string OtherTenant = "other-tenant";

    /// <summary>Its grant names a session that was another person's, or another host's.</summary>
    public const string NotItsOwn = "not-its-own";

    /// <summary>The store knows nothing of it.</summary>
    public const string Forgotten = "forgotten";

    /// <summary>It was given up, and its host has brought it back; nothing has taken its place.</summary>
    public const string CameBack = "came-back";

    /// <summary>The host was told of a newer opening than the ledger knows: the ledger has lost it.</summary>
    public const string HostHasNewer = "host-has-newer";

    /// <summary>Its seat was missing.</summary>
    public const string SeatMissing = "seat-missing";

    /// <summary>A newer desktop has taken its place.</summary>
    public const string Replaced = "replaced";

    /// <summary>The person had signed out of it.</summary>
    public const string SignedOutOf = "signed-out-of";

    /// <summary>The seat's session was no more.</summary>
    public const string SessionMissing = "session-missing";

    /// <summary>Nobody can read what the ledger has of it: it is left as it is.</summary>
    public const string RowUnreadable = "row-unreadable";

    /// <summary>Its host had gone, and its person asked for a desktop.</summary>
    public const string HostGone = "host-gone";

    /// <summary>Its host did not answer, and its person asked for a new desktop rather than wait.</summary>
    public const string GivenUp = "given-up";

    /// <summary>It is no desktop any more: its host removes what its visitor left.</summary>
    public const string BeingWiped = Reconciliation.BeingWiped;

    /// <summary>Decides on one session.</summary>
    public static AdoptionDecision Decide(UnseatedSession unseated)
    {
        var (host, seen, pool, granted, mine) = unseated;
        if (seen.Wipe is not null) return new AdoptionDecision.Leave(BeingWiped);
        // Its host ends it: nobody can come back to it.
        if (seen is { Orphaned: true, Connected: false }) return new AdoptionDecision.Leave(Reconciliation.Orphaned);
        if (seen.Grant is not { Fence: > 0, Person.Length: > 0, Pool.Length: > 0 } grant) return new AdoptionDecision.Leave(NoGrant);
        if (pool?.Hosts.Contains(host) != true) return new AdoptionDecision.Leave(OtherPool);
        if (!unseated.TenantKnown) return new AdoptionDecision.Leave(OtherTenant);
        if (granted is not null && (granted.Person.Value, granted.User, granted.Pool, granted.Host) != (grant.Person, seen.User, pool.Id, host)) return new AdoptionDecision.Leave(NotItsOwn);

        if (mine is { IsFinal: false })
        {
            if (mine.Host == host && mine.User == seen.User) return new AdoptionDecision.Reseat(mine, SeatMissing);
            return mine.Fence.Value >= grant.Fence
                ? new AdoptionDecision.End(new SessionId(grant.Session), Replaced)
                : new AdoptionDecision.Adopt(granted is null ? new SessionId(grant.Session) : null, mine, HostHasNewer);
        }
        return granted switch
        {
            null => new AdoptionDecision.Adopt(new SessionId(grant.Session), null, Forgotten),
            { IsFinal: false } => new AdoptionDecision.Reseat(granted, SeatMissing),
            // Nobody may find again what they have closed behind them.
            { Phase: SessionPhase.Ended, Before: SessionPhase.Ending } => new AdoptionDecision.End(granted.Id, SignedOutOf),
            _ => new AdoptionDecision.Adopt(null, null, CameBack),
        };
    }

    /// <summary>
    /// What the ledger believes of seats whose host was told of a newer opening: of the same session, then its fence is raised; of another one, then that one is what
    /// runs and this one is over.
    /// </summary>
    /// <param name="believed">The sessions that the ledger seats on the host.</param>
    /// <param name="observed">What its agent saw, by account.</param>
    /// <returns>The sessions and the fence that the host knows, the newer one.</returns>
    public static IEnumerable<(Session Session, GrantSeen Newer)> Behind(IEnumerable<Session> believed, IReadOnlyDictionary<string, ObservedSession> observed) =>
        from session in believed
        where !session.IsFinal
        let grant = observed.GetValueOrDefault(session.User)?.Grant
        where grant is not null && grant.Fence > session.Fence.Value
        select (session, grant);
}
