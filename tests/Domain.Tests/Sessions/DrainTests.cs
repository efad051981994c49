using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Domain.Tests.Sessions;

public sealed class DrainTests
{
    private static readonly HostDrain _drain = new(new HostId("blade0"), Farms.Noon, TimeSpan.FromMinutes(15));
    private static readonly SessionLimits _limits = new() { Warn = TimeSpan.FromMinutes(5), Extensions = 9 };

    [Fact]
    public void A_drain_holds_from_its_beginning_until_its_end_and_only_then() => Gen.Select(Gen.Int[-60, 60], Gen.Int[1, 60].Nullable()).Sample((at, length) =>
    {
        var drain = _drain with { Until = length is { } minutes ? Farms.Noon.AddMinutes(minutes) : null };
        var now = Farms.Noon.AddMinutes(at);
        Assert.Equal(at >= 0 && (length is null || at < length), drain.Holds(now));
        Assert.Equal(length is not null && at >= length, drain.IsOver(now));
    });

    [Theory]
    [InlineData(SessionPhase.Active, -30, 15)]
    [InlineData(SessionPhase.Disconnected, -30, 0)]
    // Who loses the picture during the grace keeps what they were told.
    [InlineData(SessionPhase.Disconnected, 3, 15)]
    [InlineData(SessionPhase.Opening, -1, 15)]
    public void Who_is_on_nobody_s_screen_goes_first(SessionPhase phase, int since, int until) =>
        Assert.Equal(Farms.Noon.AddMinutes(until), DrainEnds.UntilOf(_drain, On("amelie.durand", phase, since)));

    [Fact]
    public void The_person_at_a_screen_is_told_when_the_drain_begins_and_not_before_and_ended_when_they_were_told() => Gen.Int[-20, 40].Sample(minutes =>
    {
        var now = Farms.Noon.AddMinutes(minutes);
        var session = On("amelie.durand", SessionPhase.Active, -60);
        var first = Decide(session, _drain, now);
        if (minutes < 0)
        {
            Assert.IsType<LimitDecision.Nothing>(first);
            return;
        }
        Assert.Equal(new LimitDecision.Warn(Limit.Drain, _drain.EndsAt), first);
        var told = session with { End = session.End with { Promise = new EndPromise(Limit.Drain, _drain.EndsAt) } };
        Assert.Equal(minutes >= 15 ? new LimitDecision.End(Limit.Drain, true) : new LimitDecision.Nothing(), Decide(told, _drain, now));
        // Taken back: the person hears that it holds no more. More time is not given.
        Assert.Equal(new LimitDecision.TakeBack(Limit.Drain), Decide(told, null, now));
        Assert.False(_limits.IsExtendable(told.AsLimited()));
    });

    [Fact]
    public void An_earlier_end_is_told_before_the_drain_s() =>
        Assert.Equal(new LimitDecision.Warn(Limit.Hours, Farms.Noon.AddMinutes(4)), _limits.Decide(On("amelie.durand", SessionPhase.Active, -60).AsLimited(),
            [DrainEnds.DemandOn(_drain, On("amelie.durand", SessionPhase.Active, -60), Farms.Noon)!, new EndDemand(Limit.Hours, Farms.Noon.AddMinutes(4))], Farms.Noon));

    [Fact]
    public void A_drain_that_is_over_ends_nobody() =>
        Assert.Null(DrainEnds.DemandOn(_drain with { Until = Farms.Noon.AddMinutes(20) }, On("amelie.durand", SessionPhase.Active, -60), Farms.Noon.AddMinutes(20)));

    [Fact]
    public void A_rehearsal_names_everybody_once_gives_no_seat_twice_and_finds_as_many_as_there_can_be() => Gen.Select(
        Gen.Int[0, 7].Array[0, 8], Gen.Int[0, 3].Array[3], Gen.Bool.Array[8]).Sample((possible, free, screens) =>
    {
        HostId[] hosts = [new("a"), new("b"), new("c")];
        var people = possible.Select((mask, i) => new Displaced(On($"p{i}", screens[i] ? SessionPhase.Active : SessionPhase.Disconnected, -i), [.. hosts.Where((_, bit) => (mask & (1 << bit)) != 0)])).ToList();
        var found = DrainRehearsal.Of(_drain, people, hosts.Zip(free).ToDictionary(one => one.First, one => one.Second));
        Assert.Equal(people.Select(one => one.Session.Id).ToHashSet(), found.Select(one => one.Session.Id).ToHashSet());
        Assert.Equal(people.Count, found.Length);
        Assert.All(found.Where(one => one.Elsewhere is not null), one => Assert.Contains(one.Elsewhere!.Value, people.Single(person => person.Session.Id == one.Session.Id).Possible));
        foreach (var (host, seats) in hosts.Zip(free)) Assert.True(found.Count(one => one.Elsewhere == host) <= seats);
        Assert.Equal(Most(possible, free, 0), found.Count(one => one.Elsewhere is not null));
        Assert.Equal(found.OrderBy(one => one.Session.Phase == SessionPhase.Disconnected), found);
    }, iter: 500);

    // By trying everything.
    private static int Most(int[] possible, int[] free, int from)
    {
        if (from == possible.Length) return 0;
        var most = Most(possible, free, from + 1);
        for (var host = 0; host < 3; host++)
        {
            if ((possible[from] & (1 << host)) == 0 || free[host] == 0) continue;
            free[host]--;
            most = Math.Max(most, 1 + Most(possible, free, from + 1));
            free[host]++;
        }
        return most;
    }

    [Fact]
    public void A_drain_that_cannot_be_read_holds_for_ever_and_ends_nobody()
    {
        var drain = HostDrain.Unreadable(_drain.Host, "what was planned cannot be read");
        foreach (var now in (DateTimeOffset[])[Farms.Noon, Farms.Noon.AddYears(50), DateTimeOffset.MaxValue])
        {
            Assert.Equal((true, false), (drain.Holds(now), drain.IsOver(now)));
            foreach (var phase in (SessionPhase[])[SessionPhase.Active, SessionPhase.Disconnected]) Assert.Null(DrainEnds.DemandOn(drain, On("amelie.durand", phase, -60), now));
        }
    }

    private static LimitDecision Decide(Session session, HostDrain? drain, DateTimeOffset now) =>
        _limits.Decide(session.AsLimited(), new[] { DrainEnds.DemandOn(drain, session, now) }.OfType<EndDemand>(), now);

    private static Session On(string user, SessionPhase phase, int since) => Farms.Session(user, phase) with { Since = Farms.Noon.AddHours(-2), PhaseSince = Farms.Noon.AddMinutes(since) };
}
