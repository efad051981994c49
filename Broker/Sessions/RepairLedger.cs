using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>Brings the ledger's belief to what an agent saw.</summary>
internal sealed class RepairLedger(SeatLedger ledger, ILogger<RepairLedger> logger)
{
    /// <summary>Compares and corrects; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    public Task RunAsync(HostSeen seen) =>
        Task.WhenAll(Reconciliation.Decide(seen.Believed, seen.Reading.Sessions, seen.Reading.BootId, seen.Now, seen.Reading.Wiped.ToHashSet(), seen.Reading.KeptOut.Select(one => new SessionId(one.Session)).ToHashSet())
            .Select(correction => RunAsync(seen, correction)));

    // Each concerns a session of its own.
    private async Task RunAsync(HostSeen seen, Correction correction)
    {
        if (!await ledger.CorrectAsync(correction)) return;
        SessionsLog.Corrected(logger, correction.Session.Id, seen.Host, correction.Phase, correction.Cause);
    }
}
