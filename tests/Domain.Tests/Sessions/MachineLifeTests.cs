using VdiBroker.Kernel;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class MachineLifeTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 2, 8, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan _long = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(1, null)]
    [InlineData(0, SessionPhase.Expired)]
    [InlineData(-60, SessionPhase.Expired)]
    public void A_claim_that_no_station_confirmed_comes_back_when_its_lease_is_over(int left, SessionPhase? then) =>
        Assert.Equal(then, Decide(Of(SessionPhase.Opening) with { LeaseUntil = _now.AddSeconds(left) })?.Phase);

    [Fact]
    public void A_move_that_never_arrived_leaves_the_machine_to_its_person() =>
        Assert.Equal(SessionPhase.Disconnected, Decide(Of(SessionPhase.Opening) with { LeaseUntil = _now, Redeemed = new Fence(3) })?.Phase);

    [Theory]
    [InlineData(19, null)]
    [InlineData(20, SessionPhase.Disconnected)]
    public void A_station_that_is_not_heard_of_shows_it_no_more(int ago, SessionPhase? then) =>
        Assert.Equal(then, Decide(Of(SessionPhase.Active) with { HeardAt = _now.AddSeconds(-ago) })?.Phase);

    [Fact]
    public void A_picture_that_has_just_come_counts_as_heard() => Assert.Null(Decide(Of(SessionPhase.Active) with { PhaseSince = _now.AddSeconds(-1) }));

    [Theory]
    [InlineData(14, null)]
    [InlineData(15, SessionPhase.Ended)]
    public void A_machine_on_nobody_s_screen_is_free_after_a_quarter_of_an_hour(int minutes, SessionPhase? then) =>
        Assert.Equal(then, Decide(Of(SessionPhase.Disconnected) with { PhaseSince = _now.AddMinutes(-minutes) })?.Phase);

    [Fact]
    public void What_was_signed_out_of_ends_at_once()
    {
        var correction = Decide(Of(SessionPhase.Ending), TimeSpan.Zero)!;
        Assert.Equal((SessionPhase.Ended, MachineLife.LetGo), (correction.Phase, correction.Cause));
    }

    [Theory]
    [InlineData(SessionPhase.Opening, 75)]
    [InlineData(SessionPhase.Active, 20)]
    [InlineData(SessionPhase.Disconnected, 20)]
    public void What_stations_could_not_say_during_an_outage_counts_as_nothing(SessionPhase phase, int seconds)
    {
        var session = Of(phase) with { LeaseUntil = _now.AddHours(-1) };
        Assert.Null(Decide(session, TimeSpan.FromSeconds(seconds)));
        Assert.NotNull(Decide(session, TimeSpan.FromSeconds(seconds + 1)));
    }

    [Fact]
    public void Nothing_revives_what_has_ended_and_what_is_applied_asks_for_nothing_more()
    {
        foreach (var phase in Enum.GetValues<SessionPhase>())
        {
            var session = Of(phase) with { LeaseUntil = _now.AddHours(-1) };
            var correction = Decide(session);
            if (session.IsFinal) Assert.Null(correction);
            else Assert.Null(Decide(session with { Phase = correction!.Phase, PhaseSince = _now, LeaseUntil = null }));
        }
    }

    private static Correction? Decide(Session session, TimeSpan? hearingFor = null) => MachineLife.Decide(session, _lease, _now, hearingFor ?? _long);

    private static Session Of(SessionPhase phase) => new(new SessionId("s"), new PersonId("drancy/a"), "a", new PoolId("mon-pc"), new HostId("pc-1"), phase, new StationId("st"), 1, new Fence(5), default, default, null, "", 1)
    {
        PhaseSince = _now.AddHours(-1),
    };
}
