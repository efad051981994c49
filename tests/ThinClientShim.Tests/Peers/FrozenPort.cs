using System.Net;
using System.Net.Sockets;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>
/// A port before a broker that can be frozen: as with a process under SIGSTOP the kernel still takes connections and bytes, and nothing ever comes
/// back.
/// </summary>
internal sealed class FrozenPort : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _over = new();
    private readonly List<Task> _running = [];
    private readonly int _target;
    private volatile bool _frozen;

    public FrozenPort(ScriptedBroker broker)
    {
        _target = new Uri(broker.Address).Port;
        _listener.Start();
        _running.Add(AcceptAsync());
    }

    public string Address => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Freeze() => _frozen = true;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _listener.Stop();
        await Task.WhenAll(_running.ToArray()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_over.Token);
            lock (_running) _running.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        await far.ConnectAsync(IPAddress.Loopback, _target, _over.Token);
        await Task.WhenAny(PumpAsync(near.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), near.GetStream()));
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16 * 1024];
        int got;
        while ((got = await from.ReadAsync(buffer, _over.Token)) > 0)
            if (!_frozen) await to.WriteAsync(buffer.AsMemory(0, got), _over.Token);
        // Also an end is not passed on.
        if (_frozen) await Task.Delay(Timeout.Infinite, _over.Token);
    }
}
