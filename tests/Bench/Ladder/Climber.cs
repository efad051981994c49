using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Bench.Storm;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Bench.Ladder;

/// <summary>Climbs: starts a farm of each size and measures the same on it.</summary>
/// <param name="Time">Of each round.</param>
/// <param name="Rounds">How many rounds of each kind.</param>
/// <param name="Settle">Waits until a store that has just begun is believed; without it openings read all hosts.</param>
internal sealed record Climber(TimeSpan Time, int Rounds, bool Settle)
{
    private const int Stations = 16;

    /// <summary>One rung.</summary>
    /// <param name="name">Axis and size.</param>
    /// <param name="plan">How big.</param>
    /// <param name="prepare">Fills what the farm does not fill by itself; after its start; null = nothing.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Rung> ClimbAsync(string name, StormPlan plan, Func<StormFarm, Task>? prepare, CancellationToken cancel)
    {
        var load = Report.Load();
        await using var farm = await StormFarm.StartAsync(plan, cancel);
        if (prepare is not null) await prepare(farm);
        await TakenInAsync(farm, cancel);
        if (Settle) await farm.SettledAsync(cancel);
        using var crowd = new Crowd(farm, Stations);
        await crowd.ConnectAsync();
        var storm = new StormRounds(farm, crowd, Time);
        // Everybody once: code is compiled, the store and the broker know them.
        var first = await storm.ClosedAsync(Stations, cancel);
        var (alone, many) = (new List<StormRound>(), new List<StormRound>());
        for (var i = 0; i < Rounds; i++)
        {
            alone.Add(await storm.ClosedAsync(1, cancel, again: true));
            many.Add(await storm.ClosedAsync(Stations, cancel));
        }
        return new Rung(name, load)
        {
            SignInMs = Middle(alone.SelectMany(round => round.Came).Select(coming => coming.SignedIn.TotalMilliseconds)),
            FirstSignInMs = Middle(first.Came.Select(coming => coming.SignedIn.TotalMilliseconds)),
            OpenMs = Middle(alone.SelectMany(round => round.Came).Select(coming => coming.Opened.TotalMilliseconds)),
            AgainMs = Middle(alone.SelectMany(round => round.CameAgain).Select(coming => coming.Opened.TotalMilliseconds)),
            CalmMs = Middle(alone.SelectMany(round => round.Came.Take(1)).Select(coming => coming.Opened.TotalMilliseconds)),
            LongestMs = alone.Concat(many).Max(round => round.Percentile(1)),
            PerSecond = Middle(many.Select(round => round.PerSecond)),
            BrokerCpuMs = Middle(many.Select(round => round.BrokerCpuMsAboveIdle)),
            RedisCpuMs = Middle(many.Select(round => round.RedisCpuMsAboveIdle)),
            DirectoryCpuMs = Middle(many.Select(round => round.DirectoryCpuMs)),
            IdleBrokerPercent = Middle(alone.Concat(many).Select(round => round.IdleBrokerCpuMs / 10)),
            IdleRedisPercent = Middle(alone.Concat(many).Select(round => round.IdleRedisCpuMs / 10)),
            BrokerMib = ProcessTable.ResidentBytes(farm.Broker.Pid) / 1048576.0,
            DoubleHeld = storm.DoubleHeld,
            Failures = crowd.Failures.ToImmutableDictionary(),
        };
    }

    /// <summary>0 when there is none.</summary>
    public static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted is [] ? 0 : sorted[sorted.Length / 2];
    }

    // Sessions that ran before are taken in from the agents' reports.
    private static async Task TakenInAsync(StormFarm farm, CancellationToken cancel)
    {
        var (keys, plan) = (new KeySpace(StormFarm.Farm), farm.Plan);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(farm.Redis.Endpoint);
        var db = connection.GetDatabase();
        var use = keys.Use(new PoolId(StormCity.PoolOf(plan, StormCity.Tenants(plan)[0])));
        var running = (long)plan.Running * farm.Agents.Count;
        await Eventually.HoldsAsync(string.Create(CultureInfo.InvariantCulture, $"{running} sessions taken in"), TimeSpan.FromMinutes(5), async () => await db.HashLengthAsync(use) == running, cancel);
    }
}
