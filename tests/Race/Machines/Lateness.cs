using System.Diagnostics;

namespace VdiBroker.Race.Machines;

/// <summary>How late a process is: on a machine that is short of processors everything takes so much longer, and what is measured may be wrong by as much.</summary>
internal static class Lateness
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(50);

    /// <summary>Says each time that it is later than usual, until cancelled.</summary>
    public static async Task WatchAsync(Action<TimeSpan> say, CancellationToken cancel)
    {
        while (true)
        {
            var from = Stopwatch.GetTimestamp();
            await Task.Delay(Tick, cancel);
            var late = Stopwatch.GetElapsedTime(from) - Tick;
            if (late > Usual) say(late);
        }
    }
}
