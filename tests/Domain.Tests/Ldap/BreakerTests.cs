using CsCheck;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Domain.Tests.Ldap;

public sealed class BreakerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Func<Breaker, DateTimeOffset, Breaker>> Event = Gen.Int[0, 4].Select<int, Func<Breaker, DateTimeOffset, Breaker>>(kind => kind switch
    {
        0 => (breaker, now) => breaker.Answered(now),
        1 => (breaker, now) => breaker.Failed(fresh: true, "refused", now),
        2 => (breaker, now) => breaker.Failed(fresh: false, "silent", now),
        3 => (breaker, now) => breaker.Tried(null, now),
        _ => (breaker, now) => breaker.Tried("refused", now),
    });

    [Fact]
    public void A_failure_on_a_fresh_connection_opens_it_and_on_a_kept_one_makes_it_suspect()
    {
        var breaker = Breaker.New(Noon);
        Assert.Equal(BreakerPhase.Open, breaker.Failed(fresh: true, "refused", Noon).Phase);
        var suspect = breaker.Failed(fresh: false, "silent", Noon);
        Assert.Equal((BreakerPhase.Suspect, "silent"), (suspect.Phase, suspect.Cause));
        Assert.Equal(BreakerPhase.Closed, suspect.Answered(Noon).Phase);
        Assert.Equal(BreakerPhase.Open, suspect.Tried("refused", Noon).Phase);
    }

    [Fact]
    public void Only_a_trial_that_went_well_closes_an_open_one() =>
        Event.Array[1, 20].Sample(events =>
        {
            var breaker = Breaker.New(Noon);
            foreach (var happens in events)
            {
                var next = happens(breaker, Noon);
                if (breaker.Phase == BreakerPhase.Open && next.Phase != BreakerPhase.Open) Assert.Equal(BreakerPhase.Closed, breaker.Tried(null, Noon).Phase);
                if (breaker.Phase == BreakerPhase.Open) Assert.Equal(BreakerPhase.Open, breaker.Answered(Noon).Phase);
                breaker = next;
            }
        });

    [Fact]
    public void What_is_not_closed_has_a_cause_and_says_since_when() =>
        Event.Array[1, 20].Sample(events =>
        {
            var breaker = Breaker.New(Noon);
            var now = Noon;
            foreach (var happens in events)
            {
                now = now.AddSeconds(1);
                var next = happens(breaker, now);
                Assert.Equal(next.Phase == BreakerPhase.Closed, next.Cause.Length == 0);
                Assert.Equal(next.Phase == breaker.Phase ? breaker.Since : now, next.Since);
                breaker = next;
            }
        });
}
