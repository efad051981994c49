using System.Net.Sockets;

namespace VdiBroker.Ldap;

/// <summary>
/// Tells when there is something to read on a socket that somebody else owns, without a thread that waits: .NET's own watch over all sockets of the process does. The socket does not block from then on.
/// </summary>
/// <param name="descriptor">The socket; it must stay open for as long as this is used.</param>
internal sealed class SocketWatch(int descriptor) : IDisposable
{
    private readonly Socket _socket = new(new SafeSocketHandle(descriptor, ownsHandle: false));

    /// <summary>Ends when there is something to read, or when the connection is over, whatever ended it: whoever reads then is told.</summary>
    public async ValueTask ReadableAsync()
    {
        try
        {
            // Of no octets: comes back when there are some, and takes none.
            await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
        }
        catch (SocketException)
        {
            // Read by libldap in its turn.
        }
    }

    public void Dispose() => _socket.Dispose();
}
