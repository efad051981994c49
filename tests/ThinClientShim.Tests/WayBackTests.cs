using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Brokers;
using VdiBroker.Shim.Configuration;
using VdiBroker.Shim.Terminal;
using VdiBroker.Shim.Words;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>When a station comes back that was cut from its broker with all the others.</summary>
public sealed class WayBackTests : AtAStation
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Without_a_word_of_the_broker_waits_are_short_and_grow()
    {
        var way = new WayBack(1);
        way.Hear(new SessionNotice());
        foreach (var bound in (double[])[1, 2, 4, 8, 15, 15]) Assert.InRange(way.Next(null).TotalSeconds, bound / 2, bound);
        way.Hear(new SessionNotice());
        Assert.InRange(way.Next(null).TotalSeconds, 0.5, 1);
    }

    [Fact]
    public void The_first_try_is_drawn_evenly_from_what_the_broker_said()
    {
        var tenths = new int[10];
        for (var station = 0; station < 10_000; station++) tenths[(int)(Told(Minute).Next(null) / (Minute / 10))]++;
        // 1,000 each; eight standard deviations.
        Assert.All(tenths, many => Assert.InRange(many, 760, 1240));
    }

    [Fact]
    public void Tries_that_fail_all_the_same_come_as_seldom_as_the_broker_said()
    {
        var way = Told(Minute);
        way.Next(null);
        var waits = Enumerable.Range(0, 20).Select(_ => way.Next(null)).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, Minute));
        Assert.All(waits[10..], wait => Assert.InRange(wait, Minute / 2, Minute));
    }

    [Fact]
    public void Those_who_found_no_broker_do_not_become_the_next_crowd()
    {
        var halves = new int[2];
        for (var station = 0; station < 1000; station++)
        {
            var way = Told(Minute);
            way.Next(null);
            halves[way.Next(null) < Minute / 2 ? 0 : 1]++;
        }
        Assert.All(halves, many => Assert.InRange(many, 370, 630));
    }

    [Fact]
    public void Who_has_other_brokers_to_ask_asks_them_soon()
    {
        for (var station = 0; station < 100; station++)
        {
            var way = new WayBack(3);
            way.Hear(new SessionNotice { Spread = Duration.FromTimeSpan(Minute) });
            way.Next(null);
            Assert.InRange(way.Next(null).TotalSeconds, 0.5, 1);
            Assert.InRange(way.Next(null).TotalSeconds, 0.5, 1);
        }
    }

    [Fact]
    public void A_short_spread_shortens_no_later_wait()
    {
        var way = Told(TimeSpan.FromSeconds(2));
        for (var failed = 0; failed < 10; failed++) way.Next(null);
        Assert.InRange(way.Next(null).TotalSeconds, 7.5, 15);
    }

    [Fact]
    public void The_last_word_counts()
    {
        var way = Told(Minute);
        way.Hear(new SessionNotice());
        Assert.InRange(way.Next(null).TotalSeconds, 0.5, 1);
    }

    [Fact]
    public void Who_is_waited_for_makes_no_room_until_it_is_heard_again()
    {
        var way = Told(TimeSpan.FromMinutes(5));
        way.Next(null);
        way.Hurry();
        Assert.InRange(way.Next(null).TotalSeconds, 0.5, 1);
        for (var failed = 0; failed < 10; failed++) Assert.InRange(way.Next(null).TotalSeconds, 0, 15);
    }

    [Fact]
    public void Nobody_comes_earlier_than_a_broker_asked_for() =>
        Assert.All(Enumerable.Range(0, 100).Select(_ => Told(TimeSpan.FromSeconds(2)).Next(TimeSpan.FromSeconds(8))), wait => Assert.True(wait >= TimeSpan.FromSeconds(8)));

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(long.MinValue, int.MinValue)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void A_broker_that_says_what_cannot_be_keeps_nobody_away_for_long(long seconds, int nanos)
    {
        var way = new WayBack(1);
        way.Hear(new SessionNotice { Spread = new Duration { Seconds = seconds, Nanos = nanos } });
        for (var failed = 0; failed < 20; failed++) Assert.InRange(way.Next(null), TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Stations_that_are_cut_at_once_do_not_come_back_at_once()
    {
        const int stations = 20;
        var spread = TimeSpan.FromSeconds(4);
        Station.Desk.Spread = spread;
        var broker = await Station.BrokerAsync();
        using var journal = Journal.Open(Station.At("shim.log"));
        using var ring = new BrokerRing(new StationSettings
        {
            Brokers = [new Uri(broker.Address)],
            Authorities = [Station.Authority.Certificate],
            Identity = StationIdentity.Of(Station.Authority.Station()),
            Words = Wording.Of("fr")!,
            Display = ":77",
            FreeRdp = Station.Viewer.Program,
        }, journal);
        var followers = Enumerable.Range(0, stations).Select(_ => Follower.Start(ring, new FollowRequest(), journal)).ToList();
        try
        {
            await Eventually.HoldsAsync("all are heard", TestStation.Deadline, () => followers.All(one => one.Hearing));
            var clock = Stopwatch.StartNew();
            Station.Desk.Cuts(ScriptedDesk.Fault(ErrorCode.BrokerStopping, StatusCode.Unavailable, Retry.OtherBroker, "Ce serveur s'arrête."));
            await Eventually.HoldsAsync("all are back", TestStation.Deadline, () => Station.Times("following") == 2 * stations);
            // That all twenty are drawn from the first quarter happens once in a million million.
            Assert.InRange(clock.Elapsed, spread / 4, spread + TimeSpan.FromSeconds(5));
        }
        finally
        {
            foreach (var one in followers) await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_desktop_that_ends_meanwhile_is_asked_about_at_once()
    {
        Station.Desk.Spread = TimeSpan.FromMinutes(5);
        var pid = await Station.OnScreenAsync();
        Station.Desk.Cuts(ScriptedDesk.Fault(ErrorCode.BrokerStopping, StatusCode.Unavailable, Retry.OtherBroker, "Ce serveur s'arrête."));
        await Station.StepAsync("follow-cut");
        Assert.True(ScriptedViewer.Runs(pid));
        Station.Desk.Becomes(SessionState.SignedOut, "Votre session est bien fermée.");
        Station.Viewer.Ends(pid);
        await Station.StepAsync("notice state=SignedOut");
        Assert.InRange(Station.TimeOf("notice state=SignedOut") - Station.TimeOf("freerdp-ended"), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static WayBack Told(TimeSpan spread)
    {
        var way = new WayBack(1);
        way.Hear(new SessionNotice { Spread = Duration.FromTimeSpan(spread) });
        return way;
    }
}
