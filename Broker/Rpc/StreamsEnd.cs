namespace VdiBroker.Rpc;

/// <summary>Ends every open stream promptly when the broker stops, so that stations and agents move to another one at once.</summary>
internal sealed class StreamsEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Cancelled as soon as the broker is asked to stop.</summary>
    public CancellationToken Token => lifetime.ApplicationStopping;

    /// <summary>Cancelled by the broker's stop or by the peer's going.</summary>
    public CancellationTokenSource With(CancellationToken peer) => CancellationTokenSource.CreateLinkedTokenSource(peer, Token);
}
