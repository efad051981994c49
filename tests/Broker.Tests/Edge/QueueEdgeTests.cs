using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Waiting as stations see it, at two real brokers.</summary>
[Collection(TownCollection.Name)]
public sealed class QueueEdgeTests(Town town)
{
    [Fact]
    public async Task People_wait_in_order_at_any_broker_see_their_place_and_are_served_when_a_seat_comes_free()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade5");
        var people = town.People.Everybody.Where(p => p.Tenant == "habitat" && p.Groups.Contains("agents")).Select(p => p.Login).Take(4).ToList();
        using var a = await StationPeer.ConnectAsync(town, town.First, "poste-q1");
        using var b = await StationPeer.ConnectAsync(town, town.First, "poste-q2");
        using var c = await StationPeer.ConnectAsync(town, town.Second, "poste-q3");
        using var d = await StationPeer.ConnectAsync(town, town.Second, "poste-q4");

        var atA = await a.SignInAsync(town, people[0]);
        var held = await a.OpenAsync(atA.SignIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(people[0], held.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(people[0], connected: true));

        using var second = await WaitAsync(b, people[1]);
        await second.PlacedAsync(1, 1);
        using var third = await WaitAsync(c, people[2], "en");
        Assert.Equal("Every seat is taken. Your place in the queue: 2 of 2. Your desktop will open by itself.", (await third.PlacedAsync(2, 2)).Text);
        var fourth = await WaitAsync(d, people[3]);
        await fourth.PlacedAsync(3, 3);

        // The fourth gives up: whoever is left sees it.
        fourth.Dispose();
        await third.PlacedAsync(2, 2);

        await a.CloseAsync(atA.SignIn, held, Closing.SignOut);
        await Eventually.HoldsAsync("order to end", Peers.Patience, () => agent.Orders.Any(o => o.EndSession?.User == people[0]));
        await agent.ObserveAsync();
        var got = await second.DesktopAsync();
        Assert.Equal("blade5", got.Host);
        await third.PlacedAsync(1, 1);
        // The seat is the town's.
        await b.CloseAsync(second.SignIn, got, Closing.SignOut);
    }

    [Fact]
    public async Task Who_signs_out_of_waiting_is_out_of_the_queue_at_once()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade6");
        var people = town.People.Everybody.Where(p => p.Tenant == "habitat" && p.Groups.Contains("gardiens") && !p.Groups.Contains("agents")).Select(p => p.Login).Take(3).ToList();
        using var a = await StationPeer.ConnectAsync(town, town.First, "poste-q5");
        using var b = await StationPeer.ConnectAsync(town, town.First, "poste-q6");
        using var c = await StationPeer.ConnectAsync(town, town.Second, "poste-q7");
        var held = await a.OpenAsync((await a.SignInAsync(town, people[0])).SignIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(people[0], held.Ticket));
        var second = await WaitAsync(b, people[1]);
        await second.PlacedAsync(1, 1);
        using var third = await WaitAsync(c, people[2]);
        await third.PlacedAsync(2, 2);
        second.Dispose();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await b.Calls.CloseAsync(new CloseRequest { SignIn = second.SignIn, Closing = Closing.Leave }, deadline: DateTime.UtcNow + Peers.Patience);
        await third.PlacedAsync(1, 1);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    private async Task<Waiting> WaitAsync(StationPeer station, string person, string language = "fr")
    {
        var reply = await station.SignInAsync(town, person, language);
        return new Waiting(reply.SignIn, station.Calls.Open(new OpenRequest { SignIn = reply.SignIn, Language = language }, deadline: DateTime.UtcNow + TimeSpan.FromMinutes(2)));
    }

    private sealed class Waiting(string signIn, AsyncServerStreamingCall<OpenReply> call) : IDisposable
    {
        public string SignIn => signIn;

        public async Task<Queued> PlacedAsync(uint place, uint of)
        {
            using var late = new CancellationTokenSource(Peers.Patience);
            while (await call.ResponseStream.MoveNext(late.Token))
                if (call.ResponseStream.Current.Queued is { } queued && (queued.Place, queued.Of) == (place, of)) return queued;
            throw new InvalidOperationException($"the stream ended without place {place} of {of}");
        }

        public async Task<Desktop> DesktopAsync()
        {
            using var late = new CancellationTokenSource(Peers.Patience);
            while (await call.ResponseStream.MoveNext(late.Token))
                if (call.ResponseStream.Current.Desktop is { } desktop) return desktop;
            throw new InvalidOperationException("the stream ended without a desktop");
        }

        public void Dispose() => call.Dispose();
    }
}
