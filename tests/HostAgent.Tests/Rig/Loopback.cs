using System.Net;
using System.Net.Sockets;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>Addresses and ports that nobody else uses: the whole of 127/8 is this machine.</summary>
internal static class Loopback
{
    public static IPAddress Address() =>
        new([127, (byte)Random.Shared.Next(20, 250), (byte)Random.Shared.Next(0, 256), (byte)Random.Shared.Next(1, 255)]);

    public static int FreePort(IPAddress address)
    {
        using var probe = new TcpListener(address, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
