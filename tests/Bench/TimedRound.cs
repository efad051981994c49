using System.Collections.Immutable;
using System.Diagnostics;

namespace VdiBroker.Bench;

/// <summary>A round of work with how long each piece took.</summary>
/// <param name="PerSecond">How many ended a second.</param>
/// <param name="CpuMicroseconds">Of this process, for each.</param>
/// <param name="Took">How long each took.</param>
internal sealed record TimedRound(double PerSecond, double CpuMicroseconds, ImmutableArray<TimeSpan> Took)
{
    /// <summary>Lines logged meanwhile.</summary>
    public long LogLines { get; init; }

    /// <summary>A closed loop with so many in flight.</summary>
    public static async Task<TimedRound> InFlightAsync(int inFlight, TimeSpan time, Func<long, Task> once)
    {
        var took = Enumerable.Range(0, inFlight).Select(_ => new List<TimeSpan>()).ToArray();
        var round = await Round.InFlightAsync(inFlight, time, (lane, i) => TimeAsync(took[lane], () => once(i)));
        return new TimedRound(round.PerSecond, round.CpuMicroseconds, [.. took.SelectMany(lane => lane)]);
    }

    /// <summary>An open loop: so many begin a second, whether those before have ended or not; ends when the last has.</summary>
    public static async Task<ImmutableArray<TimeSpan>> EverySoOftenAsync(int perSecond, TimeSpan time, Func<long, Task> once)
    {
        var (clock, under) = (Stopwatch.StartNew(), new List<Task<TimeSpan>>());
        for (var due = TimeSpan.Zero; due < time; due += TimeSpan.FromSeconds(1.0 / perSecond))
        {
            if (due - clock.Elapsed is { Ticks: > 0 } rest) await Task.Delay(rest);
            under.Add(SinceAsync(clock, due, once(under.Count)));
        }
        return [.. await Task.WhenAll(under)];
    }

    /// <summary>The middle round's speed.</summary>
    public static double MedianPerSecond(IEnumerable<TimedRound> rounds)
    {
        var sorted = rounds.Select(round => round.PerSecond).Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>In milliseconds.</summary>
    public static double Percentile(IEnumerable<TimeSpan> took, double part)
    {
        var sorted = took.Order().ToArray();
        return sorted[(int)(part * (sorted.Length - 1))].TotalMilliseconds;
    }

    private static async Task TimeAsync(List<TimeSpan> took, Func<Task> once)
    {
        var from = Stopwatch.GetTimestamp();
        await once();
        took.Add(Stopwatch.GetElapsedTime(from));
    }

    // From when it was due: a late start counts as waiting.
    private static async Task<TimeSpan> SinceAsync(Stopwatch clock, TimeSpan due, Task work)
    {
        await work;
        return clock.Elapsed - due;
    }
}
