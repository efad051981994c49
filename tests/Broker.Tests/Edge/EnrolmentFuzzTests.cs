using System.Net;
using System.Net.Sockets;
using CsCheck;
using Google.Protobuf;
using Grpc.Core;
using VdiBroker.City.Brokers;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>What hostile stations send hurts only them: while they do it, another one signs people in.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class EnrolmentFuzzTests(Town town)
{
    private const int Attacks = 60;
    private static readonly Marshaller<byte[]> _plain = Marshallers.Create(bytes => bytes, bytes => bytes);

    private static readonly Gen<EnrolRequest> _hostile = Gen.Select(Gen.OneOf(Gen.String, Gen.Const("\u001b]0;x\u0007"), Gen.Const(new string('a', 5000))), Gen.OneOf(Gen.String[0, 200], Gen.Const("\u202e\u0000\r\n{}")), Gen.OneOf(Gen.String, Gen.Const("3c:52:82:01:0a:ff")).Array[0, 20],
        (name, model, macs) => new EnrolRequest { Name = Utf8(name), Model = Utf8(model), Macs = { macs.Select(Utf8) }, Language = "fr" });

    [Fact]
    public async Task Hostile_texts_bytes_and_orders_of_calls_are_refused_and_another_station_signs_in_meanwhile()
    {
        await using var city = await TwoBrokers.StartAsync(town, "enrol-fuzz", 138, "4m");
        using var honest = new UnknownStation(town);
        var certificate = await honest.AdmittedAsync(city.One, "poste-honnete");
        using var peer = honest.At(city.One, certificate);
        // One after the other: the same person is held back who signs in as fast as this.
        var people = town.People.Everybody.Where(one => one.Tenant == "drancy" && one.Groups.Contains("agents")).Select(one => one.Login).ToArray();
        using var over = new CancellationTokenSource();
        var attacks = AttackAsync(city.One);
        var signedIn = 0;
        do
        {
            await peer.SignInAsync(town, people[signedIn++ % people.Length]);
        }
        while (!attacks.IsCompleted);
        await attacks;
        var renewals = new EnrolmentService.EnrolmentServiceClient(honest.Connect(city.One, honest.With(certificate)));
        foreach (var request in Gen.Byte.Array[0, 3000].Array[20].Single())
            Assert.Equal(ErrorCode.InvalidRequest, (await Peers.RefusalAsync(async () => await renewals.RenewAsync(new RenewRequest { SigningRequest = ByteString.CopyFrom(request) }, deadline: DateTime.UtcNow + Peers.Patience))).Code);
        Assert.True(signedIn > 1, $"{signedIn} sign-ins");
        await peer.SignInAsync(town, people[signedIn % people.Length]);

        // Whatever was taken in is plain, and the terminal of the operator is not written to.
        var listed = await city.One.OperatorAsync("station", "waiting");
        Assert.Equal(0, listed.Status);
        Assert.DoesNotContain(listed.Output, one => char.IsControl(one) && one != '\n');
        Assert.DoesNotContain(city.One.Log(), one => char.IsControl(one) && one is not ('\n' or '\r' or '\t'));
        Assert.DoesNotContain("[202]", city.One.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_floods_the_broker_with_keys_fills_the_own_share_and_a_known_station_notices_nothing()
    {
        await using var city = await TwoBrokers.StartAsync(town, "enrol-flood", 142, "4m");
        using var honest = new UnknownStation(town);
        using var peer = honest.At(city.Two, await honest.AdmittedAsync(city.One, "poste-tranquille"));
        var stations = new List<UnknownStation>();
        try
        {
            ErrorDetail? full = null;
            for (var n = 0; n < 45 && full is null; n++)
            {
                var station = new UnknownStation(town);
                stations.Add(station);
                // It does not stay: the wish does, for an hour.
                using var asking = station.Ask(city.One);
                try
                {
                    await asking.NextAsync();
                }
                catch (RpcException refused)
                {
                    full = City.Callers.StationCaller.Refusal(refused);
                }
            }
            Assert.Equal((ErrorCode.EnrolmentFull, 40), (full?.Code, stations.Count - 1));
            // Who was here before keeps the code.
            using var again = stations[0].Ask(city.Two);
            Assert.NotEqual("", (await again.WaitingAsync()).Code);
        }
        finally
        {
            foreach (var station in stations) station.Dispose();
        }
        await peer.SignInAsync(town, town.Only("drancy", "agents", 4));
    }

    private async Task AttackAsync(BrokerProcess broker)
    {
        using var station = new UnknownStation(town);
        var invoker = station.Connect(broker).CreateCallInvoker();
        var enrol = new Method<byte[], byte[]>(MethodType.ServerStreaming, "vdibroker.station.v1.EnrolmentService", "Enrol", _plain, _plain);
        for (var n = 0; n < Attacks; n++)
        {
            await HearAsync(new EnrolmentService.EnrolmentServiceClient(invoker).Enrol(_hostile.Single(), deadline: DateTime.UtcNow + Peers.Patience));
            // No message of the protocol, one that is too large, and one that says each field twice.
            var bytes = n % 10 == 0 ? new byte[400_000] : Gen.Byte.Array[0, 300].Single();
            await HearAsync(invoker.AsyncServerStreamingCall(enrol, null, new CallOptions(deadline: DateTime.UtcNow + Peers.Patience), bytes));
            var twice = new EnrolRequest { Model = "Igel UD3" }.ToByteArray();
            await HearAsync(invoker.AsyncServerStreamingCall(enrol, null, new CallOptions(deadline: DateTime.UtcNow + Peers.Patience), [.. twice, .. twice]));
            await NoiseAsync(broker, Gen.Byte.Array[1, 500].Single());
        }
    }

    private static async Task HearAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using var begun = call;
        try
        {
            await call.ResponseStream.MoveNext(CancellationToken.None);
        }
        catch (RpcException)
        {
            // A no is what is expected.
        }
    }

    // No TLS at all.
    private static async Task NoiseAsync(BrokerProcess broker, byte[] noise)
    {
        var uri = new Uri(broker.Uri);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(uri.Host), uri.Port);
        await socket.SendAsync(noise);
    }

    // Protobuf's own writer refuses halves of characters.
    private static string Utf8(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
