using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The session manager of a host has died and begun anew: what ran stays on the screens that it is on, and nobody can come back to it.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class OrphanEdgeTests(Town town)
{
    private const string Amelie = "amelie.durand";
    private const string Prefix = "vdi:{test}:";

    [Fact]
    public async Task Who_has_it_on_the_screen_keeps_it_and_whoever_opens_elsewhere_gets_a_new_one_and_the_record_says_why()
    {
        await using var broker = await town.StartLonelyAsync("orphan-shown", 52);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (signIn, desktop, grant) = await OnScreenAsync(station, agent);
        using var follow = station.Follow(signIn, desktop);
        await follow.HearsAsync(SessionState.Active);

        await agent.ObserveAsync(Orphan(grant, connected: true));
        await Eventually.HoldsAsync("known", Peers.Patience, async () => (await FieldAsync(broker, desktop, "boot")).EndsWith("orphaned", StringComparison.Ordinal));
        Assert.Equal("active", await FieldAsync(broker, desktop, "phase"));
        Assert.Contains("session-orphan", await KindsAsync(broker), StringComparison.Ordinal);

        using var other = await StationPeer.ConnectAsync(town, broker, "poste-b");
        var again = await other.OpenAsync((await other.SignInAsync(town, Amelie)).SignIn);
        Assert.False(again.Resumed);
        Assert.NotEqual(desktop.SessionId, again.SessionId);
        Assert.Equal("lost", await FieldAsync(broker, desktop, "phase"));
        // The orphan that is still there is not the new desktop.
        var second = await agent.PresentAsync(Amelie, again.Ticket);
        await agent.ObserveAsync(Orphan(grant, connected: true));
        await agent.ObserveAsync(Orphan(grant, connected: true));
        Assert.Equal("opening", await FieldAsync(broker, again, "phase"));
        await agent.ObserveAsync(Orphan(grant, connected: false), AgentPeer.Seen(Amelie, connected: true, second));
        await Eventually.HoldsAsync("the new one is on the screen", Peers.Patience, async () => await FieldAsync(broker, again, "phase") == "active");
    }

    [Fact]
    public async Task Once_it_is_on_no_screen_it_is_lost_and_its_station_is_told_so()
    {
        await using var broker = await town.StartLonelyAsync("orphan-alone", 53);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (signIn, desktop, grant) = await OnScreenAsync(station, agent);
        using var follow = station.Follow(signIn, desktop);

        await agent.ObserveAsync(Orphan(grant, connected: false));

        var told = await follow.HearsAsync(SessionState.HostLost);
        Assert.Contains("ce qui n'était pas enregistré est perdu", told.Text, StringComparison.Ordinal);
        Assert.Equal("lost", await FieldAsync(broker, desktop, "phase"));
        // While the host ends it nobody takes it for somebody's desktop.
        await agent.ObserveAsync(Orphan(grant, connected: false));
        await agent.ObserveAsync();
        await Eventually.HoldsAsync("nothing is noted any more", Peers.Patience, async () => (await broker.RedisAsync("hget", Prefix + "host:blade1:board", "noted")).Length == 0);
        Assert.DoesNotContain("session-adopted", await KindsAsync(broker), StringComparison.Ordinal);
    }

    private static ObservedSession Orphan(RedeemTicketReply grant, bool connected)
    {
        var seen = AgentPeer.Seen(Amelie, connected, grant);
        seen.Orphaned = true;
        return seen;
    }

    private async Task<(string SignIn, Desktop Desktop, RedeemTicketReply Grant)> OnScreenAsync(StationPeer station, AgentPeer agent)
    {
        var signIn = (await station.SignInAsync(town, Amelie)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        var grant = await agent.PresentAsync(Amelie, desktop.Ticket);
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true, grant));
        await station.NoticeAsync(signIn, desktop, SessionState.Active);
        return (signIn, desktop, grant);
    }

    private static Task<string> FieldAsync(City.Brokers.BrokerProcess broker, Desktop desktop, string field) => broker.RedisAsync("hget", Prefix + $"session:{desktop.SessionId}", field);

    // The kinds of all events, in their order.
    private static Task<string> KindsAsync(City.Brokers.BrokerProcess broker) => broker.RedisAsync("eval",
        "local kinds = '' for _, e in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do kinds = kinds .. e[2][2] .. '\\n' end return kinds", "1", Prefix + "events");
}
