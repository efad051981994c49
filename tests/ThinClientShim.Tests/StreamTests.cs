using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>How soon a station hears again after the broker that it heard is gone.</summary>
public sealed class StreamTests(ITestOutputHelper output) : AtAStation
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan QueuePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FrozenNoticed = TimeSpan.FromSeconds(10);

    // What a machine that builds something else meanwhile may add.
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Notices_come_by_another_broker_within_three_seconds_of_a_kill(int killed)
    {
        var brokers = await ThreeAsync();
        await FollowingAsync(brokers.Select(broker => broker.Address));
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(brokers[..killed].Select(broker => broker.KillAsync()));
        await Station.StepAsync("following", times: 2);
        Said($"following again after {killed} of 3 killed", clock.Elapsed, Promised + Load);
    }

    [Fact]
    public async Task Notices_come_by_another_broker_within_three_seconds_of_a_stop()
    {
        var brokers = await ThreeAsync();
        await FollowingAsync(brokers.Select(broker => broker.Address));
        // As a stopping broker ends its streams.
        var clock = Stopwatch.StartNew();
        Station.Desk.Cuts(ScriptedDesk.Fault(ErrorCode.BrokerStopping, StatusCode.Unavailable, Retry.OtherBroker, "Ce serveur s'arrête."));
        await brokers[0].KillAsync();
        await Station.StepAsync("following", times: 2);
        Said("following again after a stop", clock.Elapsed, Promised + Load);
        Assert.DoesNotContain("s'arrête", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_frozen_is_noticed_too()
    {
        var brokers = await ThreeAsync();
        await using var port = new FrozenPort(brokers[0]);
        await FollowingAsync([port.Address, brokers[1].Address]);
        var pid = await Station.Viewer.StartedAsync();
        var clock = Stopwatch.StartNew();
        port.Freeze();
        await Station.StepAsync("following", times: 2);
        Said("following again after a freeze", clock.Elapsed, FrozenNoticed + Load);
        Assert.True(ScriptedViewer.Runs(pid));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_place_in_the_queue_is_asked_for_at_another_broker_while_it_is_kept(bool frozen)
    {
        Station.Desk.Places = [new() { Place = 2, Of = 3, Text = "Votre place : 2 sur 3." }];
        var brokers = await ThreeAsync();
        await using var port = new FrozenPort(brokers[0]);
        Station.Start([port.Address, brokers[1].Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        await Station.SaysAsync("Votre place : 2 sur 3.");
        var clock = Stopwatch.StartNew();
        if (frozen) port.Freeze();
        else await Task.WhenAll(brokers[0].KillAsync(), port.DisposeAsync().AsTask());
        await Station.StepAsync("queued place=2 of=3", times: 2);
        Said($"asked again from the queue, {(frozen ? "frozen" : "killed")}", clock.Elapsed, QueuePatience);
        Station.Desk.Served.SetResult();
        await Station.StepAsync("active");
        // Nothing new to the person.
        Assert.Equal(2, Station.Screen.Split("Votre place : 2 sur 3.").Length);
    }

    [Fact]
    public async Task A_wait_in_the_queue_outlives_more_brokers_than_there_are()
    {
        Station.Desk.Places = [new() { Place = 1, Of = 1, Text = "Votre place : 1 sur 1." }];
        var brokers = await ThreeAsync();
        Station.Start(brokers.Select(broker => broker.Address), "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        for (var cut = 1; cut <= 11; cut++)
        {
            await Station.StepAsync("queued place=1 of=1", cut);
            Station.Desk.CutsQueue();
        }
        await Station.StepAsync("queued place=1 of=1", 12);
        Station.Desk.Served.SetResult();
        await Station.StepAsync("active");
    }

    [Fact]
    public async Task Come_back_in_a_second_is_obeyed_without_a_word()
    {
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.TooManyAtOnce, StatusCode.ResourceExhausted, Retry.Later, "Trop de demandes.", TimeSpan.FromSeconds(1)));
        await Station.SignInAsync();
        await Station.StepAsync("active");
        Assert.Equal(2, Station.Desk.Opens.Count);
        Assert.InRange(Station.TimeOf("desktop session=") - Station.TimeOf("broker-failed call=open"), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.6) + Load);
        Assert.DoesNotContain("Trop de demandes.", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Come_back_in_a_while_is_obeyed_by_a_desktop_that_broke()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.StillEnding, StatusCode.Unavailable, Retry.Later, "Encore un instant.", TimeSpan.FromSeconds(6)));
        Station.Viewer.Ends(pid);
        await Station.StepAsync("active", times: 2);
        Assert.InRange(Station.TimeOf("desktop session=", 2) - Station.TimeOf("refused call=open"), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7.8) + Load);
        Assert.Contains("Encore un instant.", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_comes_back_earlier_than_asked_and_not_all_at_once()
    {
        var asked = TimeSpan.FromSeconds(8);
        var waits = Enumerable.Range(0, 1000).Select(_ => Shim.Brokers.Pause.AtLeast(asked)).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, asked, asked * 1.25 + TimeSpan.FromSeconds(0.2)));
        Assert.True(waits.Max() - waits.Min() > TimeSpan.FromSeconds(1));
    }

    private async Task<ScriptedBroker[]> ThreeAsync() => [await Station.BrokerAsync(), await Station.BrokerAsync(), await Station.BrokerAsync()];

    private async Task FollowingAsync(IEnumerable<string> brokers)
    {
        Station.Start(brokers, "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
    }

    private void Said(string what, TimeSpan took, TimeSpan most)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {took.TotalSeconds:0.00} s"));
        Assert.InRange(took, TimeSpan.Zero, most);
    }
}
