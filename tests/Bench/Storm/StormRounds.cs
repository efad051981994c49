using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using StackExchange.Redis;

namespace VdiBroker.Bench.Storm;

/// <summary>What one round of sign-ins came to.</summary>
/// <param name="PerSecond">Whole sign-ins a second.</param>
/// <param name="Took">How long each took.</param>
internal sealed record StormRound(double PerSecond, ImmutableArray<TimeSpan> Took)
{
    /// <summary>Milliseconds of CPU for each sign-in.</summary>
    public double BrokerCpuMs { get; init; }

    /// <summary>The same of slapd.</summary>
    public double DirectoryCpuMs { get; init; }

    /// <summary>The same of Redis.</summary>
    public double RedisCpuMs { get; init; }

    /// <summary>The same of stations and agents.</summary>
    public double LoadCpuMs { get; init; }

    /// <summary>All of them but the broker.</summary>
    public double OthersCpuMs => DirectoryCpuMs + RedisCpuMs + LoadCpuMs;

    /// <summary>How often Redis read from its connections for each, without what it reads anyway: with one in flight, the round trips.</summary>
    public double RedisReads { get; init; }

    /// <summary>How many script calls Redis was given for each, without what it is given anyway.</summary>
    public double RedisScripts { get; init; }

    /// <summary>How each of the sign-ins went, in the order in which they ended.</summary>
    public ImmutableArray<Coming> Came { get; init; } = [];

    /// <summary>How each of those went who came once more, to their desktop.</summary>
    public ImmutableArray<Coming> CameAgain { get; init; } = [];

    /// <summary><see cref="BrokerCpuMs"/> without what it costs when nobody comes: hosts' reports and the looks at them.</summary>
    public double BrokerCpuMsAboveIdle { get; init; }

    /// <summary>The same of Redis.</summary>
    public double RedisCpuMsAboveIdle { get; init; }

    /// <summary>How much of the cores' time the machine below gave to others meanwhile, in percent: what a wait took longer for that is nobody's here.</summary>
    public double StolenPercent { get; init; }

    /// <summary>CPU of the broker before it, with nobody coming: ms in each second.</summary>
    public double IdleBrokerCpuMs { get; init; }

    /// <summary>The same of Redis.</summary>
    public double IdleRedisCpuMs { get; init; }

    /// <summary>In milliseconds; 0 when nobody came.</summary>
    public double Percentile(double part) => Took.IsEmpty ? 0 : TimedRound.Percentile(Took, part);
}

/// <summary>Plays rounds and counts what is held twice after each.</summary>
internal sealed class StormRounds(StormFarm farm, Crowd crowd, TimeSpan time)
{
    private readonly TimeSpan _idle = time < TimeSpan.FromSeconds(1) ? time * 2 : TimeSpan.FromSeconds(2);
    private long _station;

    /// <summary>Over all rounds.</summary>
    public int DoubleHeld { get; private set; }

