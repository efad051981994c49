using VdiBroker.Machines;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Does for machines without an agent what an agent's report does elsewhere: claims that no station confirmed come back, sessions whose station fell silent are on
/// nobody's screen, and what was signed out of ends. One broker at a time looks; the revision lets each correction be made once, whoever is late.
/// </summary>
internal sealed class MachineKeeper(SingleRunner runner, FarmEvents events, SessionStore sessions, SeatLedger ledger, MachineCatalogue machines, ILogger<MachineKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);

    /// <summary>Looks once; outages of the store come as <see cref="StoreOutOfReachException"/>.</summary>
    /// <param name="term">Ends it early.</param>
    /// <param name="hearingFor">For how long the store has been there without a break.</param>
    public async Task LookAsync(JobTerm term, TimeSpan hearingFor)
    {
        var now = await sessions.NowAsync();
        var held = await Task.WhenAll(machines.Machines.Values.Where(machine => !machine.HasAgent).Select(machine => sessions.OnHostAsync(machine.Id)));
        foreach (var session in held.SelectMany(some => some))
        {
            if (MachineLife.Decide(session, SeatLedger.Lease, now, hearingFor) is not { } correction) continue;
            if (!term.IsHeld) return;
            if (await ledger.CorrectAsync(correction)) SessionsLog.Corrected(logger, session.Id, session.Host, correction.Phase, correction.Cause);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!machines.Machines.Values.Any(machine => !machine.HasAgent)) return;
        var bell = new Bell();
        using var subscription = events.Subscribe(happened =>
        {
            // Who signs out and comes back at once must not wait for the next look.
            if (happened.Kind == "session-ending") bell.Ring();
        });
        await runner.RunAsync("machines", _look, term => LookAsync(term, sessions.HearingFor), stoppingToken, bell);
    }
}
