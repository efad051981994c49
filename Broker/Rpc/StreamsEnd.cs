using Grpc.Core;

namespace VdiBroker.Rpc;

/// <summary>Ends every open stream promptly when the broker stops, so that stations and agents move to another one at once; and one stream alone.</summary>
internal sealed class StreamsEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Cancelled as soon as the broker is asked to stop.</summary>
    public CancellationToken Token => lifetime.ApplicationStopping;

    /// <summary>Has this call's stream end when <paramref name="cut"/> is cancelled.</summary>
    public static void Mark(ServerCallContext call, CancellationToken cut) => call.UserState[typeof(StreamsEnd)] = cut;

    /// <summary>
    /// Cancelled by the broker's stop, by the peer's going, or by what the call was marked with. Not for a write: gRPC resets a stream whose write is cancelled, and its peer would
    /// never hear why it ended (seen as CANCEL in place of BROKER_STOPPING).
    /// </summary>
    public CancellationTokenSource With(ServerCallContext call) => call.UserState.TryGetValue(typeof(StreamsEnd), out var cut)
        ? CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, Token, (CancellationToken)cut)
        : CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, Token);
}
