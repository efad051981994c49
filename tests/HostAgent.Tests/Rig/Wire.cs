using System.Net;
using System.Net.Sockets;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>A TCP relay that can fall silent without closing, as a hanging machine does.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly Task _accepting;
    private volatile bool _frozen;

    public Wire(IPEndPoint target)
    {
        _target = target;
        _listener = new TcpListener(target.Address, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint Place => (IPEndPoint)_listener.LocalEndpoint;

    public void Freeze() => _frozen = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true) relays.Add(RelayAsync(await _listener.AcceptSocketAsync(_end.Token)));
        }
        finally
        {
            await Task.WhenAll(relays).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RelayAsync(Socket from)
    {
        using var near = from;
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await far.ConnectAsync(_target, _end.Token);
        await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16384];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
        {
            if (_frozen) await Task.Delay(Timeout.Infinite, _end.Token);
            await to.SendAsync(buffer.AsMemory(0, read), _end.Token);
        }
    }
}
