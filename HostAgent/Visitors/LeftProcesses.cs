using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Visitors;

/// <summary>Processes of one account, by any of their user ids.</summary>
internal static class LeftProcesses
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Those that run now. One that has ended and waits for its parent holds nothing.</summary>
    public static IReadOnlyList<ProcessLine> Of(uint owner) => [.. ProcessLine.All().Values.Where(line => ProcessFacts.IsOf(line.Id, owner))];

    /// <summary>
    /// Ends them all. First each is stopped, until a look finds none that was not: what is stopped starts no others. Then they are killed, stopped as they are.
    /// </summary>
    public static async Task EndAsync(uint owner, TimeProvider time, CancellationToken cancel)
    {
        var clock = time.GetTimestamp();
        var stopped = new HashSet<(int, ulong)>();
        while (time.GetElapsedTime(clock) < Within)
        {
            var running = Of(owner);
            if (running.Count == 0) return;
            var fresh = running.Where(line => stopped.Add((line.Id, line.StartTicks))).ToList();
            foreach (var line in fresh) Libc.Signal(line.Id, line.StartTicks, Libc.Stop);
            if (fresh.Count > 0) continue;
            foreach (var line in running) Libc.Signal(line.Id, line.StartTicks, Libc.Kill);
            await Task.Delay(Step, time, cancel);
        }
    }
}
