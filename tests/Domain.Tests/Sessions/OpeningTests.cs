using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class OpeningTests
{
    private static readonly Gen<(OpeningState State, OpeningWish Wish, uint Draw)> _opening = Gen.Select(
        Farms.AnySession.Null(), Farms.Pool, Gen.Bool, Gen.Long[1, 9], Gen.Bool, Gen.UInt,
        (mine, hosts, moved, serial, replace, draw) => (StateOf(mine is null ? null : mine with { User = "amelie.durand" }, hosts, moved), new OpeningWish("amelie.durand", Farms.Town, serial) { Replace = replace }, draw));

    // Half of the homes have been taken out of the pool since the session was made.
    private static OpeningState StateOf(Session? mine, ImmutableArray<HostChoice> hosts, bool moved)
    {
        var home = mine is null ? null : hosts.FirstOrDefault(h => h.Host.Id == mine.Host);
        return new OpeningState(mine, home, home is not null && moved ? hosts.Remove(home) : hosts);
    }

    [Fact]
    public void A_live_session_on_a_live_host_always_wins() => _opening.Sample(x =>
    {
        if (x.State.Mine is not { IsFinal: false, Phase: not SessionPhase.Ending } mine || mine.Serial > x.Wish.Serial) return;
        if (x.State.Home is not { Health: HostHealth.Live, Observation.BootId: var boot } || boot != mine.Boot) return;
        Assert.Equal(mine, Assert.IsType<OpeningDecision.Resume>(Opening.Decide(x.State, x.Wish, x.Draw)).Session);
    });

    [Fact]
    public void Where_a_session_runs_on_a_live_host_the_other_hosts_change_nothing() => _opening.Sample(x =>
    {
        if (x.State.Mine is not { } mine || !Opening.IsAtHome(mine, x.State.Home)) return;
        Assert.Equal(Opening.Decide(x.State, x.Wish, x.Draw), Opening.Decide(x.State with { Hosts = [] }, x.Wish, x.Draw));
    });

    [Fact]
    public void An_older_sign_in_never_takes_a_desktop_back() => _opening.Sample(x =>
    {
        if (x.State.Mine is not { IsFinal: false } mine || mine.Serial <= x.Wish.Serial) return;
        Assert.IsType<OpeningDecision.Superseded>(Opening.Decide(x.State, x.Wish, x.Draw));
    });

    [Fact]
    public void An_ended_session_is_never_resumed() => _opening.Sample(x =>
    {
        if (Opening.Decide(x.State, x.Wish, x.Draw) is OpeningDecision.Resume resume) Assert.False(resume.Session.IsFinal);
    });

    [Fact]
    public void A_session_is_given_up_only_when_its_host_is_gone_or_was_started_anew() => _opening.Sample(x =>
    {
        if (Opening.Decide(x.State, x.Wish, x.Draw) is not OpeningDecision.Place { GivenUp: { } lost }) return;
        Assert.True(x.State.Home is null or { Health: HostHealth.Silent or HostHealth.NeverSeen or HostHealth.Untrusted } || x.State.Home.Observation!.BootId != lost.Boot
            || (x.Wish.Replace && x.State.Home.Health == HostHealth.Missed));
    });

    [Fact]
    public void A_desktop_on_a_host_that_answers_is_never_given_up_by_the_wish_to_replace_it() => _opening.Sample(x =>
    {
        if (x.State is not { Mine: { IsFinal: false } mine, Home: { Observation: { } seen } home } || !home.Health.Reports() || seen.BootId != mine.Boot || mine.Serial > x.Wish.Serial) return;
        Assert.True(Opening.Decide(x.State, x.Wish with { Replace = true }, x.Draw) is OpeningDecision.Resume or OpeningDecision.StillEnding or OpeningDecision.AwaitHost { Missed: null });
    });

    [Fact]
    public void Whose_desktop_its_host_cannot_find_any_more_gets_a_new_one()
    {
        var host = new HostChoice(new SessionHost(new HostId("blade0"), "127.0.0.1", 3389, 4), HostHealth.Live, new HostObservation(Farms.Noon, null, "boot", "00", 0, 0), SeatCount.None with { Held = 1 }) { HoldsTheirs = true };
        var orphan = Farms.Session("amelie.durand", SessionPhase.Active) with { Boot = Session.NoWayBack("boot") };
        var place = Assert.IsType<OpeningDecision.Place>(Opening.Decide(StateOf(orphan, [host], moved: false), new OpeningWish("amelie.durand", Farms.Town, 9), 0));
        Assert.Equal((orphan, Reconciliation.Orphaned), (place.GivenUp, place.GivingUp));
        // Its host is there: it is not that which is in the way.
        Assert.IsType<OpeningDecision.AllDraining>(Opening.Decide(StateOf(orphan, [host with { Draining = true }], moved: false), new OpeningWish("amelie.durand", Farms.Town, 9), 0));
    }

    [Fact]
    public void A_desktop_on_a_host_that_is_dead_since_a_moment_is_waited_for_until_its_person_gives_it_up() => _opening.Sample(x =>
    {
        if (x.State is not { Mine: { IsFinal: false } mine, Home: { Health: HostHealth.Missed, Observation: { } seen } home } || seen.BootId != mine.Boot || mine.Serial > x.Wish.Serial) return;
        Assert.Equal(home.Host.Id, Assert.IsType<OpeningDecision.AwaitHost>(Opening.Decide(x.State, x.Wish with { Replace = false }, x.Draw)).Missed);
        switch (Opening.Decide(x.State, x.Wish with { Replace = true }, x.Draw))
        {
            case OpeningDecision.Place place:
                Assert.Equal((mine, Adoption.GivenUp), (place.GivenUp, place.GivingUp));
                Assert.DoesNotContain(place.Ranked, host => host.Host.Id == home.Host.Id);
                break;
            case var other:
                Assert.True(other is OpeningDecision.HomeGone or OpeningDecision.AwaitHost { Missed: null });
                break;
        }
    });

    [Fact]
    public void Nobody_is_refused_or_moved_while_their_host_is_expected_back() => _opening.Sample(x =>
    {
        if (x.State is not { Mine: { IsFinal: false } mine, Home.Health: HostHealth.Awaited } || mine.Serial > x.Wish.Serial) return;
        Assert.IsType<OpeningDecision.AwaitHost>(Opening.Decide(x.State, x.Wish, x.Draw));
    });

    [Fact]
    public void After_a_restart_the_person_may_sit_on_the_same_host_again()
    {
        var home = LiveHost() with { Seats = new SeatCount(1, 0, []), HoldsTheirs = true };
        var mine = Farms.Session("amelie.durand", SessionPhase.Disconnected) with { Boot = "before" };
        var place = Assert.IsType<OpeningDecision.Place>(Opening.Decide(new OpeningState(mine, home, [home]), new OpeningWish("amelie.durand", Farms.Town, 9), 0));
        Assert.Equal(mine, place.GivenUp);
    }

    [Fact]
    public void Down_is_said_only_when_no_host_is_live_maintenance_only_when_all_that_live_are_drained_and_full_only_when_one_is_not() => _opening.Sample(x =>
    {
        var anyLive = x.State.Hosts.Any(h => h.Health.Reports());
        switch (Opening.Decide(x.State, x.Wish, x.Draw))
        {
            case OpeningDecision.AllDown: Assert.False(anyLive); break;
            case OpeningDecision.AllDraining: Assert.All(x.State.Hosts.Where(h => h.Health.Reports()), h => Assert.True(h.Draining)); break;
            case OpeningDecision.AllFull: Assert.Contains(x.State.Hosts, h => h.Health.Reports() && !h.Draining); break;
        }
    });

    [Fact]
    public void Who_had_a_session_is_told_that_its_host_has_gone() => _opening.Sample(x =>
    {
        var decision = Opening.Decide(x.State, x.Wish, x.Draw);
        if (decision is OpeningDecision.HomeGone gone) Assert.Equal(x.State.Mine, gone.Session);
        if (decision is OpeningDecision.AllDown or OpeningDecision.AllDraining or OpeningDecision.AllFull) Assert.True(x.State.Mine is null or { IsFinal: true });
    });

    [Fact]
    public void A_session_that_is_being_ended_is_waited_for()
    {
        var state = new OpeningState(Farms.Session("amelie.durand", SessionPhase.Ending), LiveHost(), [LiveHost()]);
        Assert.IsType<OpeningDecision.StillEnding>(Opening.Decide(state, new OpeningWish("amelie.durand", Farms.Town, 9), 0));
    }

    private static HostChoice LiveHost() => new(
        new SessionHost(new HostId("blade0"), "127.0.0.1", 3389, 2), HostHealth.Live,
        new HostObservation(Farms.Noon, null, "boot", "00", 0, 0), SeatCount.None);
}
