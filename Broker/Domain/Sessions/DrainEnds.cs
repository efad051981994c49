using VdiBroker.Hosts;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>When a drain ends the sessions of its host: one more limit among theirs.</summary>
public static class DrainEnds
{
    /// <summary>
    /// When a session has to go: what was on nobody's screen when the drain began at once, everything else at the end of the grace, told from the beginning of the drain on.
    /// Who loses the picture meanwhile keeps the time that they were told of.
    /// </summary>
    /// <param name="drain">The host's drain; null = none.</param>
    /// <param name="session">One of its sessions.</param>
    /// <param name="now">The store's time.</param>
    /// <returns>Null when it may stay; always where the drain cannot be read.</returns>
    public static EndDemand? DemandOn(HostDrain? drain, Session session, DateTimeOffset now) =>
        drain is null || drain.IsUnreadable || drain.IsOver(now) ? null : new EndDemand(Limit.Drain, UntilOf(drain, session)) { ToldFrom = drain.From };

    /// <summary>Until when a session may stay.</summary>
    public static DateTimeOffset UntilOf(HostDrain drain, Session session) =>
        session.Phase == SessionPhase.Disconnected && session.PhaseSince < drain.From ? drain.From : drain.EndsAt;
}
