using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// The hosts of each pool as this broker saw them a moment ago, read once for everybody who comes within that moment and charged with whom it seated itself. However large the pool, reading it takes a bounded
/// share of the broker's time: a look that took long is followed by the next one later. Good for choosing a host; the claim looks at the truth. Safe for concurrent use.
/// </summary>
internal sealed class HostsView(SessionStore sessions, HostWatch watch)
{
    private static readonly TimeSpan _soonest = TimeSpan.FromMilliseconds(200);

    // So many times what a look took lies between two: a twentieth of one core.
    private const int Rest = 20;

    // So many times the time between two looks, a look is good.
    private const int Good = 5;
    private readonly ConcurrentDictionary<PoolId, Sight> _pools = new();

    /// <summary>What an opening of somebody without a desktop may be decided on.</summary>
    /// <param name="pool">Whose hosts.</param>
    /// <param name="began">When the store began in which they have no desktop: one of before may have known of hosts that carry it, or of none that does; null = they have none wherever.</param>
    /// <returns>Null when nobody has looked for a while, or the store was emptied a moment ago, or since the look.</returns>
    public OpeningState? Of(Pool pool, DateTimeOffset? began = null)
    {
        var sight = _pools.GetOrAdd(pool.Id, static _ => new Sight());
        var look = sight.Look;
        if ((look is null || look.Age > look.Every) && Interlocked.Exchange(ref sight.Looking, 1) == 0) _ = LookAsync(pool, sight);
        if (look is null || !look.Settled || look.Age > look.Every * Good) return null;
        if (began is not null && began != look.Began) return null;
        return new OpeningState(null, null, Judged(sight, look).Hosts) { Rules = pool.Placing };
    }

    /// <summary>Somebody was seated on a host.</summary>
    public void Charge(HostId host, string user)
    {
        foreach (var sight in _pools.Values)
        {
            for (var look = sight.Look; look is not null && look.Index.TryGetValue(host, out var at); look = sight.Look)
            {
                var choice = look.Hosts[at];
                var charged = look with { Hosts = look.Hosts.SetItem(at, choice with { Seats = choice.Seats.With(user) }) };
                if (Interlocked.CompareExchange(ref sight.Look, charged, look) == look) break;
            }
        }
    }

    // With the hosts' health as it is now: what that changes is worked out once and not for each person.
    private Look Judged(Sight sight, Look look)
    {
        var healths = watch.Healths;
        if (look.Healths == healths) return look;
        var judged = look with { Hosts = [.. look.Hosts.Select(choice => choice with { Health = healths.GetValueOrDefault(choice.Host.Id, HostHealth.Awaited) })], Healths = healths };
        // Who was seated meanwhile is in the one that stays, judged by the next.
        Interlocked.CompareExchange(ref sight.Look, judged, look);
        return judged;
    }

    private async Task LookAsync(Pool pool, Sight sight)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            var (hosts, settled, began) = await sessions.SightAsync(pool);
            var took = Stopwatch.GetElapsedTime(from);
            sight.Look = new Look(hosts, hosts.Select((choice, at) => KeyValuePair.Create(choice.Host.Id, at)).ToFrozenDictionary(), from, took * Rest > _soonest ? took * Rest : _soonest, settled, began);
        }
        catch (StoreException)
        {
            // Told by the store. Who comes reads, and is told.
            sight.Look = null;
        }
        finally
        {
            Volatile.Write(ref sight.Looking, 0);
        }
    }

    private sealed class Sight
    {
        public volatile Look? Look;
        public int Looking;
    }

    private sealed record Look(ImmutableArray<HostChoice> Hosts, IReadOnlyDictionary<HostId, int> Index, long At, TimeSpan Every, bool Settled, DateTimeOffset Began)
    {
        public ImmutableDictionary<HostId, HostHealth>? Healths { get; init; }

        public TimeSpan Age => Stopwatch.GetElapsedTime(At);
    }
}
