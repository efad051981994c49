using System.Net;
using System.Net.Sockets;

namespace VdiBroker.City.Directory;

/// <summary>A listening port that can be closed and opened again under the same number. One caller at a time.</summary>
internal sealed class RoughPort(IPAddress address, Action<Socket> taken) : IAsyncDisposable
{
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Its number, from the first <see cref="Listen"/> on.</summary>
    public int Number { get; private set; }

    /// <summary>Opens it; nothing happens when it is open.</summary>
    public void Listen()
    {
        if (_listener is not null) return;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(address, Number));
        _listener.Listen(512);
        Number = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Closes it: who connects is refused when this returns.</summary>
    public async Task CloseAsync()
    {
        _listener?.Dispose();
        _listener = null;
        await _accepting;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true) taken(await listener.AcceptAsync());
        }
        catch (Exception closed) when (closed is ObjectDisposedException or SocketException)
        {
            // CloseAsync.
        }
    }
}
