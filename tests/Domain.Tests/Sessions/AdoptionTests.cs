using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class AdoptionTests
{
    private static readonly HostId _host = new("blade0");
    private static readonly Pool _pool = new(new PoolId("bureau"), "Bureau", "Desktop", [_host, new HostId("blade1")]);
    private static readonly ObservedSession _seen = new("amelie.durand", 11, true, Farms.Noon) { Grant = new GrantSeen("s-host", 5, "drancy/amelie.durand", "bureau") };
    private static readonly Session _elsewhere = Farms.Session("amelie.durand", SessionPhase.Active, "blade1") with { Id = new SessionId("s-ledger") };

    private static readonly Gen<UnseatedSession> _any = Gen.Select(Farms.AnySession.Null(), Farms.AnySession.Null(), Gen.Long[0, 6], Gen.Bool, (granted, mine, fence, known) =>
        Unseated(Own(granted), Own(mine)) with { TenantKnown = known, Seen = _seen with { Grant = _seen.Grant! with { Fence = fence } } });

    private static Session? Own(Session? session) => session is null ? null : session with { User = "amelie.durand", Person = new PersonId("drancy/amelie.durand") };

    private static UnseatedSession Unseated(Session? granted = null, Session? mine = null) => new(_host, _seen, _pool, granted, mine);

    [Fact]
    public void What_an_emptied_store_forgot_keeps_its_id() =>
        Assert.Equal(new AdoptionDecision.Adopt(new SessionId("s-host"), null, Adoption.Forgotten), Adoption.Decide(Unseated()));

    [Fact]
    public void The_older_of_two_desktops_of_one_person_is_a_ghost() =>
        Assert.Equal(new AdoptionDecision.End(new SessionId("s-host"), Adoption.Replaced), Adoption.Decide(Unseated(mine: _elsewhere with { Fence = new Fence(5) })));

    [Fact]
    public void A_host_that_was_told_of_a_newer_opening_wins()
    {
        var mine = _elsewhere with { Fence = new Fence(4) };
        Assert.Equal(new AdoptionDecision.Adopt(new SessionId("s-host"), mine, Adoption.HostHasNewer), Adoption.Decide(Unseated(mine: mine)));
    }

    [Theory]
    [InlineData(SessionPhase.Lost, SessionPhase.Active)]
    [InlineData(SessionPhase.Expired, SessionPhase.Opening)]
    [InlineData(SessionPhase.Ended, SessionPhase.Disconnected)]
    public void A_desktop_that_was_taken_for_gone_comes_back_under_a_fresh_id(SessionPhase phase, SessionPhase before) =>
        Assert.Equal(new AdoptionDecision.Adopt(null, null, Adoption.CameBack), Adoption.Decide(Unseated(granted: Granted(phase, before))));

    [Fact]
    public void What_the_person_signed_out_of_is_ended() =>
        Assert.Equal(new AdoptionDecision.End(new SessionId("s-host"), Adoption.SignedOutOf), Adoption.Decide(Unseated(granted: Granted(SessionPhase.Ended, SessionPhase.Ending))));

    [Fact]
    public void A_seat_that_was_lost_alone_is_put_back() =>
        Assert.IsType<AdoptionDecision.Reseat>(Adoption.Decide(Unseated(mine: Granted(SessionPhase.Active, null))));

    [Fact]
    public void An_orphan_on_nobody_s_screen_is_taken_in_by_nobody()
    {
        Assert.Equal(new AdoptionDecision.Leave(Reconciliation.Orphaned), Adoption.Decide(Unseated() with { Seen = _seen with { Orphaned = true, Connected = false } }));
        Assert.IsType<AdoptionDecision.Adopt>(Adoption.Decide(Unseated() with { Seen = _seen with { Orphaned = true } }));
    }

    [Fact]
    public void A_host_takes_no_session_of_others_for_its_own()
    {
        Assert.Equal(Adoption.NotItsOwn, Adoption.Decide(Unseated(granted: Granted(SessionPhase.Lost, null) with { Host = new HostId("blade1") })).Cause);
        Assert.Equal(Adoption.NotItsOwn, Adoption.Decide(Unseated(granted: Granted(SessionPhase.Lost, null) with { User = "karim" })).Cause);
        Assert.Equal(Adoption.OtherTenant, Adoption.Decide(Unseated() with { TenantKnown = false }).Cause);
        Assert.Equal(Adoption.OtherPool, Adoption.Decide(Unseated() with { Pool = null }).Cause);
        Assert.Equal(Adoption.OtherPool, Adoption.Decide(Unseated() with { Host = new HostId("blade9") }).Cause);
        Assert.Equal(Adoption.NoGrant, Adoption.Decide(Unseated() with { Seen = _seen with { Grant = null } }).Cause);
    }

    [Fact]
    public void Nothing_newer_is_ever_ended_or_given_up_for_something_older() => _any.Sample(unseated =>
    {
        var decision = Adoption.Decide(unseated);
        var fence = unseated.Seen.Grant!.Fence;
        if (decision is AdoptionDecision.End { Cause: Adoption.Replaced }) Assert.True(unseated.Mine!.Fence.Value >= fence);
        if (decision is AdoptionDecision.Adopt { GivenUp: { } lost }) Assert.True(lost.Fence.Value < fence && !lost.IsFinal);
    });

    [Fact]
    public void No_closed_session_is_revived_under_its_id() => _any.Sample(unseated =>
    {
        if (Adoption.Decide(unseated) is AdoptionDecision.Adopt { Id: { } id }) Assert.True(unseated.Granted is null, id.Value);
    });

    [Fact]
    public void A_ledger_that_is_not_behind_its_host_is_left_alone() => Gen.Select(Farms.AnySession, Gen.Long[0, 6]).Sample((session, fence) =>
    {
        var seen = new ObservedSession(session.User, 11, true, Farms.Noon) { Grant = new GrantSeen("s-host", fence, "drancy/x", "bureau") };
        Assert.Equal(!session.IsFinal && fence > session.Fence.Value, Adoption.Behind([session], new Dictionary<string, ObservedSession> { [seen.User] = seen }).Any());
    });

    private static Session Granted(SessionPhase phase, SessionPhase? before) =>
        Farms.Session("amelie.durand", phase) with { Id = new SessionId("s-host"), Before = before };
}
