using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Ends claims on hosts that do not report: elsewhere the next report does it. Every broker looks; the script lets each claim end once.
/// </summary>
internal sealed class ClaimExpirer(SessionStore sessions, SeatLedger ledger, ILogger<ClaimExpirer> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);

    /// <summary>Looks once; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    public async Task LookAsync()
    {
        foreach (var host in await sessions.SilentHostsAsync())
        {
            foreach (var claim in (await sessions.OnHostAsync(host)).Where(session => session is { Phase: SessionPhase.Opening, IsRedeemed: false }))
            {
                var outcome = await ledger.ExpireAsync(claim);
                if (outcome is Expiry.Expired or Expiry.Left) SessionsLog.ClaimOver(logger, claim.Id, claim.Person, host, outcome);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LookAsync();
            }
            catch (StoreOutOfReachException fault)
            {
                SessionsLog.ClaimsNotRead(logger, fault.Message);
            }
            await Task.Delay(_look, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
