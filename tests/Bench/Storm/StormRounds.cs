using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
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

    /// <summary>How often Redis read from its connections for each, without what it reads anyway: with one in flight, the round trips.</summary>
    public double RedisReads { get; init; }

    /// <summary>In milliseconds; 0 when nobody came.</summary>
    public double Percentile(double part) => Took.IsEmpty ? 0 : TimedRound.Percentile(Took, part);
}

/// <summary>Plays rounds and counts what is held twice after each.</summary>
internal sealed class StormRounds(StormFarm farm, Crowd crowd, TimeSpan time)
{
    private long _station;

    /// <summary>Over all rounds.</summary>
    public int DoubleHeld { get; private set; }

    /// <summary>So many in flight, the next one when one has ended.</summary>
    public Task<StormRound> ClosedAsync(int inFlight, CancellationToken cancel) => PlayAsync(
        async (clock, took) => await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(
            async () =>
            {
                while (clock.Elapsed < time && crowd.Outside > inFlight) await ComeAsync(Stopwatch.GetTimestamp(), took);
            },
            cancel))),
        cancel);

    /// <summary>So many begin a second, whether those before have ended or not; a late start counts as waiting.</summary>
    public Task<StormRound> OpenAsync(int perSecond, CancellationToken cancel) => PlayAsync(
        async (clock, took) =>
        {
            var (under, began) = (new List<Task>(), Stopwatch.GetTimestamp());
            for (var due = TimeSpan.Zero; due < time && crowd.Outside > 0; due += TimeSpan.FromSeconds(1.0 / perSecond))
            {
                if (due - clock.Elapsed is { Ticks: > 0 } rest) await Task.Delay(rest, cancel);
                under.Add(ComeAsync(began + (long)(due.TotalSeconds * Stopwatch.Frequency), took));
            }
            await Task.WhenAll(under);
        },
        cancel);

    private async Task<StormRound> PlayAsync(Func<Stopwatch, ConcurrentBag<TimeSpan>, Task> play, CancellationToken cancel)
    {
        var idle = await ReadsPerSecondAsync(cancel);
        var took = new ConcurrentBag<TimeSpan>();
        var (before, reads) = (Times(), await ReadsAsync());
        var clock = Stopwatch.StartNew();
        await play(clock, took);
        var elapsed = clock.Elapsed;
        var (after, readsAfter) = (Times(), await ReadsAsync());
        DoubleHeld += crowd.DoubleHeld();
        await crowd.GoHomeAsync(cancel);
        var count = Math.Max(1, took.Count);
        double Each(int part) => (after[part] - before[part]).TotalMilliseconds / count;
        return new StormRound(took.Count / elapsed.TotalSeconds, [.. took])
        {
            BrokerCpuMs = Each(0),
            DirectoryCpuMs = Each(1),
            RedisCpuMs = Each(2),
            LoadCpuMs = Each(3),
            RedisReads = Math.Max(0, readsAfter - reads - (idle * elapsed.TotalSeconds)) / count,
        };
    }

    private async Task ComeAsync(long due, ConcurrentBag<TimeSpan> took)
    {
        try
        {
            var coming = await crowd.ComeAsync(Interlocked.Increment(ref _station));
            if (coming.Login is null) throw new InvalidOperationException(coming.SentAway is null ? "nobody is left outside: give more --people or less time" : "sent away: that is for the bench 'overload'");
            took.Add(Stopwatch.GetElapsedTime(due));
        }
        catch (Exception counted) when (counted is RpcException or InvalidOperationException)
        {
            // The crowd has counted it; a closed loop must not spin on failures.
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private TimeSpan[] Times() => [Cpu.Of(farm.Broker.Pid), Cpu.Of(farm.Directory.Pid), Cpu.Of(farm.Redis.Pid), Cpu.Of(Environment.ProcessId)];

    private async Task<double> ReadsPerSecondAsync(CancellationToken cancel)
    {
        var (before, clock) = (await ReadsAsync(), Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(2), cancel);
        return (await ReadsAsync() - before) / clock.Elapsed.TotalSeconds;
    }

    private async Task<long> ReadsAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions { EndPoints = { farm.Redis.Endpoint }, AllowAdmin = true });
        var stats = await connection.GetServers()[0].InfoAsync("stats");
        return long.Parse(stats[0].Single(pair => pair.Key == "total_reads_processed").Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
