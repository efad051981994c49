using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VdiBroker.Ldap;

/// <summary>
/// Makes the TCP connections that libldap is then given: it has no deadline of its own for names and handshakes, and whoever made the socket can
/// shut it, so that a call which is blocked on it comes back.
/// </summary>
internal static partial class LdapSocket
{
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const int ShutBoth = 2;
    private const int TcpUserTimeout = 18;
    private const short PollIn = 1;

    // A search for the parents of 16 groups with the longest names that there are has 50 KiB.
    private const int LargestRequest = 256 << 10;

    /// <summary>Connects to the first address of a host that takes it.</summary>
    /// <returns>A blocking socket that belongs to the caller.</returns>
    /// <exception cref="SocketException">None takes it, or not by <paramref name="limit"/> (<see cref="SocketError.TimedOut"/>).</exception>
    public static int Connect(string host, int port, TimeSpan limit)
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        SocketException? last = null;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : Resolve(host, limit);
        for (var i = 0; i < addresses.Length; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                // A share for each: one that swallows everything leaves time for the next.
                Connect(socket, new IPEndPoint(addresses[i], port), TimeSpan.FromMilliseconds((until - Environment.TickCount64) / (addresses.Length - i)));
                return Release(socket, limit);
            }
            catch (SocketException fault)
            {
                last = fault;
                socket.Dispose();
            }
        }
        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Ends both directions; whoever is blocked on it comes back at once. The descriptor stays its owner's to close.</summary>
    public static void Shut(int socket) => _ = Shutdown(socket, ShutBoth);

    /// <summary>Closes a descriptor that nobody else owns.</summary>
    public static void Close(int socket) => _ = CloseDescriptor(socket);

    /// <summary>True when there is something to read though nothing was asked: the other end has closed it, or is about to.</summary>
    public static bool HasUnaskedInput(int socket)
    {
        var wanted = new PollEntry { Descriptor = socket, Events = PollIn };
        return Poll(ref wanted, 1, 0) != 0;
    }

    // The resolver's own time limits (resolv.conf) are of another order: it is left to itself when it takes longer than the call may.
    private static IPAddress[] Resolve(string host, TimeSpan limit)
    {
        var found = Array.Empty<IPAddress>();
        SocketException? unknown = null;
        var done = new ManualResetEventSlim();
        new Thread(() =>
        {
            try
            {
                found = Dns.GetHostAddresses(host);
            }
            catch (SocketException fault)
            {
                unknown = fault;
            }
            catch (ArgumentException)
            {
                unknown = new SocketException((int)SocketError.HostNotFound);
            }
            done.Set();
        })
        { IsBackground = true, Name = "ldap name" }.Start();
        if (!done.Wait(limit)) throw new SocketException((int)SocketError.TimedOut);
        return unknown is null ? found : throw unknown;
    }

    private static void Connect(Socket socket, IPEndPoint end, TimeSpan limit)
    {
        if (limit <= TimeSpan.Zero) throw new SocketException((int)SocketError.TimedOut);
        socket.NoDelay = true;
        socket.Blocking = false;
        try
        {
            socket.Connect(end);
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (!socket.Poll(limit, SelectMode.SelectWrite)) throw new SocketException((int)SocketError.TimedOut);
            var error = (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
            if (error != 0) throw new SocketException(error);
        }
    }

    // libldap greets a server on a blocking socket; .NET only pretends to give one back.
    private static int Release(Socket socket, TimeSpan limit)
    {
        // Later it does not block: a request must be taken at once, as nobody would send the rest of it.
        socket.SendBufferSize = LargestRequest;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        var milliseconds = (int)limit.TotalMilliseconds;
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in milliseconds)));
        var descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        socket.SafeHandle.SetHandleAsInvalid();
        var flags = Control(descriptor, GetFlags, 0);
        _ = Control(descriptor, SetFlags, flags & ~NonBlocking);
        return descriptor;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int socket, int how);
}
