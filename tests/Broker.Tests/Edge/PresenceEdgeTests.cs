using Grpc.Core;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Stations that say how they are and take orders, at real brokers.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class PresenceEdgeTests(Town town)
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task An_order_reaches_its_station_by_whichever_broker_and_its_outcome_comes_back()
    {
        await using var fleet = await town.StartFleetAsync("presence-order", 90);
        await using var station = await AttendingPeer.AttachAsync(town, fleet.Brokers[0], "presence-1");
        await station.TellAsync(Protocol.Station.V1.StationActivity.Desktop);
        await Eventually.HoldsAsync("known to be on", Peers.Patience, async () => (await fleet.Brokers[1].OperatorAsync("station", "who")).Output.Contains("station presence-1 is on (desktop)", StringComparison.Ordinal));

        var ordering = fleet.Brokers[2].OperatorAsync("station", "order", "message", "presence-1", "--text", "Le service redémarre à midi.");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var order = await station.OrderAsync();
        Assert.True(clock.Elapsed < _soon + Peers.Patience, $"after {clock.Elapsed}");
        Assert.Equal("Le service redémarre à midi.", order.Message.Text);
        await station.AnswerAsync(order, OutcomeKind.Done, "read\u00e9");
        var told = await ordering;
        Assert.Equal((0, ""), (told.Status, told.Error));
        Assert.Contains("message", told.Output, StringComparison.Ordinal);
        Assert.Contains("done", told.Output, StringComparison.Ordinal);
        Assert.Contains("readé", told.Output, StringComparison.Ordinal);
        Assert.Contains("done", (await fleet.Brokers[0].OperatorAsync("station", "orders", "presence-1")).Output, StringComparison.Ordinal);

        var changing = fleet.Brokers[1].OperatorAsync("station", "order", "change", "presence-1", "--set", "language=en", "--set", "city=Ville = de Drancy", "--set", "size=");
        var change = await station.OrderAsync();
        Assert.Equal(["language=en", "city=Ville = de Drancy", "size="], change.Change.Settings.Select(one => $"{one.Name}={one.Value}"));
        await station.AnswerAsync(change, OutcomeKind.Done, "in force once nobody sits there");
        Assert.Contains("in force once nobody sits there", (await changing).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_waits_for_a_station_that_is_away_and_comes_again_until_its_outcome_is_known()
    {
        var given = await town.First.OperatorAsync("station", "order", "show", "presence-2", "--wait", "0");
        Assert.Equal(0, given.Status);
        Assert.Contains("waits for it", given.Output, StringComparison.Ordinal);
        string id;
        await using (var first = await AttendingPeer.AttachAsync(town, town.First, "presence-2"))
        {
            var order = await first.OrderAsync();
            Assert.NotNull(order.Show);
            id = order.OrderId;
        }
        await using var again = await AttendingPeer.AttachAsync(town, town.First, "presence-2");
        var same = await again.OrderAsync();
        Assert.Equal(id, same.OrderId);
        await again.AnswerAsync(same, OutcomeKind.Done, "");
        await Eventually.HoldsAsync("over", Peers.Patience, async () => (await town.First.OperatorAsync("station", "orders", "presence-2")).Output.Contains("done", StringComparison.Ordinal));
        await using var third = await AttendingPeer.AttachAsync(town, town.First, "presence-2");
        await third.TellAsync(Protocol.Station.V1.StationActivity.Free);
        Assert.Null(await third.NothingAsync());
    }

    [Fact]
    public async Task A_newer_stream_of_a_station_ends_the_older_and_a_revoked_one_is_cut()
    {
        await using var older = await AttendingPeer.AttachAsync(town, town.First, "presence-3");
        await using var newer = await AttendingPeer.AttachAsync(town, town.First, "presence-3");
        await older.EndsAsync();
        Assert.Equal(0, (await town.First.OperatorAsync("station", "revoke", "presence-3")).Status);
        var cut = await newer.EndsAsync();
        Assert.Equal(ErrorCode.StationRevoked, StationCaller.Refusal(cut!).Code);
        Assert.Equal(0, (await town.First.OperatorAsync("station", "restore", "presence-3")).Status);
    }

    [Fact]
    public async Task A_station_wakes_its_neighbour_and_nobody_wakes_one_that_never_said_its_address()
    {
        await using var fleet = await town.StartFleetAsync("presence-wake", 94);
        var never = await fleet.Brokers[0].OperatorAsync("station", "order", "wake", "presence-never", "--wait", "0");
        Assert.NotEqual(0, never.Status);
        Assert.Contains("never said its hardware addresses", never.Error, StringComparison.Ordinal);
        await using (var sleeper = await AttendingPeer.AttachAsync(town, fleet.Brokers[0], "presence-4", macs: "52:54:00:12:34:56"))
            await sleeper.TellAsync(Protocol.Station.V1.StationActivity.Free);
        await Eventually.HoldsAsync("the sleeper is off", Peers.Patience, async () => (await fleet.Brokers[1].OperatorAsync("station", "who")).Output.Contains("station presence-4 is off", StringComparison.Ordinal));
        var alone = await fleet.Brokers[0].OperatorAsync("station", "order", "wake", "presence-4", "--wait", "0");
        Assert.NotEqual(0, alone.Status);
        Assert.Contains("nobody else reaches it", alone.Error, StringComparison.Ordinal);
        await using var beside = await AttendingPeer.AttachAsync(town, fleet.Brokers[2], "presence-5");
        var waking = await fleet.Brokers[0].OperatorAsync("station", "order", "wake", "presence-4", "--wait", "0");
        Assert.Equal(("", 0), (waking.Error, waking.Status));
        Assert.Equal(["52:54:00:12:34:56"], (await beside.OrderAsync()).Wake.Macs);
    }

    [Theory]
    [InlineData("1.0\u001b[2J", "", "")]
    [InlineData("", "", "")]
    [InlineData("1.0", "a\u202eb", "")]
    [InlineData("1.0", "", "52:54")]
    public async Task What_no_station_says_is_refused_and_stored_nowhere(string version, string model, string mac)
    {
        var name = $"presence-odd-{Guid.NewGuid():N}"[..30];
        using var channel = Peers.Connect(town, town.First, await town.CertificateAsync("station", name));
        using var call = new PresenceService.PresenceServiceClient(channel).Attach(deadline: DateTime.UtcNow + Peers.Patience);
        var hello = new StationHello { Version = version, Model = model };
        if (mac.Length > 0) hello.Macs.Add(mac);
        await call.RequestStream.WriteAsync(new StationReport { Hello = hello });
        Assert.Equal(ErrorCode.InvalidRequest, (await Peers.RefusalAsync(() => call.ResponseStream.MoveNext(CancellationToken.None))).Code);
        Assert.DoesNotContain(name, (await town.First.OperatorAsync("station", "who")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_station_that_says_nonsense_in_any_order_hurts_itself_alone()
    {
        await using var honest = await AttendingPeer.AttachAsync(town, town.First, "presence-6");
        var random = new Random(20261129);
        for (var round = 0; round < 40; round++)
        {
            using var channel = Peers.Connect(town, town.First, await town.CertificateAsync("station", "presence-hostile"));
            using var call = new PresenceService.PresenceServiceClient(channel).Attach(deadline: DateTime.UtcNow + Peers.Patience);
            try
            {
                for (var n = 0; n < 1 + random.Next(4); n++) await call.RequestStream.WriteAsync(Nonsense(random));
                await call.RequestStream.CompleteAsync();
                while (await call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    // Whatever it is told.
                }
            }
            catch (Exception end) when (end is RpcException or InvalidOperationException)
            {
                // Refused, or cut while it wrote.
            }
        }
        // Of another's order nobody else can say what became.
        var ordering = town.First.OperatorAsync("station", "order", "show", "presence-6", "--wait", "60");
        var order = await honest.OrderAsync();
        await using (var liar = await AttendingPeer.AttachAsync(town, town.First, "presence-hostile"))
        {
            await liar.AnswerAsync(order, OutcomeKind.Failed, "lies");
            await liar.TellAsync(Protocol.Station.V1.StationActivity.Free);
            await Eventually.HoldsAsync("the liar was heard", Peers.Patience, async () => (await town.First.OperatorAsync("station", "who")).Output.Contains("presence-hostile is on (free)", StringComparison.Ordinal));
        }
        await honest.AnswerAsync(order, OutcomeKind.Done, "truth");
        var told = await ordering;
        Assert.Contains("truth", told.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("lies", told.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("station", "order", "message", "presence-7")]
    [InlineData("station", "order", "message", "presence-7", "--text", "a\u001b[2J")]
    [InlineData("station", "order", "change", "presence-7")]
    [InlineData("station", "order", "change", "presence-7", "--set", "language")]
    [InlineData("station", "order", "change", "presence-7", "--set", "Language=en")]
    [InlineData("station", "order", "change", "presence-7", "--set", "city=a\u001b[2J")]
    [InlineData("station", "order", "show", "presence-7", "--set", "language=en")]
    [InlineData("station", "order", "show", "Poste 7")]
    [InlineData("station", "order", "show", "--place", "nowhere-at-all")]
    [InlineData("station", "order", "show")]
    [InlineData("station", "order", "show", "presence-7", "--for", "0")]
    [InlineData("station", "who", "--place", "nowhere-at-all")]
    public async Task What_cannot_be_ordered_is_told(params string[] words)
    {
        var answer = await town.First.OperatorAsync(words);
        Assert.Equal((2, ""), (answer.Status, answer.Output));
        Assert.NotEqual("", answer.Error);
    }

    private static StationReport Nonsense(Random random)
    {
        string Text(int most) => new([.. Enumerable.Range(0, random.Next(most)).Select(_ => (char)random.Next(0xd800))]);
        return random.Next(4) switch
        {
            0 => new StationReport(),
            1 => new StationReport { Hello = new StationHello { Version = random.Next(2) == 0 ? "1.0" : Text(100), Model = Text(300), Macs = { Enumerable.Range(0, random.Next(12)).Select(_ => Text(20)) } } },
            2 => new StationReport { Status = new StationStatus { Activity = (Protocol.Station.V1.StationActivity)random.Next(-5, 50), NetworkCuts = (uint)random.Next() * 3, BrokerRoundTrip = new() { Seconds = random.NextInt64(), Nanos = random.Next() } } },
            _ => new StationReport { Outcome = new OrderOutcome { OrderId = random.Next(2) == 0 ? $"{random.NextInt64()}" : Text(40), Kind = (OutcomeKind)random.Next(-2, 9), Text = Text(9000) } },
        };
    }
}

/// <summary>A station at the stream of presence and orders.</summary>
internal sealed class AttendingPeer : IAsyncDisposable
{
    private readonly Grpc.Net.Client.GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<StationReport, StationOrder> _call;

    private AttendingPeer(Grpc.Net.Client.GrpcChannel channel) => (_channel, _call) = (channel, new PresenceService.PresenceServiceClient(channel).Attach());

    /// <summary>Attaches, and is taken in.</summary>
    public static async Task<AttendingPeer> AttachAsync(Town town, BrokerProcess broker, string name, params string[] macs)
    {
        var peer = new AttendingPeer(Peers.Connect(town, broker, await town.CertificateAsync("station", name)));
        await peer._call.RequestStream.WriteAsync(new StationReport { Hello = new StationHello { Version = "1.0", Model = "FUTRO S740", Macs = { macs } } });
        Assert.NotNull((await peer.NextAsync(Peers.Patience))?.Welcome?.ReportEvery);
        return peer;
    }

    /// <summary>Says what goes on.</summary>
    public Task TellAsync(Protocol.Station.V1.StationActivity activity) => _call.RequestStream.WriteAsync(new StationReport { Status = new StationStatus { Activity = activity } });

    /// <summary>Says what became of an order.</summary>
    public Task AnswerAsync(Order order, OutcomeKind kind, string text) =>
        _call.RequestStream.WriteAsync(new StationReport { Outcome = new OrderOutcome { OrderId = order.OrderId, Kind = kind, Text = text } });

    /// <summary>The next order.</summary>
    public async Task<Order> OrderAsync() => (await NextAsync(Peers.Patience))?.OrderGiven ?? throw new InvalidOperationException("no order");

    /// <summary>What comes within a moment; null = nothing.</summary>
    public async Task<StationOrder?> NothingAsync()
    {
        try
        {
            return await NextAsync(TimeSpan.FromSeconds(1));
        }
        catch (RpcException late) when (late.StatusCode == StatusCode.Cancelled)
        {
            return null;
        }
    }

    /// <summary>How the stream ended; null = without a fault.</summary>
    public async Task<RpcException?> EndsAsync()
    {
        try
        {
            while (await NextAsync(Peers.Patience) is not null)
            {
                // Until it ends.
            }
            return null;
        }
        catch (RpcException end)
        {
            return end;
        }
    }

    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<StationOrder?> NextAsync(TimeSpan within)
    {
        using var late = new CancellationTokenSource(within);
        return await _call.ResponseStream.MoveNext(late.Token) ? _call.ResponseStream.Current : null;
    }
}
