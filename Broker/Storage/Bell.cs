using System.Threading.Channels;

namespace VdiBroker.Storage;

/// <summary>Wakes one loop before its time. Rung often, it is heard once: a loop looks at all that there is. Safe for concurrent use.</summary>
internal sealed class Bell
{
    private readonly Channel<bool> _rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Rings; nothing when it rings already.</summary>
    public void Ring() => _rung.Writer.TryWrite(true);

    /// <summary>Waits until it has rung.</summary>
    /// <param name="atMost">The longest wait.</param>
    /// <param name="cancel">Ends the wait; never thrown.</param>
    /// <returns>False when it was not rung: the time is over, or <paramref name="cancel"/> was asked for.</returns>
    public async Task<bool> HeardAsync(TimeSpan atMost, CancellationToken cancel)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(atMost);
        try
        {
            return await _rung.Reader.ReadAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
