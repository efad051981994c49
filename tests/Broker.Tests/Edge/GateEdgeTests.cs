using System.Net;
using System.Net.Sockets;
using VdiBroker.Broker.Tests.Rpc;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The gate before the handshakes, as seen from outside.</summary>
[Collection(TownCollection.Name)]
public sealed class GateEdgeTests(Town town)
{
    // Each would hold a place until its handshake is given up, 5 s: of so many a station would wait for 40 s on two cores.
    private static readonly int _silent = 16 * (1 + Environment.ProcessorCount);

    // Not that of the test's stations, who share theirs with whatever else runs here.
    private static readonly IPAddress _elsewhere = IPAddress.Parse("127.0.0.99");

    public enum Says
    {
        Nothing,
        OneByte,
        HalfTheFirstWord,
        TheFirstWordAndNoMore,
    }

    [Theory]
    [InlineData(Says.Nothing, true)]
    [InlineData(Says.OneByte, true)]
    [InlineData(Says.HalfTheFirstWord, true)]
    [InlineData(Says.TheFirstWordAndNoMore, false)]
    public async Task Connections_that_say_nothing_or_not_all_keep_no_station_out(Says what, bool sameAddress)
    {
        var at = new Uri(town.First.Uri);
        var word = await ClientHelloTests.MadeAsync();
        var said = what switch
        {
            Says.Nothing => [],
            Says.OneByte => word[..1],
            Says.HalfTheFirstWord => word[..(word.Length / 2)],
            _ => word,
        };
        var silent = Enumerable.Range(0, _silent).Select(_ => sameAddress ? new TcpClient() : new TcpClient(new IPEndPoint(_elsewhere, 0))).ToList();
        try
        {
            foreach (var one in silent)
            {
                await one.ConnectAsync(IPAddress.Parse(at.Host), at.Port);
                await one.GetStream().WriteAsync(said);
            }
            using var station = await StationPeer.ConnectAsync(town, town.First, $"poste-g{(int)what}");
            await station.Calls.CloseAsync(new CloseRequest { SignIn = "nobody's", Closing = Closing.Leave }, deadline: DateTime.UtcNow + TimeSpan.FromSeconds(15));
        }
        finally
        {
            foreach (var one in silent) one.Dispose();
        }
    }
}
