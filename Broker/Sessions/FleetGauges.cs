using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Observability;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// What the city is like now, as gauges: hosts by health, seats and sessions by pool, who waits. Every broker reads it from the store every <see cref="Every"/> and tells the same; whoever
/// adds them up over brokers takes the largest. Sessions are what the hosts' agents saw.
/// </summary>
internal sealed class FleetGauges : BackgroundService
{
    /// <summary>From one look to the next: Prometheus asks as often.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private const string PoolTag = "vdibroker.pool";
    private const string OutOfService = "OutOfService";
    private readonly HostStates _hosts;
    private readonly HostWatch _watch;
    private readonly PoolCatalogue _pools;
    private readonly RedisStore _store;
    private readonly KeySpace _keys;
    private ImmutableArray<HostState> _states = [];
    private ImmutableDictionary<PoolId, long> _waiting = ImmutableDictionary<PoolId, long>.Empty;
    private long _looked;

    /// <summary>Registers the gauges.</summary>
    public FleetGauges(HostStates hosts, HostWatch watch, PoolCatalogue pools, RedisStore store, KeySpace keys)
    {
        (_hosts, _watch, _pools, _store, _keys) = (hosts, watch, pools, store, keys);
        var meter = Instruments.Meter;
        meter.CreateObservableGauge("vdibroker.hosts", Hosts, "{host}", "session hosts by health, as this broker judges it; OutOfService: drained and nobody's, whatever its agent says");
        meter.CreateObservableGauge("vdibroker.hosts.draining", Draining, "{host}", "hosts that are being taken out of service");
        meter.CreateObservableGauge("vdibroker.seats", Seats, "{seat}", "seats of a pool: taken; free; out: free on hosts that take nobody now. A host of two pools counts in both");
        meter.CreateObservableGauge("vdibroker.sessions", Sessions, "{session}", "desktops that run, by pool and whether a station is on them");
        meter.CreateObservableGauge("vdibroker.visitors.unwiped", Unwiped, "{visitor}", "visitors of public stations of whom something is left that their host could not remove; their seats stay taken");
        meter.CreateObservableGauge("vdibroker.queue.length", Waiting, "{person}", "people who wait for a seat");
        meter.CreateObservableGauge("vdibroker.fleet.age", Age, "s", "since the look that the gauges of hosts, seats, sessions and queues are from");
    }

    // Without the store vdibroker.fleet.age grows.
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => StoreLook.RepeatAsync(Every, LookAsync, stoppingToken);

    private async Task LookAsync()
    {
        var states = await _hosts.AllAsync();
        var queueing = _pools.Pools.Values.Where(pool => pool.Queues).Select(pool => pool.Id).ToArray();
        var lengths = await _store.RunAsync("count queues", db => Task.WhenAll(queueing.Select(pool => db.SortedSetLengthAsync(_keys.Queue(pool)))));
        Volatile.Write(ref _waiting, queueing.Zip(lengths).ToImmutableDictionary(pool => pool.First, pool => pool.Second));
        ImmutableInterlocked.InterlockedExchange(ref _states, states);
        Interlocked.Exchange(ref _looked, Stopwatch.GetTimestamp());
    }

    // Every health is told, the empty ones as 0: a line that is not there cannot be compared. Who is off for maintenance is not called silent.
    private IEnumerable<Measurement<long>> Hosts()
    {
        var words = _states.CountBy(state => state.IsOutOfService ? OutOfService : _watch.HealthOf(state.Host.Id).ToString()).ToDictionary();
        return Enum.GetValues<HostHealth>().Where(health => health != HostHealth.Untrusted).Select(health => health.ToString()).Append(OutOfService)
            .Select(word => Of(words.GetValueOrDefault(word), "vdibroker.host.health", word));
    }

    private IEnumerable<Measurement<long>> Draining() => [new(_states.Count(state => state.IsDraining))];

    private IEnumerable<Measurement<long>> Seats()
    {
        foreach (var (pool, hosts) in ByPool())
        {
            yield return Of(hosts.Sum(state => state.Taken), pool, "vdibroker.seat.state", "taken");
            yield return Of(hosts.Where(IsGiven).Sum(Free), pool, "vdibroker.seat.state", "free");
            yield return Of(hosts.Where(state => !IsGiven(state)).Sum(Free), pool, "vdibroker.seat.state", "out");
        }
    }

    private IEnumerable<Measurement<long>> Sessions()
    {
        foreach (var (pool, hosts) in ByPool())
        {
            // Agents say of which pool; one of an older broker's letting in, or nobody's, counts nowhere.
            var seen = hosts.Select(state => state.Tally.Pools.GetValueOrDefault(pool.Value)).OfType<PoolTally>().ToList();
            yield return Of(seen.Sum(tally => tally.Connected), pool, "vdibroker.session.state", "active");
            yield return Of(seen.Sum(tally => tally.Disconnected), pool, "vdibroker.session.state", "disconnected");
        }
    }

    private long Unwiped() => _states.Sum(state => state.Tally.Unwiped);

    private IEnumerable<Measurement<long>> Waiting() => _waiting.Select(pool => Of(pool.Value, PoolTag, pool.Key.Value));

    // -1 = it has never been looked.
    private double Age() => Interlocked.Read(ref _looked) is var looked and not 0 ? Stopwatch.GetElapsedTime(looked).TotalSeconds : -1;

    private IEnumerable<(PoolId Pool, HostState[] Hosts)> ByPool() => _states is { IsEmpty: true } ? [] : _pools.Pools.Values
        .Where(pool => pool.Kind != PoolKind.Fixed).Select(pool => (pool.Id, _states.Where(state => pool.Hosts.Contains(state.Host.Id)).ToArray()));

    private bool IsGiven(HostState state) => !state.IsDraining && _watch.HealthOf(state.Host.Id).Reports();

    private static long Free(HostState state) => Math.Max(0, state.Host.Seats - state.Taken);

    private static Measurement<long> Of(long value, string tag, string of) => new(value, new KeyValuePair<string, object?>(tag, of));

    private static Measurement<long> Of(long value, PoolId pool, string tag, string of) => new(value, new(PoolTag, pool.Value), new(tag, of));
}
