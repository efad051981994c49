using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Each part killed in turn; each test has a broker with a Redis of its own, so that it may.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class FaultTests(Town town)
{
    private const string Amelie = "amelie.durand";

    [Fact]
    public async Task A_killed_Redis_comes_back_with_every_session_and_ends_no_stream()
    {
        await using var broker = await town.StartLonelyAsync("lonely-redis", 31);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (signIn, desktop) = await OnScreenAsync(station, agent);
        using var follow = station.Calls.Follow(new FollowRequest { SignIn = signIn, SessionId = desktop.SessionId, Fence = desktop.Fence });
        Assert.True(await follow.ResponseStream.MoveNext(CancellationToken.None));
        await broker.KillRedisAsync();
        await Eventually.HoldsAsync("sign-in after the kill", Peers.Patience, async () => (await station.SignInAsync(town, Amelie)).Desktops[0].Running);
        Assert.Null(agent.Ended);
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: false));
        Assert.True(await follow.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(SessionState.Disconnected, follow.ResponseStream.Current.State);
    }

    [Fact]
    public async Task A_killed_broker_comes_back_with_every_session()
    {
        await using var broker = await town.StartLonelyAsync("lonely-broker", 32);
        Desktop desktop;
        await using (var agent = await AgentPeer.AttachAsync(town, broker, "blade1"))
        {
            using var before = await StationPeer.ConnectAsync(town, broker, "poste-a");
            (_, desktop) = await OnScreenAsync(before, agent);
            await broker.KillAsync();
        }
        await broker.StartAsync();
        await using var again = await AgentPeer.AttachAsync(town, broker, "blade1", sessions: AgentPeer.Seen(Amelie, connected: true));
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-b");
        var opened = await station.OpenAsync((await station.SignInAsync(town, Amelie)).SignIn);
        Assert.Equal((desktop.SessionId, true), (opened.SessionId, opened.Resumed));
    }

    [Fact]
    public async Task An_emptied_store_finds_the_running_desktop_again_by_the_agent_s_report()
    {
        await using var broker = await town.StartLonelyAsync("lonely-empty", 33);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        await OnScreenAsync(station, agent);
        Assert.Equal("OK", await broker.RedisAsync("flushall"));
        // The emptied store knows of no stream that speaks for the host: the one that reports is its voice. An older agent does not say whose session it is.
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true));
        Desktop? found = null;
        await Eventually.HoldsAsync("desktop found again", Peers.Patience, async () => (found = await station.OpenAsync((await station.SignInAsync(town, Amelie)).SignIn)) is not null);
        Assert.Contains("retrouvé", found!.Why, StringComparison.Ordinal);
        Assert.Null(agent.Ended);
        await Eventually.HoldsAsync("the log says it", Peers.Patience, () => broker.Log().Contains("[119] THE STORE WAS EMPTIED", StringComparison.Ordinal));
        Assert.Contains("was emptied, or another was put in its place", (await broker.OperatorAsync("check")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_stops_ends_its_streams_at_once_and_says_where_to_go()
    {
        await using var broker = await town.StartLonelyAsync("lonely-stop", 34);
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        var (signIn, desktop) = await OnScreenAsync(station, agent);
        var stopped = Peers.RefusalAsync(() => station.NoticeAsync(signIn, desktop, SessionState.SignedOut));
        await Eventually.HoldsAsync("the follower is told", Peers.Patience, async () => (await station.NoticeAsync(signIn, desktop, SessionState.Active)).Text.Length > 0);
        await broker.DisposeAsync();
        Assert.Equal(VdiBroker.Protocol.Rpc.V1.Retry.OtherBroker, (await stopped).Retry);
        await Eventually.HoldsAsync("the agent's stream ends", Peers.Patience, () => agent.Ended is not null);
        Assert.Equal(StatusCode.Unavailable, agent.Ended!.Value.StatusCode);
    }

    [Fact]
    public async Task After_a_broker_s_restart_nobody_loses_a_desktop_whose_host_is_the_last_to_come_back()
    {
        var person = town.People.Everybody.First(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).Login;
        await using var broker = await town.StartLonelyAsync("lonely-restart", 36);
        Desktop desktop;
        await using (var three = await AgentPeer.AttachAsync(town, broker, "blade3"))
        await using (var four = await AgentPeer.AttachAsync(town, broker, "blade4"))
        {
            using var before = await StationPeer.ConnectAsync(town, broker, "poste-a");
            desktop = await before.OpenAsync((await before.SignInAsync(town, person)).SignIn);
            var home = desktop.Host == "blade3" ? three : four;
            Assert.Equal(Redemption.Granted, await home.RedeemAsync(person, desktop.Ticket));
            await home.ObserveAsync(AgentPeer.Seen(person, connected: true));
            await broker.DisposeAsync();
        }
        await broker.StartAsync();
        await using var other = await AgentPeer.AttachAsync(town, broker, desktop.Host == "blade3" ? "blade4" : "blade3");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-b");
        var signIn = (await station.SignInAsync(town, person)).SignIn;
        // Until the home is silent by the thresholds: were it not for the broker's own absence, the desktop would be given up now.
        AsyncServerStreamingCall<OpenReply>? waiting = null;
        await Eventually.HoldsAsync("the person is asked to wait", Peers.Patience, async () =>
        {
            waiting?.Dispose();
            waiting = station.Calls.Open(new OpenRequest { SignIn = signIn, Language = "fr" });
            return await waiting.ResponseStream.MoveNext(CancellationToken.None) && waiting.ResponseStream.Current.Preparing is not null;
        });
        using var asked = waiting!;
        Assert.Contains("vient de redémarrer", asked.ResponseStream.Current.Preparing.Text, StringComparison.Ordinal);
        await using var back = await AgentPeer.AttachAsync(town, broker, desktop.Host, sessions: AgentPeer.Seen(person, connected: false));
        Assert.True(await asked.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal((desktop.SessionId, true), (asked.ResponseStream.Current.Desktop.SessionId, asked.ResponseStream.Current.Desktop.Resumed));
    }

    [Fact]
    public async Task A_second_broker_is_refused_the_state_folder_of_the_first()
    {
        await using var broker = await town.StartLonelyAsync("lonely-twice", 35);
        var second = await Tool.RunAsync(Town.Program, ["run", "--config", Path.Combine(broker.Folder, "broker.json")]);
        Assert.Equal(3, second.Status);
        Assert.Contains("another broker uses", second.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, broker.RedisPid);
    }

    private async Task<(string SignIn, Desktop Desktop)> OnScreenAsync(StationPeer station, AgentPeer agent)
    {
        var signIn = (await station.SignInAsync(town, Amelie)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(Amelie, desktop.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true));
        await station.NoticeAsync(signIn, desktop, SessionState.Active);
        return (signIn, desktop);
    }
}
