using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Ends what the ledger has without a seat and no host has at all, and what it seats on a host that has left the city: no report speaks of it, it would stand in its person's way and be counted in its pool for ever. What runs
/// gets its seat back by its host's next report, so only what two looks in a row found unchanged is ended. One broker at a time looks; row and revision let each repair be
/// made once, whoever is late.
/// </summary>
internal sealed class UnseatedFinder(SingleRunner runner, SessionStore sessions, SeatLedger ledger, AdoptionLedger repairs, PoolCatalogue pools, ILogger<UnseatedFinder> logger) : BackgroundService
{
    // Twice that, and what a look takes, is well within the 30 s in which a disagreement is repaired.
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(10);
    private ImmutableHashSet<(SessionId Id, long Revision)> _suspected = [];

    /// <summary>Looks once; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    /// <param name="term">Ends it early.</param>
    public async Task LookAsync(JobTerm term)
    {
        var found = await sessions.UnseatedAsync(pools.Pools.Keys);
        var before = _suspected;
        _suspected = [.. found.Select(MarkOf)];
        var again = found.Where(one => before.Contains(MarkOf(one))).ToList();
        if (again.Count == 0) return;
        // What a silent host has is known when it is back.
        var silent = (await sessions.SilentHostsAsync()).ToHashSet();
        foreach (var one in again)
        {
            if (!term.IsHeld) return;
            if (one.Session is not { IsFinal: false } alive)
            {
                if (await repairs.DropAsync(one.Id, one.Pool, Adoption.SessionMissing)) SessionsLog.Dropped(logger, one.Id, one.Pool, Adoption.SessionMissing);
            }
            else if (!silent.Contains(alive.Host))
            {
                var correction = new Correction(alive, SessionLife.After(alive.Phase, LifeEvent.HostRestarted), one.HostIsGone ? Adoption.HostGone : Adoption.SeatMissing);
                if (await ledger.CorrectAsync(correction)) SessionsLog.Corrected(logger, alive.Id, alive.Host, correction.Phase, correction.Cause);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await CountAnewAsync(stoppingToken);
        await runner.RunAsync("unseated", _look, LookAsync, stoppingToken);
    }

    // Once at each start: of a farm whose brokers are changed one after the other, the last one starts when none of before is left.
    private async Task CountAnewAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await repairs.ForgetSharesAsync(pools.Pools.Keys);
                return;
            }
            catch (StoreException)
            {
                // Told by the store.
                await Task.Delay(_look, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static (SessionId Id, long Revision) MarkOf(UnseatedUse one) => (one.Id, one.Session?.Revision ?? 0);
}
