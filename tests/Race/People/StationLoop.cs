using VdiBroker.Race.Farm;
using VdiBroker.Race.History;

namespace VdiBroker.Race.People;

/// <summary>A station: one person after the other sits down at it.</summary>
internal sealed class StationLoop(string name, BrokerRing ring, RaceFarm farm, RaceHistory history, RaceClock clock)
{
    /// <summary>Runs until told to stop; the visit under way is ended in order.</summary>
    public async Task RunAsync(Crowd crowd, Random draw, CancellationToken stopping)
    {
        for (var number = 1; !stopping.IsCancellationRequested; number++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(draw.Next(1500)), stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) break;
            var turn = crowd.Next(draw);
            var end = VisitEnd.Unsure;
            try
            {
                var visit = new Visit(new RaceCalls($"{name}.{number}", turn.Person, ring, history, clock), farm.Machines, draw, stopping);
                end = turn.OnlyLook ? await visit.LookAsync() : await visit.RunAsync();
            }
            finally
            {
                crowd.Leave(turn.Person, end);
            }
        }
    }
}
