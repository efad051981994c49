using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A host that dies, as its people see it, at two real brokers: its agent speaks to the first, the person's station to the second.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class DeadHostTests(Town town)
{
    private static readonly TimeSpan _promised = TimeSpan.FromSeconds(5);

    // The people of le-bourget have two hosts, blade3 and blade4; other tests take the first and the last of them.
    private string Person(int nth) => town.People.Everybody.Where(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).Skip(nth).First().Login;

    [Fact]
    public async Task Who_sits_on_a_host_that_hangs_is_told_within_5_s_by_another_broker_gives_it_up_by_a_word_and_the_old_desktop_is_ended_when_it_comes_back()
    {
        await using var three = await AgentPeer.AttachAsync(town, town.First, "blade3");
        await using var four = await AgentPeer.AttachAsync(town, town.First, "blade4");
        using var station = await StationPeer.ConnectAsync(town, town.Second, "poste-d1");
        var on = await SitAsync(station, Person(1), three, four);
        using var follow = station.Follow(on.SignIn, on.Desktop);
        await follow.HearsAsync(SessionState.Active);

        // Brokers that have only just come back tell nobody dead: the first silence waits for that too.
        await on.Home.FallSilentAsync();
        await follow.HearsAsync(SessionState.HostSilent);
        await on.Home.ObserveAsync(on.Seen);
        await follow.HearsAsync(SessionState.Active);
        var clock = Stopwatch.StartNew();
        var told = await follow.HearsAsync(SessionState.HostSilent);
        Assert.True(clock.Elapsed < _promised, $"told after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.Contains($"Le serveur {on.Desktop.Host} de votre bureau ne répond plus", told.Text, StringComparison.Ordinal);

        await on.Other.ObserveAsync();
        var other = await station.OpenAsync(on.SignIn, replace: true);
        Assert.NotEqual(on.Desktop.Host, other.Host);
        Assert.NotEqual(on.Desktop.SessionId, other.SessionId);
        Assert.Contains("ce qui n'était pas enregistré est perdu", other.Why, StringComparison.Ordinal);
        Assert.Contains("Vos fichiers enregistrés y sont", other.Why, StringComparison.Ordinal);
        await follow.HearsAsync(SessionState.HostLost);
        Assert.Equal(Redemption.Granted, await on.Other.RedeemAsync(Person(1), other.Ticket));

        await on.Home.ObserveAsync(on.Seen);
        await Eventually.HoldsAsync("the old desktop is ordered to end", Peers.Patience, () => on.Home.Orders.Any(o => o.EndSession?.SessionId == on.Desktop.SessionId));
        await on.Other.ObserveAsync(AgentPeer.Seen(Person(1), connected: true));
        await station.NoticeAsync(on.SignIn, other, SessionState.Active);
    }

    [Fact]
    public async Task Who_comes_to_a_desktop_whose_host_fell_silent_a_moment_ago_waits_may_give_it_up_and_gets_it_back_when_the_host_answers()
    {
        await using var three = await AgentPeer.AttachAsync(town, town.First, "blade3");
        await using var four = await AgentPeer.AttachAsync(town, town.First, "blade4");
        using var station = await StationPeer.ConnectAsync(town, town.Second, "poste-d2");
        var on = await SitAsync(station, Person(2), three, four);
        using var follow = station.Follow(on.SignIn, on.Desktop);
        await on.Home.FallSilentAsync();
        await follow.HearsAsync(SessionState.HostSilent);

        using var waiting = station.Calls.Open(new OpenRequest { SignIn = on.SignIn, Language = "en" }, deadline: DateTime.UtcNow + Peers.Patience);
        await Eventually.HoldsAsync("told of the silent host", Peers.Patience, async () => await waiting.ResponseStream.MoveNext(CancellationToken.None) && waiting.ResponseStream.Current.Preparing is { Replaceable: true });
        Assert.Contains($"Server {on.Desktop.Host} of your desktop does not answer any more", waiting.ResponseStream.Current.Preparing.Text, StringComparison.Ordinal);
        await on.Home.ObserveAsync(on.Seen);
        Desktop? back = null;
        while (back is null && await waiting.ResponseStream.MoveNext(CancellationToken.None)) back = waiting.ResponseStream.Current.Desktop;
        Assert.Equal((on.Desktop.SessionId, true), (back!.SessionId, back.Resumed));

        // While the host answers the wish to replace it changes nothing.
        await on.Home.ObserveAsync(on.Seen);
        Assert.Equal(on.Desktop.SessionId, (await station.OpenAsync(on.SignIn, replace: true)).SessionId);
    }

    [Fact]
    public async Task While_all_hosts_fell_silent_a_moment_ago_people_wait_in_the_queue_and_only_when_they_are_gone_are_they_refused()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade5");
        var people = town.People.Everybody.Where(p => p.Tenant == "habitat" && p.Groups.Contains("agents")).Select(p => p.Login).TakeLast(2).ToList();
        using var a = await StationPeer.ConnectAsync(town, town.Second, "poste-d3");
        var atA = (await a.SignInAsync(town, people[0])).SignIn;
        var held = await a.OpenAsync(atA);
        await agent.ObserveAsync(AgentPeer.Seen(people[0], connected: true, await agent.PresentAsync(people[0], held.Ticket)));
        using var follow = a.Follow(atA, held);
        await follow.HearsAsync(SessionState.Active);
        using var b = await StationPeer.ConnectAsync(town, town.Second, "poste-d4");
        var atB = (await b.SignInAsync(town, people[1])).SignIn;
        await agent.FallSilentAsync();
        await follow.HearsAsync(SessionState.HostSilent);

        using var waiting = b.Calls.Open(new OpenRequest { SignIn = atB, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience);
        Assert.True(await waiting.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Contains("nous les attendons encore", waiting.ResponseStream.Current.Queued.Text, StringComparison.Ordinal);
        await agent.ObserveAsync();
        await follow.HearsAsync(SessionState.SignedOut);
        while (waiting.ResponseStream.Current.Desktop is null) Assert.True(await waiting.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("blade5", waiting.ResponseStream.Current.Desktop.Host);

        var refused = await Peers.RefusalAsync(() => a.OpenAsync(atA, within: TimeSpan.FromMinutes(1)));
        Assert.Equal(ErrorCode.AllHostsDown, refused.Code);
        Assert.Equal(ErrorCode.AllHostsDown, (await Peers.RefusalAsync(() => a.OpenAsync(atA, within: TimeSpan.FromSeconds(20)))).Code);
    }

    [Fact]
    public async Task Who_follows_a_desktop_that_an_emptied_store_has_forgotten_is_told_as_soon_as_every_host_had_its_time()
    {
        await using var broker = await town.StartLonelyAsync("dead-empty", 51);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade3");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-d6");
        var on = await SitAsync(station, Person(3), agent, agent);
        using var follow = station.Follow(on.SignIn, on.Desktop);
        await follow.HearsAsync(SessionState.Active);
        await agent.FallSilentAsync();
        await Eventually.HoldsAsync("no report is on its way any more", Peers.Patience, async () => await broker.RedisAsync(
            "eval", "local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) - redis.call('HGET', KEYS[1], 'seen') > 1000 and 1 or 0", "1", "vdi:{test}:host:blade3:board") == "1");
        var clock = Stopwatch.StartNew();
        Assert.Equal("OK", await broker.RedisAsync("flushall"));
        await follow.HearsAsync(SessionState.Forgotten);
        // dead_after of 4 s, and 6 s for the agents' way back.
        Assert.InRange(clock.Elapsed.TotalSeconds, 9.5, 14);
    }

    private async Task<(string SignIn, Desktop Desktop, AgentPeer Home, AgentPeer Other, ObservedSession Seen)> SitAsync(StationPeer station, string person, AgentPeer three, AgentPeer four)
    {
        var signIn = (await station.SignInAsync(town, person)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        var (home, other) = desktop.Host == "blade3" ? (three, four) : (four, three);
        var seen = AgentPeer.Seen(person, connected: true, await home.PresentAsync(person, desktop.Ticket));
        await home.ObserveAsync(seen);
        await station.NoticeAsync(signIn, desktop, SessionState.Active);
        return (signIn, desktop, home, other, seen);
    }
}
