using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Race.Checking;
using VdiBroker.Race.Farm;
using VdiBroker.Race.Faults;
using VdiBroker.Race.History;
using VdiBroker.Race.Machines;
using VdiBroker.Race.People;

namespace VdiBroker.Race;

/// <summary>One race: a farm, people, faults; then everybody is signed out and every seat tried.</summary>
internal sealed class RaceRun(RaceOptions options, RaceHistory history, Action<string> say)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly RaceClock _clock = RaceClock.StartNew();

    /// <summary>Runs it; what was seen is in the history afterwards.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var plan = options.Plan;
        var faults = options.Calm ? [] : options.Rolling ? FaultSchedule.Rolling(options.Length) : FaultSchedule.Draw(options.Seed, options.Length, plan.Brokers, plan.Hosts.Length);
        foreach (var fault in faults) say(fault.ToString());
        history.Add(new Laid(_clock.Now, plan.Seats, plan.Pools));
        using var sabotaged = options.Sabotage is { } name ? SabotagedBroker.Make(name) : null;
        await using var farm = await RaceFarm.StartAsync(plan, history, _clock, sabotaged?.Program, cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = Lateness.WatchAsync(late => history.Add(new Lag(_clock.Now, late)), over.Token);
        try
        {
            await RaceAsync(farm, faults, cancel);
        }
        finally
        {
            await over.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (options.Keep is { } keep) farm.KeepLogs(keep);
        }
    }

    private async Task RaceAsync(RaceFarm farm, ImmutableArray<PlannedFault> faults, CancellationToken cancel)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(farm.CaFile);
        var uris = farm.Brokers.Select(broker => broker.Uri).ToList();
        var rings = Enumerable.Range(0, farm.Plan.Stations).Select(n => new BrokerRing(uris, trusted, farm.Stations.Issue($"station-{n}"), n)).ToList();
        try
        {
            say($"everything runs after {_clock.Now.TotalSeconds:0.0} s");
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            stop.CancelAfter(options.Length);
            var crowd = new Crowd(farm.People);
            // Behaviour is drawn apart, so that it takes nothing from the schedule's numbers.
            var stations = rings.Select((ring, n) => new StationLoop($"s{n}", ring, farm, history, _clock).RunAsync(crowd, new Random(options.Seed ^ ((n + 1) * 7919)), stop.Token)).ToList();
            var playing = new FaultPlay(farm, history, _clock).RunAsync(faults, stop.Token);
            var judging = options.StopEarly ? JudgeAsync(stop) : Task.CompletedTask;
            await Task.WhenAll([.. stations, playing, judging]);
            cancel.ThrowIfCancellationRequested();
            if (options.StopEarly && Checker.Check(history.Events()).Count > 0) return;
            say($"people have gone after {_clock.Now.TotalSeconds:0.0} s");
            await new LastRound(farm, rings, history, _clock).RunAsync(crowd.Seen);
            say($"every seat has been tried after {_clock.Now.TotalSeconds:0.0} s");
        }
        finally
        {
            foreach (var ring in rings) ring.Dispose();
        }
    }

    private async Task JudgeAsync(CancellationTokenSource stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(LookEvery, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Checker.Check(history.Events()).Count > 0) await stop.CancelAsync();
        }
    }
}
