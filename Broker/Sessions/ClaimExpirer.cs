using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Ends claims on hosts that do not report: elsewhere the next report does it. One broker at a time looks; the script lets each claim end once, whoever is late.
/// </summary>
internal sealed class ClaimExpirer(SingleRunner runner, SessionStore sessions, SeatLedger ledger, ILogger<ClaimExpirer> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);

    /// <summary>Looks once; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    /// <param name="term">Ends it early.</param>
    public async Task LookAsync(JobTerm term)
    {
        foreach (var host in await sessions.SilentHostsAsync())
        {
            foreach (var claim in (await sessions.OnHostAsync(host)).Where(session => session is { Phase: SessionPhase.Opening, IsRedeemed: false }))
            {
                if (!term.IsHeld) return;
                var outcome = await ledger.ExpireAsync(claim);
                if (outcome is Expiry.Expired or Expiry.Left) SessionsLog.ClaimOver(logger, claim.Id, claim.Person, host, outcome);
            }
        }
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => runner.RunAsync("claims", _look, LookAsync, stoppingToken);
}
