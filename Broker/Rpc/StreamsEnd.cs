using Grpc.Core;

namespace VdiBroker.Rpc;

/// <summary>Ends every open stream promptly when the broker stops, so that stations and agents move to another one at once; and one stream alone.</summary>
internal sealed class StreamsEnd(IHostApplicationLifetime lifetime)
{
    // A peer takes some milliseconds to read why its stream has ended; a connection that is closed before takes the last word with it (seen as Internal in place of BROKER_STOPPING).
    private static readonly TimeSpan _lastWord = TimeSpan.FromMilliseconds(100);

    /// <summary>Cancelled as soon as the broker is asked to stop.</summary>
    public CancellationToken Token => lifetime.ApplicationStopping;

    /// <summary>Ends when the broker has been asked to stop and its peers could read that; then connections may be closed.</summary>
    public async Task SaidAsync()
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(_lastWord);
    }

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
