using System.Net;
using System.Net.Sockets;
using VdiBroker.City.Processes;

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
        _listener = Loopback.Bind(address, Number);
        _listener.Listen(512);
        Number = Loopback.PortOf(_listener);
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Closes it: who connects is refused when this returns.</summary>
    public async Task CloseAsync()
    {
        if (_listener is not null) Loopback.StopListening(_listener);
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
