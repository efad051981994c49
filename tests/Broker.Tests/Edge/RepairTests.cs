using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>
/// Belief and truth made to differ on purpose, in a real Redis behind a real broker: each difference is repaired by the agent's next reports, and recorded with its cause.
/// </summary>
[Collection(OtherTownCollection.Name)]
public sealed class RepairTests(Town town)
{
    private const string Amelie = "amelie.durand";
    private const string Prefix = "vdi:{test}:";

    // The people of le-bourget have two hosts, blade3 and blade4.
    private string Bourget => town.People.Everybody.First(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).Login;

    [Fact]
    public async Task An_emptied_store_takes_running_desktops_in_with_their_ids_and_tells_followers_nothing_false()
    {
        await using var broker = await town.StartLonelyAsync("repair-empty", 41);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (signIn, desktop, grant) = await OnScreenAsync(station, agent, Amelie);
        using var follow = station.Calls.Follow(new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence });
        Assert.True(await follow.ResponseStream.MoveNext(CancellationToken.None));
        var next = follow.ResponseStream.MoveNext(CancellationToken.None);

        Assert.Equal("OK", await broker.RedisAsync("flushall"));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true, grant));
        await Eventually.HoldsAsync("taken in", Peers.Patience, async () => await FieldAsync(broker, desktop.SessionId, "phase") == "active");
        Assert.Null(agent.Ended);
        Assert.Contains("forgotten", await EventsAsync(broker, "session-adopted"), StringComparison.Ordinal);
        Assert.Equal("drancy", await broker.RedisAsync("hvals", Prefix + "pool:bureau:used-by"));
        Assert.False(next.IsCompleted, "the follower was told something");

        // Signed in again: the same desktop, and the station that shows it is told where it went.
        using var other = await StationPeer.ConnectAsync(town, broker, "poste-b");
        var again = await other.OpenAsync((await other.SignInAsync(town, Amelie)).SignIn);
        Assert.Equal((desktop.SessionId, true), (again.SessionId, again.Resumed));
        Assert.True(again.Fence > desktop.Fence);
        Assert.True(await next);
        Assert.Equal(SessionState.Moved, follow.ResponseStream.Current.State);
    }

    [Fact]
    public async Task After_an_emptied_store_nobody_gets_a_second_desktop_while_a_host_has_not_told_what_it_carries()
    {
        await using var broker = await town.StartLonelyAsync("repair-late", 42);
        await using var three = await AgentPeer.AttachAsync(town, broker, "blade3");
        await using var four = await AgentPeer.AttachAsync(town, broker, "blade4");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var signIn = await station.SignInAsync(town, Bourget);
        var desktop = await station.OpenAsync(signIn.SignIn);
        var (home, other) = desktop.Host == "blade3" ? (three, four) : (four, three);
        var grant = await home.PresentAsync(Bourget, desktop.Ticket);
        await home.ObserveAsync(AgentPeer.Seen(Bourget, connected: true, grant));
        await station.NoticeAsync(signIn.SignIn, desktop, SessionState.Active);

        await home.FallSilentAsync();
        Assert.Equal("OK", await broker.RedisAsync("flushall"));
        await other.ObserveAsync();
        using var elsewhere = await StationPeer.ConnectAsync(town, broker, "poste-b");
        using var opening = elsewhere.Calls.Open(new OpenRequest { SignIn = (await elsewhere.SignInAsync(town, Bourget)).SignIn, Language = "fr" });
        Assert.True(await opening.ResponseStream.MoveNext(CancellationToken.None));
        // A report that was on its way when the store was emptied has told it already.
        if (opening.ResponseStream.Current.Preparing is not null)
        {
            await home.ObserveAsync(AgentPeer.Seen(Bourget, connected: true, grant));
            Assert.True(await opening.ResponseStream.MoveNext(CancellationToken.None));
        }
        Assert.NotNull(opening.ResponseStream.Current.Desktop);
        Assert.Equal((desktop.SessionId, true), (opening.ResponseStream.Current.Desktop.SessionId, opening.ResponseStream.Current.Desktop.Resumed));
    }

    [Fact]
    public async Task A_session_that_nobody_knows_any_more_is_told_as_forgotten_and_only_after_every_host_had_its_time()
    {
        await using var broker = await town.StartLonelyAsync("repair-forgotten", 43);
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var signIn = (await station.SignInAsync(town, Amelie)).SignIn;
        using var follow = station.Calls.Follow(new FollowRequest { SignIn = signIn, SessionId = "nobody", Fence = 1, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience);
        Assert.True(await follow.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(SessionState.Forgotten, follow.ResponseStream.Current.State);
        Assert.Contains("perdu la trace", follow.ResponseStream.Current.Text, StringComparison.Ordinal);
        Assert.False(await follow.ResponseStream.MoveNext(CancellationToken.None));
        var age = long.Parse(await broker.RedisAsync("get", Prefix + "began"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - age >= 9_500, "told before the hosts had their time");
    }

    [Fact]
    public async Task A_host_that_comes_back_with_a_desktop_that_was_given_up_is_told_to_end_it()
    {
        await using var broker = await town.StartLonelyAsync("repair-ghost", 44);
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (desktop, again, grant) = await GivenUpAsync(broker, station);
        await using var back = await AgentPeer.AttachAsync(town, broker, desktop.Host, sessions: AgentPeer.Seen(Bourget, connected: false, grant));
        await Eventually.HoldsAsync("order to end the ghost", Peers.Patience, () => back.Orders.Any(o => o.EndSession?.SessionId == desktop.SessionId && o.EndSession.User == Bourget));
        await Eventually.HoldsAsync("the order is repeated", Peers.Patience, () => back.Orders.Count(o => o.EndSession is not null) >= 2);
        Assert.Single((await EventsAsync(broker, "session-ghost")).Split("replaced")[1..]);
        Assert.Equal(again.SessionId, await broker.RedisAsync("hget", Prefix + $"person:le-bourget/{Bourget}:desktops", "paire"));
        await back.ObserveAsync();
        await Eventually.HoldsAsync("nothing is noted any more", Peers.Patience, async () => (await broker.RedisAsync("hget", Prefix + $"host:{desktop.Host}:board", "noted")).Length == 0);
    }

    [Fact]
    public async Task A_host_that_comes_back_after_its_person_signed_out_of_the_new_desktop_gives_the_old_one_back()
    {
        await using var broker = await town.StartLonelyAsync("repair-back", 45);
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (desktop, again, grant) = await GivenUpAsync(broker, station);
        await broker.RedisAsync("del", Prefix + $"session:{again.SessionId}");
        await broker.RedisAsync("hdel", Prefix + $"host:{again.Host}:seats", Bourget);
        await using var back = await AgentPeer.AttachAsync(town, broker, desktop.Host, sessions: AgentPeer.Seen(Bourget, connected: false, grant));
        await Eventually.HoldsAsync("taken in", Peers.Patience, async () => (await EventsAsync(broker, "session-adopted")).Contains("came-back", StringComparison.Ordinal));
        var found = await station.OpenAsync((await station.SignInAsync(town, Bourget)).SignIn);
        Assert.Equal((desktop.Host, true), (found.Host, found.Resumed));
        Assert.NotEqual(desktop.SessionId, found.SessionId);
    }

    [Fact]
    public async Task Of_two_hosts_that_claim_one_person_s_desktop_the_one_with_the_newer_opening_keeps_it()
    {
        await using var broker = await town.StartLonelyAsync("repair-two", 46);
        await broker.RedisAsync("set", Prefix + "began", "1");
        var older = new RedeemTicketReply { SessionId = "olderolder", Fence = 1000, Person = $"le-bourget/{Bourget}", Pool = "paire" };
        var newer = new RedeemTicketReply { SessionId = "newernewer", Fence = 2000, Person = $"le-bourget/{Bourget}", Pool = "paire" };
        await using var three = await AgentPeer.AttachAsync(town, broker, "blade3", sessions: AgentPeer.Seen(Bourget, connected: false, older));
        await Eventually.HoldsAsync("the older is taken in", Peers.Patience, async () => await FieldAsync(broker, "olderolder", "phase") == "disconnected");
        await using var four = await AgentPeer.AttachAsync(town, broker, "blade4", sessions: AgentPeer.Seen(Bourget, connected: true, newer));
        await Eventually.HoldsAsync("the newer takes its place", Peers.Patience, async () => await FieldAsync(broker, "newernewer", "phase") == "active");
        Assert.Equal("lost", await FieldAsync(broker, "olderolder", "phase"));
        Assert.Contains("host-has-newer", await EventsAsync(broker, "session-adopted"), StringComparison.Ordinal);
        await three.ObserveAsync(AgentPeer.Seen(Bourget, connected: false, older));
        await Eventually.HoldsAsync("the older is ended", Peers.Patience, () => three.Orders.Any(o => o.EndSession?.SessionId == "olderolder"));
        Assert.DoesNotContain(four.Orders, o => o.EndSession is not null);
        Assert.Equal("le-bourget", await broker.RedisAsync("hvals", Prefix + "pool:paire:used-by"));
    }

    [Theory]
    [InlineData("fence")]
    [InlineData("seat")]
    [InlineData("row")]
    [InlineData("row-of-nobody")]
    [InlineData("host-forgot")]
    public async Task A_difference_between_ledger_and_host_is_repaired_by_the_next_report_and_recorded(string what)
    {
        await using var broker = await town.StartLonelyAsync($"repair-{what}", 47);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (_, desktop, grant) = await OnScreenAsync(station, agent, Amelie);
        await agent.FallSilentAsync();
        var (session, seats) = (Prefix + $"session:{desktop.SessionId}", Prefix + "host:blade1:seats");
        ObservedSession[] seen = [AgentPeer.Seen(Amelie, connected: true, grant)];
        Func<Task<bool>> repaired;
        switch (what)
        {
            case "fence":
                await broker.RedisAsync("hset", session, "fence", "5", "redeemed", "5");
                repaired = async () => await FieldAsync(broker, desktop.SessionId, "fence") == $"{desktop.Fence}" && (await EventsAsync(broker, "session-repaired")).Contains("host-has-newer", StringComparison.Ordinal);
                break;
            case "seat":
                await broker.RedisAsync("hdel", seats, Amelie);
                repaired = async () => await broker.RedisAsync("hget", seats, Amelie) == desktop.SessionId && (await EventsAsync(broker, "session-repaired")).Contains("seat-missing", StringComparison.Ordinal);
                break;
            case "row":
                await broker.RedisAsync("del", session);
                repaired = async () => await FieldAsync(broker, desktop.SessionId, "phase") == "active" && (await EventsAsync(broker, "session-adopted")).Contains("forgotten", StringComparison.Ordinal);
                break;
            case "row-of-nobody":
                // Of somebody else: a report of Amélie's that is still on its way changes nothing about it.
                await broker.RedisAsync("hset", seats, "nobody", "nobodynobody");
                await broker.RedisAsync("hset", Prefix + "pool:bureau:used-by", "nobodynobody", "drancy");
                repaired = async () => (await broker.RedisAsync("hget", seats, "nobody")).Length == 0
                    && (await broker.RedisAsync("hget", Prefix + "pool:bureau:used-by", "nobodynobody")).Length == 0
                    && (await EventsAsync(broker, "session-seat-freed")).Contains("session-missing", StringComparison.Ordinal);
                break;
            default:
                seen = [];
                repaired = async () => await FieldAsync(broker, desktop.SessionId, "phase") == "ended" && (await EventsAsync(broker, "session-ended")).Contains("gone-from-host", StringComparison.Ordinal);
                break;
        }
        await Eventually.HoldsAsync($"repair of {what}", Peers.Patience, async () =>
        {
            await agent.ObserveAsync(seen);
            return await repaired();
        });
        // Whatever it was, the person is not stuck.
        Assert.Equal(seen.Length > 0, (await station.OpenAsync((await station.SignInAsync(town, Amelie)).SignIn)).Resumed);
    }

    [Fact]
    public async Task Nobody_gets_a_desktop_that_their_name_points_at_and_that_is_somebody_else_s()
    {
        await using var broker = await town.StartLonelyAsync("repair-other", 49);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (_, hers, _) = await OnScreenAsync(station, agent, Amelie);
        var other = town.People.Everybody.First(p => p.Tenant == "drancy" && p.Login != Amelie && p.Groups.Contains("agents")).Login;
        await broker.RedisAsync("hset", Prefix + $"person:drancy/{other}:desktops", "bureau", hers.SessionId);

        var opened = await station.OpenAsync((await station.SignInAsync(town, other)).SignIn);
        Assert.False(opened.Resumed);
        Assert.NotEqual(hers.SessionId, opened.SessionId);
        Assert.Equal("active", await FieldAsync(broker, hers.SessionId, "phase"));
        Assert.Equal("drancy", await broker.RedisAsync("hget", Prefix + "pool:bureau:used-by", hers.SessionId));
        Assert.Equal(hers.SessionId, (await station.OpenAsync((await station.SignInAsync(town, Amelie)).SignIn)).SessionId);
    }

    [Fact]
    public async Task A_host_cannot_take_another_tenant_s_account_and_its_strays_are_recorded_once()
    {
        await using var broker = await town.StartLonelyAsync("repair-liar", 48);
        await broker.RedisAsync("set", Prefix + "account:taken", "agglo/dugny");
        var grant = new RedeemTicketReply { SessionId = "liarliar", Fence = 1000, Person = "drancy/taken", Pool = "bureau" };
        var ahead = new RedeemTicketReply { SessionId = "aheadahead", Fence = (ulong)(DateTimeOffset.UtcNow.AddDays(2).ToUnixTimeMilliseconds() * 1000), Person = "drancy/ahead", Pool = "bureau" };
        ObservedSession[] seen = [AgentPeer.Seen("taken", true, grant), AgentPeer.Seen("ahead", true, ahead), AgentPeer.Seen("local", true)];
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1", sessions: seen);
        await Eventually.HoldsAsync("strays noted", Peers.Patience, async () => (await EventsAsync(broker, "session-stray")).Contains("no-grant", StringComparison.Ordinal));
        await agent.ObserveAsync(seen);
        await agent.ObserveAsync();
        await Eventually.HoldsAsync("strays gone", Peers.Patience, async () => (await broker.RedisAsync("hget", Prefix + "host:blade1:board", "noted")).Length == 0);
        var events = await EventsAsync(broker, "session-stray");
        Assert.Equal([1, 1, 1], ((string[])["no-grant", "account", "implausible"]).Select(cause => events.Split($" {cause}\n").Length - 1));
        Assert.Equal("", await EventsAsync(broker, "session-adopted"));
        Assert.Equal("0", await broker.RedisAsync("hlen", Prefix + "host:blade1:seats"));
    }

    [Fact]
    public async Task Whom_a_host_keeps_out_of_another_s_desktop_is_told_at_once_and_it_is_recorded_once()
    {
        await using var broker = await town.StartLonelyAsync("repair-kept-out", 49);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var signIn = (await station.SignInAsync(town, Amelie)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        using var follow = station.Follow(signIn, desktop);
        var grant = await agent.PresentAsync(Amelie, desktop.Ticket);
        var others = new RedeemTicketReply { SessionId = "others", Fence = 1, Person = "dugny/" + Amelie, Pool = "bureau" };

        await agent.ObserveKeptOutAsync([new KeptOut { User = Amelie, SessionId = grant.SessionId, Person = grant.Person, Holder = others.Person }], AgentPeer.Seen(Amelie, connected: true, others));

        await follow.HearsAsync(SessionState.HostLost);
        await Eventually.HoldsAsync("recorded", Peers.Patience, async () => (await EventsAsync(broker, "person-kept-out")).Length > 0);
        Assert.Contains("kept-out", await EventsAsync(broker, "session-lost"), StringComparison.Ordinal);
        Assert.Equal("lost", await FieldAsync(broker, desktop.SessionId, "phase"));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true, others));
        Assert.Single((await EventsAsync(broker, "person-kept-out")).Split(grant.SessionId)[1..]);
    }

    // On a screen at its home, whose agent then dies; a new one elsewhere.
    private async Task<(Desktop First, Desktop Second, RedeemTicketReply Grant)> GivenUpAsync(City.Brokers.BrokerProcess broker, StationPeer station)
    {
        await using var three = await AgentPeer.AttachAsync(town, broker, "blade3");
        await using var four = await AgentPeer.AttachAsync(town, broker, "blade4");
        var signIn = await station.SignInAsync(town, Bourget);
        var first = await station.OpenAsync(signIn.SignIn);
        var (home, other) = first.Host == "blade3" ? (three, four) : (four, three);
        var grant = await home.PresentAsync(Bourget, first.Ticket);
        await home.ObserveAsync(AgentPeer.Seen(Bourget, connected: true, grant));
        await station.NoticeAsync(signIn.SignIn, first, SessionState.Active);
        await home.DisposeAsync();
        Desktop? second = null;
        await Eventually.HoldsAsync("a new desktop elsewhere", Peers.Patience, async () =>
        {
            await other.ObserveAsync();
            second = await station.OpenAsync(signIn.SignIn);
            return second.Host != first.Host;
        });
        var opened = await other.PresentAsync(Bourget, second!.Ticket);
        await other.ObserveAsync(AgentPeer.Seen(Bourget, connected: true, opened));
        await station.NoticeAsync(signIn.SignIn, second, SessionState.Active);
        return (first, second, grant);
    }

    private async Task<(string SignIn, Desktop Desktop, RedeemTicketReply Grant)> OnScreenAsync(StationPeer station, AgentPeer agent, string user)
    {
        var signIn = (await station.SignInAsync(town, user)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        var grant = await agent.PresentAsync(user, desktop.Ticket);
        Assert.Equal(Redemption.Granted, grant.Redemption);
        await agent.ObserveAsync(AgentPeer.Seen(user, connected: true, grant));
        await station.NoticeAsync(signIn, desktop, SessionState.Active);
        return (signIn, desktop, grant);
    }

    private static Task<string> FieldAsync(City.Brokers.BrokerProcess broker, string session, string field) => broker.RedisAsync("hget", Prefix + $"session:{session}", field);

    // The events of a kind, one line each: its values.
    private static async Task<string> EventsAsync(City.Brokers.BrokerProcess broker, string kind) => (await broker.RedisAsync("eval",
        "local lines = '' for _, e in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do if e[2][2] == ARGV[1] then lines = lines .. table.concat(e[2], ' ') .. '\\n' end end return lines",
        "1", Prefix + "events", kind)) is { Length: > 0 } lines ? lines + "\n" : "";
}
