namespace VdiBroker.Agent.Watching;

/// <summary>Says that a report is due at once; many rings before the answer are one. One waiter, any number of ringers.</summary>
internal sealed class ReportBell : IDisposable
{
    private readonly SemaphoreSlim _due = new(0, 1);
    private readonly Lock _ring = new();

    /// <summary>A report is due.</summary>
    public void Ring()
    {
        lock (_ring)
        {
            if (_due.CurrentCount == 0) _due.Release();
        }
    }

    /// <summary>Waits for a ring, or for <paramref name="longest"/>.</summary>
    /// <returns>True when it rang.</returns>
    public Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancel) => _due.WaitAsync(longest, cancel);

    /// <inheritdoc/>
    public void Dispose() => _due.Dispose();
}
