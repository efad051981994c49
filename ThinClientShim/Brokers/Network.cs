using System.Net.Sockets;

namespace VdiBroker.Shim.Brokers;

/// <summary>Whether the network is there, as seen from this station: somebody on it answers, be it with a refusal.</summary>
internal static class Network
{
    // Two tries of TCP: the second goes out after a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Connects to all of them at once, says nothing, and hangs up. Ends with the first that answers: a machine that refuses is as good a sign as one that connects.</summary>
    /// <param name="peers">Host name or address, and port.</param>
    /// <param name="cancel">Gives up; the answer is then worth nothing.</param>
    /// <returns>False: for two seconds none has answered.</returns>
    public static async Task<bool> AnswersAsync(IEnumerable<(string Host, int Port)> peers, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        enough.CancelAfter(Patience);
        var there = false;
        await foreach (var one in Task.WhenEach(peers.Select(peer => AnswersAsync(peer.Host, peer.Port, enough.Token))))
        {
            if (!await one) continue;
            there = true;
            await enough.CancelAsync();
        }
        return there;
    }

    private static async Task<bool> AnswersAsync(string host, int port, CancellationToken cancel)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(host, port, cancel);
            return true;
        }
        catch (SocketException fault)
        {
            return fault.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
