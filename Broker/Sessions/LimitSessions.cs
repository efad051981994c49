using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>Carries out the limits of pools, their closing hours, the giving back of seats and the drain of the host on one host's sessions, with each of its reports: people are warned, what was told is taken back, sessions are ended.</summary>
internal sealed class LimitSessions(LimitLedger ledger, PoolCatalogue pools, AskSeatsBack askBack, ILogger<LimitSessions> logger)
{
    /// <summary>Decides and commits; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    public async Task RunAsync(HostSeen seen)
    {
        var drain = seen.Written.Drain;
        var demands = new Dictionary<PoolId, (EndDemand? Closing, ImmutableHashSet<SessionId> AskedBack)>();
        var others = new List<EndDemand>();
        foreach (var session in seen.Believed)
        {
            // What belief and report do not agree on is repaired first, and has its limits with the next report.
            var observed = seen.ByUser.GetValueOrDefault(session.User);
            var agreed = (session.Phase, observed?.Connected) is (SessionPhase.Active, true) or (SessionPhase.Disconnected, false);
            if (!agreed || !pools.Pools.TryGetValue(session.Pool, out var pool)) continue;
            if (!demands.TryGetValue(pool.Id, out var demand)) demands[pool.Id] = demand = (pool.Hours?.DemandAt(seen.Now), await askBack.RunAsync(pool));
            others.Clear();
            if (demand.Closing is { } closing) others.Add(closing);
            if (demand.AskedBack.Contains(session.Id)) others.Add(new EndDemand(Limit.GiveBack, DateTimeOffset.UnixEpoch));
            if (DrainEnds.DemandOn(drain, session, seen.Now) is { } drained) others.Add(drained);
            if (pool.Limits.LetBe(session.End.Promise, others)) continue;
            await CommitAsync(session, pool, drain, pool.Limits.Decide(session.AsLimited(observed!.Idle), others, seen.Now));
        }
    }

    private async Task CommitAsync(Session session, Pool pool, HostDrain? drain, LimitDecision decision)
    {
        switch (decision)
        {
            case LimitDecision.Warn(var limit, var at):
                if (await ledger.WarnAsync(session, limit, at, Notice(pool, limit, drain)) is { } ends) SessionsLog.Warned(logger, session.Id, session.Person, session.Host, limit, ends);
                break;
            case LimitDecision.TakeBack(var limit):
                if (await ledger.TakeBackAsync(session, limit)) SessionsLog.WarningTakenBack(logger, session.Id, session.Person, session.Host, limit);
                break;
            case LimitDecision.End(var limit, var warned):
                if (await ledger.EndAsync(session, limit, warned)) SessionsLog.EndedByLimit(logger, session.Id, session.Person, session.Host, limit);
                break;
        }
    }

    // The operator's grace is known to all, and may be shorter than the pool's time of warning.
    private static TimeSpan Notice(Pool pool, Limit limit, HostDrain? drain) => limit == Limit.Drain && drain?.Grace < pool.Limits.Warn ? drain.Grace : pool.Limits.Warn;
}
