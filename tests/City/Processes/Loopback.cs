using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace VdiBroker.City.Processes;

/// <summary>256 loopback addresses that nothing else on this machine listens on.</summary>
/// <param name="Prefix">Their first three numbers, "127.x.y".</param>
public sealed record Loopback(string Prefix)
{
    private static readonly ConcurrentDictionary<int, bool> _givenDisplays = new();

    /// <summary>Picks a block at random.</summary>
    public static Loopback Pick()
    {
        for (var tries = 0; tries < 100; tries++)
        {
            var block = new Loopback($"127.{RandomNumberGenerator.GetInt32(16, 240)}.{RandomNumberGenerator.GetInt32(1, 255)}");
            var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
            if (!taken.Any(end => end.Address.ToString().StartsWith(block.Prefix + ".", StringComparison.Ordinal))) return block;
        }
        throw new InvalidOperationException("No free block of loopback addresses was found.");
    }

    /// <summary>The address that ends in <paramref name="last"/>.</summary>
    public string Address(int last) => $"{Prefix}.{last}";

    /// <summary>A TCP port that nothing listens on at <paramref name="address"/> at this moment, picked by the kernel.</summary>
    public static int FreePort(string address = "127.0.0.1")
    {
        using var probe = Bind(IPAddress.Parse(address));
        return PortOf(probe);
    }

    /// <summary>Takes a TCP port without listening on it; others may listen there as soon as it is disposed.</summary>
    /// <param name="address">Of this machine.</param>
    /// <param name="port">0: the kernel picks a free one.</param>
    /// <remarks>One that had listened would keep others out for longer than that: a child that some other test has just forked holds it until it has become its program.</remarks>
    public static Socket Bind(IPAddress address, int port = 0)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The port that a socket is bound to.</summary>
    public static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Ends listening: whoever connects from now on is refused, and another may listen there, also while a forked child still holds the socket.</summary>
    public static void StopListening(Socket listener)
    {
        listener.Shutdown(SocketShutdown.Receive);
        listener.Dispose();
    }

    /// <summary>True when something listens at that place.</summary>
    public static bool Listens(string address, int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(end => end.Port == port && end.Address.ToString() == address);

    /// <summary>The first of 100 X display numbers in a row that no X server uses (their names are shared by all mount namespaces).</summary>
    public static int FreeDisplays()
    {
        var taken = File.ReadLines("/proc/net/unix").Select(line => line.Split("/.X11-unix/X", 2)).Where(parts => parts.Length == 2)
            .Select(parts => int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number / 100 : -1).ToHashSet();
        int hundred;
        do hundred = RandomNumberGenerator.GetInt32(2, 250);
        // Hosts that start together have no X server yet that the kernel could tell of.
        while (taken.Contains(hundred) || !_givenDisplays.TryAdd(hundred, true));
        return hundred * 100;
    }
}
