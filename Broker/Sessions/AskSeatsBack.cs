using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Kernel;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>
/// Finds the borrowed seats of a pool that are asked back because people wait to whom they are guaranteed. Asked with every report of every host, it looks at a pool once in
/// a while; brokers that look at the same time find the same.
/// </summary>
internal sealed class AskSeatsBack(QueueStore queue, SessionStore sessions)
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<PoolId, (long At, ImmutableHashSet<SessionId> Sessions)> _found = new();

    /// <summary>The sessions to end; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    public async Task<ImmutableHashSet<SessionId>> RunAsync(Pool pool)
    {
        if (!pool.Queues || !pool.Shares.Of.Any(share => share.Guaranteed > 0)) return [];
        if (_found.TryGetValue(pool.Id, out var found) && Stopwatch.GetElapsedTime(found.At) < _again) return found.Sessions;
        var sessions = await LookAsync(pool);
        _found[pool.Id] = (Stopwatch.GetTimestamp(), sessions);
        return sessions;
    }

    private async Task<ImmutableHashSet<SessionId>> LookAsync(Pool pool)
    {
        var look = await queue.WaitAsync(pool.Id, []);
        if (!look.Waiters.Any(waiter => pool.Shares.IsOwed(waiter.Tenant, look.Use))) return [];
        var hosts = await sessions.HostsOfAsync(pool);
        var held = (await Task.WhenAll(pool.Hosts.Select(sessions.OnHostAsync))).SelectMany(some => some).Where(session => session.Pool == pool.Id && !session.IsFinal).ToList();
        // What is ending already comes free by itself.
        var free = hosts.Where(host => host.IsGiven).Sum(host => host.Free) + held.Count(session => session.Phase == SessionPhase.Ending);
        return
        [
            .. GiveBack.Decide(
                [.. held.Where(session => session.Phase != SessionPhase.Ending).Select(session => new HeldSeat(session.Id, session.Person.Tenant, session.Phase != SessionPhase.Disconnected, session.PhaseSince))],
                look.Waiters, pool.Shares, look.Use, free, pool.GiveBack, look.Now),
        ];
    }
}
