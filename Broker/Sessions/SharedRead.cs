using System.Diagnostics;

namespace VdiBroker.Sessions;

/// <summary>
/// One read for all who ask at about the same time: whoever asks gets one that was sent after they did, so that it is as good as one of their own. One at a time, with a rest between: however many ask, it takes a bounded share of the
/// store's time. Safe for concurrent use.
/// </summary>
/// <param name="read">Reads.</param>
/// <param name="rest">So many times what a read took lies between it and the next.</param>
/// <param name="longestRest">No rest is longer.</param>
internal sealed class SharedRead<T>(Func<Task<T>> read, int rest, TimeSpan longestRest)
{
    private readonly Lock _gate = new();
    private Task _rested = Task.CompletedTask;
    private Task<T>? _next;
    private Task<T>? _last;
    private long _lastSent;

    /// <summary>Gets what a read told that was sent at <paramref name="asked"/> or later; its fault is that of all who share it.</summary>
    /// <param name="asked">Since when it is wanted, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    public Task<T> AskAsync(long asked)
    {
        lock (_gate)
        {
            // What failed may do so no more.
            if (_last is { IsFaulted: false, IsCanceled: false } last && _lastSent >= asked) return last;
            if (_next is { } next) return next;
            var (before, rested) = (_rested, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _rested = rested.Task;
            return _next = RunAsync(before, rested);
        }
    }

    private async Task<T> RunAsync(Task before, TaskCompletionSource rested)
    {
        // Never within the gate.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var from = Stopwatch.GetTimestamp();
        // Whoever asks from now on is no longer served by this one.
        lock (_gate) (_last, _lastSent, _next) = (_next, from, null);
        var pause = TimeSpan.Zero;
        try
        {
            var told = await read();
            pause = Stopwatch.GetElapsedTime(from) * rest;
            return told;
        }
        finally
        {
            _ = RestAsync(pause, rested);
        }
    }

    private async Task RestAsync(TimeSpan time, TaskCompletionSource rested)
    {
        await Task.Delay(time < longestRest ? time : longestRest);
        rested.SetResult();
    }
}
