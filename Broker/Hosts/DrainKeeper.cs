using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>Keeps in mind which hosts are drained, at every broker, and says it again to a store that was emptied: a machine that is being mended takes nobody because Redis lost its file. Names the drains that cannot be read.</summary>
internal sealed class DrainKeeper(DrainBook drains, HostCatalogue hosts, FarmEvents events, ILogger<DrainKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);
    private readonly Bell _bell = new();
    private DrainSight? _known;
    private ImmutableHashSet<(HostId Host, string Why)> _unreadable = [];

    /// <summary>Looks once.</summary>
    /// <returns>How many drains were put back.</returns>
    /// <exception cref="StoreException">The store is out of reach: what is known stands.</exception>
    public async Task<int> LookAsync()
    {
        var seen = await drains.LookAsync();
        var put = 0;
        // Only soon: what was taken back since, whoever was cut off meanwhile has not heard.
        if (_known is { } known && known.Moment.Began != seen.Moment.Began && seen.Moment.Age < hosts.Thresholds.Settled)
        {
            foreach (var drain in known.Drains.Values)
            {
                // Another broker may be as fast, and somebody may have planned it anew: it is put back once, and only where there is none.
                if (!await drains.PutBackAsync(drain)) continue;
                HostsLog.DrainPutBack(logger, drain.Host, drain.By);
                put++;
            }
            seen = await drains.LookAsync();
        }
        TellOfUnreadable(seen.Drains.Values);
        _known = seen;
        return put;
    }

    // Each once, for as long as it is so.
    private void TellOfUnreadable(IEnumerable<HostDrain> drains)
    {
        var before = _unreadable;
        _unreadable = [.. drains.Where(drain => drain.IsUnreadable).Select(drain => (drain.Host, drain.Why))];
        foreach (var (host, why) in _unreadable.Except(before)) HostsLog.DrainUnreadable(logger, host, why);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hears = events.Subscribe(happened =>
        {
            if (happened.Kind.StartsWith("host-drain-", StringComparison.Ordinal)) _bell.Ring();
        });
        await StoreLook.RepeatAsync(_look, LookAsync, stoppingToken, _bell);
    }
}
