using System.Collections.Concurrent;
using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>
/// Knows at every broker which hosts are dead, whichever broker their agents speak to: reads when each was heard four times a second, and tells who asked when that changes, or when the store
/// was emptied.
/// </summary>
internal sealed class HostWatch(RedisStore store, KeySpace keys, HostBoard board, HostCatalogue hosts, ILogger<HostWatch> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(250);
    private readonly ImmutableArray<HostId> _watched = [.. hosts.Hosts.Keys];
    private readonly ConcurrentDictionary<long, Action<HostId?>> _subscribers = new();
    private ImmutableDictionary<HostId, HostHealth> _health = ImmutableDictionary<HostId, HostHealth>.Empty;
    private DateTimeOffset? _began;
    private long _lastSubscriber;

    /// <summary>The health of a host at the last look; <see cref="HostHealth.Awaited"/> before the first one, and for machines without an agent.</summary>
    public HostHealth HealthOf(HostId host) => Volatile.Read(ref _health).GetValueOrDefault(host, HostHealth.Awaited);

    /// <summary>All of them at once: another object after each look.</summary>
    public ImmutableDictionary<HostId, HostHealth> Healths => Volatile.Read(ref _health);

    /// <summary>Calls <paramref name="changed"/> when a host has died or is back, or with null when the store was emptied: it must only pass the word on.</summary>
    /// <returns>Ends the subscription when disposed.</returns>
    public IDisposable Subscribe(Action<HostId?> changed)
    {
        var number = Interlocked.Increment(ref _lastSubscriber);
        _subscribers[number] = changed;
        return new Subscription(() => _subscribers.TryRemove(number, out _));
    }

    // Without the store what was known stays: once it is back, nobody is taken for dead for a while.
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => StoreLook.RepeatAsync(_look, LookAsync, stoppingToken);

    private async Task LookAsync()
    {
        var (moment, voices) = await store.RunAsync("watch hosts", async db =>
        {
            var clock = StoreClock.ReadAsync(db, keys);
            var heard = await board.VoicesAsync(db, _watched);
            return (await clock, _watched.Zip(heard));
        });
        var before = _health;
        var now = voices.ToImmutableDictionary(one => one.First, one => HostJudgement.Judge(one.Second, hosts.Thresholds, moment.Now, store.HearingFor, moment.Age));
        Volatile.Write(ref _health, now);
        if (_began is { } began && began != moment.Began) Tell(null);
        _began = moment.Began;
        foreach (var (host, health) in now)
        {
            var was = before.GetValueOrDefault(host, HostHealth.Awaited);
            if (was.IsDead() == health.IsDead()) continue;
            if (health.IsDead()) HostsLog.Dead(logger, host);
            else HostsLog.Back(logger, host, health);
            Tell(host);
        }
    }

    private void Tell(HostId? host)
    {
        foreach (var tell in _subscribers.Values) tell(host);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
