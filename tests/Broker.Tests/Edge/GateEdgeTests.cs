using System.Net;
using System.Net.Sockets;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The gate before the handshakes, as seen from outside.</summary>
[Collection(TownCollection.Name)]
public sealed class GateEdgeTests(Town town)
{
    // Each would hold a place until its handshake is given up, 5 s: of so many a station would wait for 40 s on two cores.
    private static readonly int _silent = 16 * (1 + Environment.ProcessorCount);

    [Fact]
    public async Task Connections_that_say_nothing_keep_no_station_out()
    {
        var at = new Uri(town.First.Uri);
        var silent = Enumerable.Range(0, _silent).Select(_ => new TcpClient()).ToList();
        try
        {
            foreach (var one in silent) await one.ConnectAsync(IPAddress.Parse(at.Host), at.Port);
            using var station = await StationPeer.ConnectAsync(town, town.First, "poste-g1");
            await station.Calls.CloseAsync(new CloseRequest { SignIn = "nobody's", Closing = Closing.Leave }, deadline: DateTime.UtcNow + TimeSpan.FromSeconds(4));
        }
        finally
        {
            foreach (var one in silent) one.Dispose();
        }
    }
}
