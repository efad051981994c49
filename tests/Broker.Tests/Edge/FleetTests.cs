using System.Diagnostics;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Three real brokers on one Redis: what one of them does alone is done by another within 5 s, and a stop moves everybody at once.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class FleetTests(Town town, ITestOutputHelper said)
{
    private const string Amelie = "amelie.durand";
    private static readonly TimeSpan TakenOver = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Promptly = TimeSpan.FromSeconds(3);

    // What a machine that builds something else meanwhile may add.
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(Signal.Kill)]
    [InlineData(Signal.Stop)]
    [InlineData(Signal.Terminate)]
    public async Task A_job_is_done_by_another_broker_within_five_seconds_and_a_thawed_holder_does_no_harm(int signal)
    {
        await using var fleet = await town.StartFleetAsync($"fleet-{signal}-", 40 + (signal % 5 * 4));
        var old = await HolderAsync(fleet);
        var session = await SilentClaimAsync(fleet, old.Holder!);
        var clock = Stopwatch.StartNew();
        var stopped = old.Holder!.Pid;
        Signal.Send(stopped, signal);
        // From now on the claim is to be ended, and whoever does the job now is the one to do it.
        await fleet.SetSessionAsync(session, "lease", "1");
        (BrokerProcess? Holder, long Term, long Until) now = default;
        await Eventually.HoldsAsync("somebody else holds the job", Peers.Patience, async () => await fleet.JobAsync("claims") is { } row && row.Term > old.Term && (now = row).Holder is not null && now.Holder.Pid != stopped);
        said.WriteLine($"signal {signal}: taken over after {clock.Elapsed.TotalSeconds:0.00} s");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, (signal == Signal.Terminate ? Promptly : TakenOver) + Load);
        await Eventually.HoldsAsync("the claim has come back", Peers.Patience, async () => await fleet.SessionAsync(session, "phase") == "expired");
        said.WriteLine($"the job was done after {clock.Elapsed.TotalSeconds:0.00} s");
        if (signal == Signal.Stop)
        {
            Signal.Send(stopped, Signal.Continue);
            var renewed = 0;
            var until = 0L;
            await Eventually.HoldsAsync("the new holder has renewed its term five times", Peers.Patience, async () =>
            {
                if (await fleet.JobAsync("claims") is not { } row || row.Until == until) return false;
                Assert.Equal(now.Term, row.Term);
                until = row.Until;
                return ++renewed > 5;
            });
        }
        Assert.Equal(1, await fleet.EventsAsync("session-expired"));
    }

    [Fact]
    public async Task A_broker_that_is_asked_to_stop_ends_every_stream_at_once_and_is_gone_soon()
    {
        await using var fleet = await town.StartFleetAsync("fleet-stop-", 60);
        var broker = fleet.Brokers[0];
        await using var agent = await AgentPeer.AttachAsync(town, broker, "blade1");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-a");
        using var elsewhere = await StationPeer.ConnectAsync(town, fleet.Brokers[2], "poste-a");
        var signIn = (await station.SignInAsync(town, Amelie)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        var following = Peers.RefusalAsync(() => station.NoticeAsync(signIn, desktop, SessionState.SignedOut));
        Assert.Equal(SessionState.Opening, (await station.NoticeAsync(signIn, desktop, SessionState.Opening)).State);
        // Its first handshake is not what is measured.
        Assert.Equal(SessionState.Opening, (await elsewhere.NoticeAsync(signIn, desktop, SessionState.Opening)).State);
        var clock = Stopwatch.StartNew();
        var pid = broker.Pid;
        Signal.Send(pid, Signal.Terminate);
        Assert.Equal(Retry.OtherBroker, (await following).Retry);
        said.WriteLine($"the station's stream ended after {clock.ElapsedMilliseconds} ms");
        await Eventually.HoldsAsync("the agent's stream has ended", Peers.Patience, () => agent.Ended is not null);
        said.WriteLine($"the agent's stream ended after {clock.ElapsedMilliseconds} ms");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Promptly);
        Assert.Equal(SessionState.Opening, (await elsewhere.NoticeAsync(signIn, desktop, SessionState.Opening)).State);
        said.WriteLine($"followed elsewhere after {clock.ElapsedMilliseconds} ms");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Promptly);
        await Eventually.HoldsAsync("the broker has ended", Peers.Patience, () => broker.Pid != pid);
        said.WriteLine($"the process ended after {clock.ElapsedMilliseconds} ms");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4) + Load);
    }

    private static async Task<(BrokerProcess? Holder, long Term, long Until)> HolderAsync(Fleet fleet)
    {
        (BrokerProcess? Holder, long Term, long Until) found = default;
        await Eventually.HoldsAsync("a broker does the job", Peers.Patience, async () => await fleet.JobAsync("claims") is { } row && (found = row).Holder is not null);
        return found;
    }

    // A claim on a host whose agent has gone: only the job ends it.
    private async Task<string> SilentClaimAsync(Fleet fleet, BrokerProcess holder)
    {
        var other = fleet.Brokers.First(broker => broker != holder);
        using var station = await StationPeer.ConnectAsync(town, other, "poste-a");
        await using var agent = await AgentPeer.AttachAsync(town, other, "blade1");
        return (await station.OpenAsync((await station.SignInAsync(town, Amelie)).SignIn)).SessionId;
    }
}
