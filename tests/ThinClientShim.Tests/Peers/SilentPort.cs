using System.Net;
using System.Net.Sockets;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>
/// A port that can fall silent as if the network were cut: from then on the kernel drops whoever wants to connect, because nobody takes the connections that wait already.
/// </summary>
internal sealed class SilentPort : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    public SilentPort()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Answers();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>It refuses nobody.</summary>
    public void Answers()
    {
        foreach (var one in _waiting) one.Dispose();
        _waiting.Clear();
        _listener.Listen(100);
    }

    /// <summary>It answers nobody any more.</summary>
    public async Task FallSilentAsync()
    {
        _listener.Listen(0);
        while (true)
        {
            var one = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _waiting.Add(one);
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                await one.ConnectAsync(IPAddress.Loopback, Port, late.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        foreach (var one in _waiting) one.Dispose();
        _listener.Dispose();
    }
}
