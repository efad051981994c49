using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VdiBroker.Agent.Linux;

/// <summary>Who is at the other end of a unix socket, by the kernel (SO_PEERCRED).</summary>
internal static class SocketPeer
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    /// <summary>Process and user id of who connected, or of who listened; -1 when the kernel does not say.</summary>
    public static (int Process, int User) Of(Socket socket)
    {
        Span<int> credentials = [-1, -1, -1];
        var length = socket.GetRawSocketOption(SocketLevel, PeerCredentials, MemoryMarshal.AsBytes(credentials));
        return length == 12 ? (credentials[0], credentials[1]) : (-1, -1);
    }
}