    /// <summary>So many in flight, the next one when one has ended.</summary>
    /// <param name="inFlight">How many.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="again">Then all of them come once more, one at a time, before they go home.</param>
    public Task<StormRound> ClosedAsync(int inFlight, CancellationToken cancel, bool again = false) => PlayAsync(
        async (clock, came) => await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(
            async () =>
            {
                while (clock.Elapsed < time && crowd.Outside > inFlight) await ComeAsync(Stopwatch.GetTimestamp(), came);
            },
            cancel))),
        again,
        cancel);

    /// <summary>So many begin a second, whether those before have ended or not; a late start counts as waiting.</summary>
    public Task<StormRound> OpenAsync(int perSecond, CancellationToken cancel) => PlayAsync(
        async (clock, came) =>
        {
            var (under, began) = (new List<Task>(), Stopwatch.GetTimestamp());
            for (var due = TimeSpan.Zero; due < time && crowd.Outside > 0; due += TimeSpan.FromSeconds(1.0 / perSecond))
            {
                if (due - clock.Elapsed is { Ticks: > 0 } rest) await Task.Delay(rest, cancel);
                under.Add(ComeAsync(began + (long)(due.TotalSeconds * Stopwatch.Frequency), came));
            }
            await Task.WhenAll(under);
        },
        again: false,
        cancel);

    private async Task<StormRound> PlayAsync(Func<Stopwatch, ConcurrentQueue<(TimeSpan Took, Coming Coming)>, Task> play, bool again, CancellationToken cancel)
    {
        var idleFrom = await SpentAsync();
        await Task.Delay(_idle, cancel);
        var before = await SpentAsync();
        var idle = before.Since(idleFrom);
        var came = new ConcurrentQueue<(TimeSpan Took, Coming Coming)>();
        await play(Stopwatch.StartNew(), came);
        var spent = (await SpentAsync()).Since(before);
        IReadOnlyList<Coming> cameAgain = again ? await crowd.ComeAgainAsync() : [];
        DoubleHeld += crowd.DoubleHeld();
        await crowd.GoHomeAsync(cancel);
        var (count, seconds) = (Math.Max(1, came.Count), spent.At.TotalSeconds);
        double Above(Func<Spent, double> part) => Math.Max(0, part(spent) - (part(idle) / idle.At.TotalSeconds * seconds)) / count;
        return new StormRound(came.Count / seconds, [.. came.Select(one => one.Took)])
        {
            Came = [.. came.Select(one => one.Coming)],
            CameAgain = [.. cameAgain],
            BrokerCpuMs = spent.Broker / count,
            DirectoryCpuMs = spent.Directory / count,
            RedisCpuMs = spent.Redis / count,
            LoadCpuMs = spent.Load / count,
            BrokerCpuMsAboveIdle = Above(part => part.Broker),
            RedisCpuMsAboveIdle = Above(part => part.Redis),
            RedisReads = Above(part => part.Reads),
            RedisScripts = Above(part => part.Scripts),
            StolenPercent = 100 * spent.Stolen / (seconds * 1000 * Environment.ProcessorCount),
            IdleBrokerCpuMs = idle.Broker / idle.At.TotalSeconds,
            IdleRedisCpuMs = idle.Redis / idle.At.TotalSeconds,
        };
    }

    private async Task ComeAsync(long due, ConcurrentQueue<(TimeSpan Took, Coming Coming)> came)
    {
        try
        {
            var coming = await crowd.ComeAsync(Interlocked.Increment(ref _station));
            if (coming.Login is null) throw new InvalidOperationException(coming.SentAway is null ? "nobody is left outside: give more --people or less time" : "sent away: that is for the bench 'overload'");
            came.Enqueue((Stopwatch.GetElapsedTime(due), coming));
        }
        catch (Exception counted) when (counted is RpcException or InvalidOperationException)
        {
            // The crowd has counted it; a closed loop must not spin on failures.
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task<Spent> SpentAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { farm.Redis.Endpoint }, AllowAdmin = true });
        var stats = await connection.GetServers()[0].InfoAsync("stats");
        var reads = long.Parse(stats[0].Single(pair => pair.Key == "total_reads_processed").Value, CultureInfo.InvariantCulture);
        // calls=9621,usec=… ; without a script so far there is no line.
        var evalsha = (await connection.GetServers()[0].InfoAsync("commandstats")).SelectMany(section => section).FirstOrDefault(pair => pair.Key == "cmdstat_evalsha").Value;
        var scripts = evalsha is null ? 0 : long.Parse(evalsha["calls=".Length..evalsha.IndexOf(',')], CultureInfo.InvariantCulture);
        double Milliseconds(int pid) => Cpu.Of(pid).TotalMilliseconds;
        return new Spent(Stopwatch.GetElapsedTime(0), Milliseconds(farm.Broker.Pid), Milliseconds(farm.Directory.Pid), Milliseconds(farm.Redis.Pid), Milliseconds(Environment.ProcessId), reads, scripts) { Stolen = Cpu.Stolen().TotalMilliseconds };
    }

    // CPU in milliseconds, and Redis' reads and script calls.
    private sealed record Spent(TimeSpan At, double Broker, double Directory, double Redis, double Load, long Reads, long Scripts)
    {
        public double Stolen { get; init; }

        public Spent Since(Spent before) => new(At - before.At, Broker - before.Broker, Directory - before.Directory, Redis - before.Redis, Load - before.Load, Reads - before.Reads, Scripts - before.Scripts) { Stolen = Stolen - before.Stolen };
    }
}
