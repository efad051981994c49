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
/// The hosts of each pool as this broker saw them, read once for many and charged with whom it seated itself. However large the pool and however many ask, reading it for them takes a bounded share of the store's time. A moment old it is good for
/// choosing a host: the claim looks at the truth. Safe for concurrent use.
/// </summary>
internal sealed class HostsView(SessionStore sessions, HostWatch watch)
{
    private static readonly TimeSpan _soonest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _latest = TimeSpan.FromSeconds(2);

    // So many times what a look took lies between two that nobody waits for: a twentieth of one core.
    private const int Rest = 20;

    // And between two that people wait for: a fifth, as long as that is no more than a second.
    private const int BriefRest = 4;
    private static readonly TimeSpan _longestRest = TimeSpan.FromSeconds(1);

    // So many times the time between two looks, a look is good.
    private const int Good = 5;
    private readonly ConcurrentDictionary<PoolId, Sight> _pools = new();

    /// <summary>What an opening of somebody without a desktop may be decided on.</summary>
    /// <param name="pool">Whose hosts.</param>
    /// <param name="began">When the store began in which they have no desktop: one of before may have known of hosts that carry it, or of none that does; null = they have none wherever.</param>
    /// <returns>Null when nobody has looked for a while, or the store was emptied a moment ago, or since the look.</returns>
    public OpeningState? Of(Pool pool, DateTimeOffset? began = null)
    {
        var sight = SightOf(pool);
        var look = sight.Look;
        if ((look is null || look.Age > look.Every) && Interlocked.Exchange(ref sight.Looking, 1) == 0) _ = RefreshAsync(sight);
        if (look is null || !look.Settled || look.Age > look.Every * Good) return null;
        if (began is not null && began != look.Began) return null;
        return new OpeningState(null, null, Judged(sight, look)) { Rules = pool.Placing };
    }

    /// <summary>The hosts as a look showed them that was sent at <paramref name="asked"/> or later: of the hosts all that one's own reading would tell, but whether one's account holds a seat there.</summary>
    /// <param name="pool">Whose hosts.</param>
    /// <param name="asked">By <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="cancel">Ends the wait, not the look.</param>
    /// <exception cref="StoreOutOfReachException">Redis did not answer.</exception>
    public async Task<OpeningState> SinceAsync(Pool pool, long asked, CancellationToken cancel)
    {
        var sight = SightOf(pool);
        Look look;
        try
        {
            look = await sight.Reading.AskAsync(asked).WaitAsync(cancel);
        }
        catch (StoreException shared)
        {
            throw shared.ForAnother();
        }
        // All who share a look decide at about the same time: whose claim has come back is seen by those who come after.
        if (sight.Look is { } now && now.At >= look.At) look = now;
        return new OpeningState(null, null, look.Hosts) { Rules = pool.Placing, Recalling = !look.Settled };
    }

    /// <summary>Somebody was seated on a host.</summary>
    public void Charge(HostId host, string user)
    {
        foreach (var sight in _pools.Values)
        {
            for (var look = sight.Look; look is not null && look.Index.TryGetValue(host, out var at); look = sight.Look)
            {
                ImmutableArray<HostChoice> Charged(ImmutableArray<HostChoice> hosts) => hosts.IsDefault ? hosts : hosts.SetItem(at, hosts[at] with { Seats = hosts[at].Seats.With(user) });
                var charged = look with { Hosts = Charged(look.Hosts), Judged = Charged(look.Judged) };
                if (Interlocked.CompareExchange(ref sight.Look, charged, look) == look) break;
            }
        }
    }

    private Sight SightOf(Pool pool) => _pools.GetOrAdd(pool.Id, static (_, given) => new Sight(sight => given.View.LookAsync(given.Pool, sight)), (View: this, Pool: pool));

    // With the hosts' health as it is now, but of those that had said nothing yet: nobody can be sent to a host of which no more is known. What that changes is worked out once and not for each person.
    private ImmutableArray<HostChoice> Judged(Sight sight, Look look)
    {
        var healths = watch.Healths;
        if (look.Healths == healths) return look.Judged;
        var judged = look with { Judged = [.. look.Hosts.Select(choice => choice.Observation is null ? choice : choice with { Health = healths.GetValueOrDefault(choice.Host.Id, HostHealth.Awaited) })], Healths = healths };
        // Who was seated meanwhile is in the one that stays, judged by the next.
        Interlocked.CompareExchange(ref sight.Look, judged, look);
        return judged.Judged;
    }

    private static async Task RefreshAsync(Sight sight)
    {
        try
        {
            await sight.Reading.AskAsync(Stopwatch.GetTimestamp());
        }
        catch (StoreException)
        {
            // Told by the store. Who comes reads, and is told.
        }
        finally
        {
            Volatile.Write(ref sight.Looking, 0);
        }
    }

    private async Task<Look> LookAsync(Pool pool, Sight sight)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            var (hosts, settled, began) = await sessions.SightAsync(pool);
            var took = Stopwatch.GetElapsedTime(from);
            return sight.Look = new Look(hosts, hosts.Select((choice, at) => KeyValuePair.Create(choice.Host.Id, at)).ToFrozenDictionary(), from, TimeSpan.FromTicks(Math.Clamp((took * Rest).Ticks, _soonest.Ticks, _latest.Ticks)), settled, began);
        }
        catch (StoreException)
        {
            sight.Look = null;
            throw;
        }
    }

    private sealed class Sight
    {
        public volatile Look? Look;
        public int Looking;

        public Sight(Func<Sight, Task<Look>> look) => Reading = new SharedRead<Look>(() => look(this), BriefRest, _longestRest);

        public SharedRead<Look> Reading { get; }
    }

    // The hosts as they were read: what an emptied store does not know is told by their health and their strays of one moment.
    private sealed record Look(ImmutableArray<HostChoice> Hosts, IReadOnlyDictionary<HostId, int> Index, long At, TimeSpan Every, bool Settled, DateTimeOffset Began)
    {
        public ImmutableDictionary<HostId, HostHealth>? Healths { get; init; }

        // The same, with the health that Healths tells; default = not yet.
        public ImmutableArray<HostChoice> Judged { get; init; }

        public TimeSpan Age => Stopwatch.GetElapsedTime(At);
    }
}
