using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class ReconciliationTests
{
    private static readonly Gen<Session[]> _believed = Farms.AnySession.Array[0, 5].Select(all => all.DistinctBy(s => s.User).ToArray());

    [Fact]
    public void What_was_corrected_needs_no_second_correction() =>
        Gen.Select(_believed, Farms.Report, Farms.Boot).Sample((believed, seen, boot) =>
        {
            var after = believed.Select(s => Reconciliation.Decide([s], seen, boot, Farms.Noon) is [var c] ? s with { Phase = c.Phase, LeaseUntil = null, Boot = c.Boot ?? s.Boot } : s);
            Assert.Empty(Reconciliation.Decide(after, seen, boot, Farms.Noon));
        });

    [Fact]
    public void No_report_revives_an_ended_session() =>
        Gen.Select(_believed, Farms.Report, Farms.Boot).Sample((believed, seen, boot) =>
            Assert.DoesNotContain(Reconciliation.Decide(believed, seen, boot, Farms.Noon), c => c.Session.IsFinal));

    [Fact]
    public void No_session_that_the_host_has_is_called_ended() =>
        Gen.Select(_believed, Farms.Report, Farms.Boot).Sample((believed, seen, boot) =>
            Assert.All(Reconciliation.Decide(believed, seen, boot, Farms.Noon).Where(c => (c.Session with { Phase = c.Phase }).IsFinal),
                // What nobody can come back to is none that it has.
                c => Assert.DoesNotContain(seen, s => s.User == c.Session.User && !s.Orphaned)));

    [Theory]
    [InlineData(SessionPhase.Active, true, null)]
    [InlineData(SessionPhase.Disconnected, true, SessionPhase.Active)]
    [InlineData(SessionPhase.Active, false, SessionPhase.Lost)]
    [InlineData(SessionPhase.Disconnected, false, SessionPhase.Lost)]
    [InlineData(SessionPhase.Opening, true, null)]
    [InlineData(SessionPhase.Ending, false, null)]
    public void An_orphan_stays_on_the_screen_that_it_is_on_and_is_lost_with_it(SessionPhase believed, bool connected, SessionPhase? truth)
    {
        var session = Farms.Session("amelie.durand", believed) with { LeaseUntil = believed == SessionPhase.Opening ? Farms.Noon.AddSeconds(30) : null };
        ObservedSession[] seen = [new("amelie.durand", 11, connected, Farms.Noon) { Orphaned = true }];
        var correction = Reconciliation.Decide([session], seen, "boot", Farms.Noon).SingleOrDefault();
        Assert.Equal(truth ?? believed, correction?.Phase ?? believed);
        var marked = connected && believed is SessionPhase.Active or SessionPhase.Disconnected;
        Assert.Equal(marked, correction?.Boot is { } boot && (session with { Boot = boot }).IsOrphaned);
        if (truth == SessionPhase.Lost) Assert.Equal(Reconciliation.Orphaned, correction!.Cause);
    }

    [Fact]
    public void An_orphan_that_is_signed_out_of_has_ended_and_one_of_a_visitor_keeps_its_seat_until_it_is_wiped()
    {
        var orphan = Farms.Session("amelie.durand", SessionPhase.Active) with { Boot = Session.NoWayBack("boot") };
        Assert.Equal((SessionPhase.Ended, Reconciliation.GoneFromHost), Assert.Single(Reconciliation.Decide([orphan], [], "boot", Farms.Noon)) is var c ? (c.Phase, c.Cause) : default);
        Assert.Equal(SessionPhase.Lost, Assert.Single(Reconciliation.Decide([orphan], [], "boot-2", Farms.Noon)).Phase);
        var visitor = Farms.Session("v-abc", SessionPhase.Active) with { Person = PersonId.OfVisit(Farms.Town, "abc") };
        ObservedSession[] seen = [new("v-abc", 11, false, Farms.Noon) { Orphaned = true }];
        Assert.Equal(SessionPhase.Ending, Assert.Single(Reconciliation.Decide([visitor], seen, "boot", Farms.Noon)).Phase);
    }

    [Fact]
    public void Beside_a_desktop_that_its_person_can_come_back_to_an_orphan_counts_for_nothing()
    {
        ObservedSession[] seen = [new("amelie.durand", 12, false, Farms.Noon), new("amelie.durand", 11, true, Farms.Noon) { Orphaned = true }];
        Assert.Equal(SessionPhase.Disconnected, Assert.Single(Reconciliation.Decide([Farms.Session("amelie.durand", SessionPhase.Active)], seen, "boot", Farms.Noon)).Phase);
        var again = Assert.Single(Reconciliation.Decide([Farms.Session("amelie.durand", SessionPhase.Disconnected) with { Boot = Session.NoWayBack("boot") }], seen, "boot", Farms.Noon));
        Assert.Equal((SessionPhase.Disconnected, "boot"), (again.Phase, again.Boot));
        // A claim that runs is not settled by what is remembered of its host.
        Assert.Empty(Reconciliation.Decide([Farms.Session("amelie.durand", SessionPhase.Opening) with { Boot = Session.NoWayBack("boot"), LeaseUntil = Farms.Noon.AddSeconds(30) }], seen, "boot", Farms.Noon));
        // Of what was only promised since, the orphan is nothing.
        var promised = Farms.Session("amelie.durand", SessionPhase.Opening) with { Redeemed = new Fence(1), LeaseUntil = Farms.Noon.AddSeconds(30) };
        Assert.Empty(Reconciliation.Decide([promised], seen[1..], "boot", Farms.Noon));
    }

    [Fact]
    public void A_promise_is_left_alone_while_its_lease_runs() =>
        Farms.Report.Sample(seen =>
        {
            var promised = Farms.Session("amelie.durand", SessionPhase.Opening) with { LeaseUntil = Farms.Noon.AddSeconds(1) };
            Assert.Empty(Reconciliation.Decide([promised], seen, "boot", Farms.Noon));
        });

    [Theory]
    [InlineData(SessionPhase.Opening, null, SessionPhase.Expired, Reconciliation.LeaseOver)]
    [InlineData(SessionPhase.Opening, false, SessionPhase.Disconnected, Reconciliation.LeaseOver)]
    [InlineData(SessionPhase.Active, false, SessionPhase.Disconnected, Reconciliation.StationGone)]
    [InlineData(SessionPhase.Disconnected, true, SessionPhase.Active, Reconciliation.Connected)]
    [InlineData(SessionPhase.Active, null, SessionPhase.Ended, Reconciliation.GoneFromHost)]
    [InlineData(SessionPhase.Ending, null, SessionPhase.Ended, Reconciliation.GoneFromHost)]
    public void The_host_is_believed(SessionPhase believed, bool? connected, SessionPhase truth, string cause)
    {
        ObservedSession[] seen = connected is { } there ? [new ObservedSession("amelie.durand", 11, there, Farms.Noon)] : [];
        var correction = Assert.Single(Reconciliation.Decide([Farms.Session("amelie.durand", believed)], seen, "boot", Farms.Noon));
        Assert.Equal((truth, cause), (correction.Phase, correction.Cause));
    }

    [Fact]
    public void A_session_is_on_the_screen_once_the_station_s_own_ticket_was_accepted()
    {
        ObservedSession[] seen = [new("amelie.durand", 11, true, Farms.Noon)];
        var moved = Farms.Session("amelie.durand", SessionPhase.Opening) with { Fence = new Fence(2), Redeemed = new Fence(1), LeaseUntil = Farms.Noon.AddSeconds(9) };
        Assert.Empty(Reconciliation.Decide([moved], seen, "boot", Farms.Noon));
        Assert.Equal(SessionPhase.Active, Assert.Single(Reconciliation.Decide([moved with { Redeemed = new Fence(2) }], seen, "boot", Farms.Noon)).Phase);
    }

    [Fact]
    public void After_a_restart_of_the_host_its_sessions_are_lost_not_signed_out() =>
        Assert.Equal(SessionPhase.Lost, Assert.Single(Reconciliation.Decide([Farms.Session("amelie.durand", SessionPhase.Active)], [], "boot-2", Farms.Noon)).Phase);

    [Fact]
    public void What_was_promised_before_a_restart_is_lost_even_while_its_lease_runs()
    {
        var promised = Farms.Session("amelie.durand", SessionPhase.Opening) with { LeaseUntil = Farms.Noon.AddSeconds(30) };
        Assert.Equal(SessionPhase.Lost, Assert.Single(Reconciliation.Decide([promised], [], "boot-2", Farms.Noon)).Phase);
    }

    [Fact]
    public void A_desktop_that_the_host_has_made_is_no_promise_any_more()
    {
        ObservedSession[] seen = [new("amelie.durand", 11, false, Farms.Noon)];
        var redeemed = Farms.Session("amelie.durand", SessionPhase.Opening) with { Redeemed = new Fence(1), LeaseUntil = Farms.Noon.AddSeconds(30) };
        Assert.Equal(SessionPhase.Disconnected, Assert.Single(Reconciliation.Decide([redeemed], seen, "boot", Farms.Noon)).Phase);
    }

    [Fact]
    public void A_desktop_that_appears_after_the_sign_out_ends_with_its_disappearance()
    {
        ObservedSession[] seen = [new("amelie.durand", 11, true, Farms.Noon)];
        var ending = Farms.Session("amelie.durand", SessionPhase.Ending) with { Redeemed = new Fence(1), LeaseUntil = Farms.Noon.AddSeconds(9) };
        Assert.Equal((SessionPhase.Ending, Reconciliation.Appeared), Assert.Single(Reconciliation.Decide([ending], seen, "boot", Farms.Noon)) is var c ? (c.Phase, c.Cause) : default);
        Assert.Equal(SessionPhase.Ended, Assert.Single(Reconciliation.Decide([ending with { LeaseUntil = null }], [], "boot", Farms.Noon)).Phase);
    }

    [Fact]
    public void Who_signs_out_before_the_desktop_appears_is_not_told_that_it_ended()
    {
        var ending = Farms.Session("amelie.durand", SessionPhase.Ending) with { Redeemed = new Fence(1), LeaseUntil = Farms.Noon.AddSeconds(9) };
        Assert.Empty(Reconciliation.Decide([ending], [], "boot", Farms.Noon));
        Assert.Equal(SessionPhase.Ended, Assert.Single(Reconciliation.Decide([ending], [], "boot", Farms.Noon.AddSeconds(9))).Phase);
        Assert.Equal(SessionPhase.Ended, Assert.Single(Reconciliation.Decide([ending with { Redeemed = default }], [], "boot", Farms.Noon)).Phase);
    }

    [Fact]
    public void A_visitor_s_seat_is_not_free_before_the_host_has_proven_that_nothing_is_left() =>
        Gen.Select(_believed, Farms.Report, Farms.Boot, Gen.Int[0, 3]).Sample((believed, seen, boot, failed) =>
        {
            var wiping = seen.Select(session => session with { Connected = false, Wipe = new WipeSeen(failed, "") }).ToArray();
            var after = believed.Select(s => Reconciliation.Decide([s], wiping, boot, Farms.Noon, believed.Select(one => one.Id).ToHashSet()) is [var c] ? s with { Phase = c.Phase, LeaseUntil = null } : s).ToList();
            Assert.All(after.Where(s => wiping.Any(w => w.User == s.User) && !believed.Single(b => b.Id == s.Id).IsFinal), s => Assert.Equal(SessionPhase.Ending, s.Phase));
            Assert.Empty(Reconciliation.Decide(after.Where(s => wiping.Any(w => w.User == s.User)), wiping, boot, Farms.Noon));
        });

    [Theory]
    [InlineData(SessionPhase.Opening, SessionPhase.Lost)]
    [InlineData(SessionPhase.Active, SessionPhase.Lost)]
    [InlineData(SessionPhase.Ending, SessionPhase.Ended)]
    public void Whom_a_host_has_kept_out_of_another_s_desktop_is_not_taken_for_being_on_it(SessionPhase believed, SessionPhase truth)
    {
        var session = Farms.Session("amelie.durand", believed) with { Redeemed = new Fence(1), LeaseUntil = Farms.Noon.AddSeconds(30) };
        ObservedSession[] seen = [new("amelie.durand", 11, true, Farms.Noon)];
        var correction = Assert.Single(Reconciliation.Decide([session, Farms.Session("karim.benali", SessionPhase.Ended)], seen, "boot", Farms.Noon, keptOut: new HashSet<SessionId> { session.Id }));
        Assert.Equal((truth, Reconciliation.KeptOut), (correction.Phase, correction.Cause));
    }

    [Theory]
    [InlineData(SessionPhase.Ending)]
    [InlineData(SessionPhase.Active)]
    public void A_session_whose_visitor_is_wiped_has_ended(SessionPhase believed)
    {
        var session = Farms.Session("amelie.durand", believed);
        var correction = Assert.Single(Reconciliation.Decide([session], [], "boot", Farms.Noon, new HashSet<SessionId> { session.Id }));
        Assert.Equal((SessionPhase.Ended, Reconciliation.Wiped), (correction.Phase, correction.Cause));
    }
}
