namespace VdiBroker.Rpc;

/// <summary>The two halves of a stream that goes both ways: neither outlives the other.</summary>
internal static class TwoWays
{
    /// <summary>Runs both until one is over.</summary>
    /// <param name="listen">Reads; its token ends it.</param>
    /// <param name="send">Writes; the first token ends it between two writes, the second one cancels a write, which resets the stream.</param>
    /// <param name="ended">Ends both too: a newer stream of the peer has come, or it does not read.</param>
    /// <param name="cancel">The peer's going or the broker's end. A peer that is to hear of that end is not reset.</param>
    public static async Task RunAsync(Func<CancellationToken, Task> listen, Func<CancellationToken, CancellationToken, Task> send, Task ended, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var cut = new CancellationTokenSource();
        var listening = listen(end.Token);
        var sending = send(end.Token, cut.Token);
        await Task.WhenAny(listening, sending, ended);
        await end.CancelAsync();
        if (!cancel.IsCancellationRequested) await cut.CancelAsync();
        await Task.WhenAll(listening, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (listening.IsFaulted) await listening;
    }
}
