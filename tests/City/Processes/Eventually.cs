using System.Diagnostics;

namespace VdiBroker.City.Processes;

/// <summary>Waits for conditions with a deadline; the only place of the tests that lets time pass.</summary>
public static class Eventually
{
    /// <summary>How often a condition is looked at.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    /// <param name="what">What is waited for, said when the deadline passes.</param>
    /// <param name="deadline">The longest wait.</param>
    /// <param name="condition">Looked at every <see cref="Step"/>; an exception counts as "not yet" and is named at the deadline.</param>
    /// <param name="cancel">Ends the wait early.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
    public static async Task HoldsAsync(string what, TimeSpan deadline, Func<Task<bool>> condition, CancellationToken cancel = default)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            // After a stall of the whole machine too it is looked at once more.
            var isLast = clock.Elapsed >= deadline;
            Exception? last;
            try
            {
                if (await condition()) return;
                last = null;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                last = fault;
            }
            if (isLast) throw new TimeoutException($"{what}: not within {deadline.TotalSeconds:0.#} s" + (last is null ? "" : $" (last fault: {last.Message})"), last);
            await Task.Delay(Step, cancel);
        }
    }

    /// <summary>The same for a condition that needs no waiting of its own.</summary>
    public static Task HoldsAsync(string what, TimeSpan deadline, Func<bool> condition, CancellationToken cancel = default) =>
        HoldsAsync(what, deadline, () => Task.FromResult(condition()), cancel);
}
