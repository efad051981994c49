using System.Diagnostics;

namespace VdiBroker.Bench;

/// <summary>What one round of work came to.</summary>
/// <param name="PerSecond">How often a second.</param>
/// <param name="CpuMicroseconds">Of this process, for each.</param>
internal sealed record Round(double PerSecond, double CpuMicroseconds)
{
    /// <summary>Work on threads of its own: the raw limit of libraries that block.</summary>
    public static async Task<Round> OnThreadsAsync(int threads, TimeSpan time, Func<int, Func<long, Action>> work)
    {
        var done = 0L;
        var clock = Clock();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(number => Task.Factory.StartNew(
            () =>
            {
                var once = work(number);
                for (var i = 0L; clock.Elapsed < time; i++)
                {
                    once(i)();
                    Interlocked.Increment(ref done);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return clock.End(done);
    }

    /// <summary>Work that waits without a thread: a closed loop with so many in flight.</summary>
    public static Task<Round> InFlightAsync(int inFlight, TimeSpan time, Func<long, Task> once) => InFlightAsync(inFlight, time, (_, i) => once(i));

    /// <summary>The same; the work is told which of those in flight it is, from 0.</summary>
    public static async Task<Round> InFlightAsync(int inFlight, TimeSpan time, Func<int, long, Task> once)
    {
        var (started, done) = (0L, 0L);
        var clock = Clock();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(lane => Task.Run(async () =>
        {
            while (clock.Elapsed < time)
            {
                await once(lane, Interlocked.Increment(ref started));
                Interlocked.Increment(ref done);
            }
        })));
        return clock.End(done);
    }

    /// <summary>Each number from 0 once, so many in flight.</summary>
    public static async Task<Round> EachAsync(int inFlight, long count, Func<long, Task> once)
    {
        var started = -1L;
        var clock = Clock();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref started); i < count; i = Interlocked.Increment(ref started)) await once(i);
        })));
        return clock.End(count);
    }

    /// <summary>The middle one by speed.</summary>
    public static Round Median(IEnumerable<Round> rounds)
    {
        var sorted = rounds.OrderBy(round => round.PerSecond).ToArray();
        return sorted[sorted.Length / 2];
    }

    private static Running Clock() => new(Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);

    private sealed record Running(Stopwatch Watch, TimeSpan CpuBefore)
    {
        public TimeSpan Elapsed => Watch.Elapsed;

        public Round End(long done) =>
            new(done / Watch.Elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - CpuBefore).TotalMicroseconds / Math.Max(1, done));
    }
}
