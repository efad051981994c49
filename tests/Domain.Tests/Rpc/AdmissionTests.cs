using CsCheck;
using VdiBroker.Rpc;
using Xunit;

namespace VdiBroker.Domain.Tests.Rpc;

public sealed class AdmissionTests
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    private static readonly Gen<(AdmissionRule Rule, Crowding Seen, TimeSpan Patience, TimeSpan Now, double Draw)> _cases = Gen.Select(
        Gen.Int[1, 300], Gen.Int[0, 400], Gen.Int[0, 3000], Gen.Int[1, 20_000], Gen.Int[0, 60_000], Gen.Int[0, 10_000], Gen.Double[0, 1], Gen.Int[0, 60_000])
        .Select((atOnce, underWay, waiting, took, appointed, patience, draw, now) => (new AdmissionRule(1, 300, _longest),
            new Crowding(atOnce, underWay, waiting, TimeSpan.FromMilliseconds(took), TimeSpan.FromMilliseconds(appointed)), TimeSpan.FromMilliseconds(patience), TimeSpan.FromMilliseconds(now), draw));

    [Fact]
    public void Nobody_begins_beside_more_than_help_nor_before_those_who_wait() => _cases.Sample(one =>
    {
        if (one.Rule.Decide(one.Seen, one.Patience, one.Now, one.Draw) is Turn.Now) Assert.True(one.Seen.UnderWay < one.Seen.AtOnce && one.Seen.Waiting == 0);
    });

    [Fact]
    public void An_idle_gate_lets_everybody_in() => _cases.Sample(one =>
        Assert.IsType<Turn.Now>(one.Rule.Decide(one.Seen with { UnderWay = one.Seen.AtOnce - 1, Waiting = 0 }, TimeSpan.Zero, one.Now, one.Draw)));

    [Fact]
    public void A_share_is_a_part_of_every_bound_and_never_nothing() => Gen.Select(Gen.Int[1, 300], Gen.Int[0, 300], Gen.Int[1, 20]).Sample((least, more, parts) =>
    {
        var (rule, share) = (new AdmissionRule(least, least + more, _longest), new AdmissionRule(least, least + more, _longest).Share(parts));
        Assert.InRange(share.Least, 1, share.Most);
        Assert.True(share.Least == 1 || share.Least * parts <= rule.Least);
        Assert.True(share.Most == 1 || share.Most * parts <= rule.Most);
        Assert.Equal(rule, rule.Share(1));
        // Where it is all there is, whoever fills it leaves a place to somebody else.
        if (parts > 1 && rule.Most > 1) Assert.True(share.Most < rule.Most);
    });

    [Fact]
    public void Nobody_waits_longer_than_their_patience_as_far_as_can_be_told() => _cases.Sample(one =>
    {
        if (one.Rule.Decide(one.Seen, one.Patience, one.Now, one.Draw) is Turn.Wait)
            Assert.True(one.Seen.Took / one.Seen.AtOnce * (one.Seen.Waiting + 1) <= one.Patience);
    });

    [Fact]
    public void Who_is_sent_away_is_told_a_time_that_is_neither_too_short_nor_too_long() => _cases.Sample(one =>
    {
        if (one.Rule.Decide(one.Seen, one.Patience, one.Now, one.Draw) is Turn.ComeBack back) Assert.InRange(back.After, AdmissionRule.ShortestAway, _longest);
    });

    [Fact]
    public void More_patience_never_sends_anybody_away() => _cases.Sample(one =>
    {
        if (one.Rule.Decide(one.Seen, one.Patience, one.Now, one.Draw) is not Turn.ComeBack)
            Assert.IsNotType<Turn.ComeBack>(one.Rule.Decide(one.Seen, one.Patience + TimeSpan.FromSeconds(1), one.Now, one.Draw));
    });

    [Fact]
    public void A_crowd_that_is_sent_away_returns_one_by_one() => Gen.Select(Gen.Int[2, 200], Gen.Int[1, 64], Gen.Int[20, 500]).Sample((crowd, atOnce, tookMs) =>
    {
        var (rule, took, appointed) = (new AdmissionRule(1, 64, TimeSpan.FromHours(1)), TimeSpan.FromMilliseconds(tookMs), TimeSpan.Zero);
        var returns = new List<TimeSpan>();
        for (var i = 0; i < crowd; i++)
        {
            var back = Assert.IsType<Turn.ComeBack>(rule.Decide(new Crowding(atOnce, atOnce, 1000, took, appointed), TimeSpan.Zero, TimeSpan.Zero, 0.5));
            returns.Add(appointed = back.After);
        }
        // No more of them in any second than can be served in one.
        var perSecond = atOnce / took.TotalSeconds;
        Assert.All(returns, from => Assert.True(returns.Count(at => at >= from && at < from + TimeSpan.FromSeconds(1)) <= perSecond + 2));
    });

    [Fact]
    public void How_long_serving_takes_follows_what_was_seen() => Gen.Select(Gen.Int[1, 5000], Gen.Int[0, 5000]).Sample((before, sample) =>
    {
        var took = TimeSpan.FromMilliseconds(before);
        for (var i = 0; i < 400; i++) took = AdmissionRule.Smooth(took, TimeSpan.FromMilliseconds(sample));
        Assert.InRange(took.TotalMilliseconds, sample - 1, sample + 1);
    });

    [Fact]
    public void Fewer_are_served_while_the_processors_are_behind_and_as_many_as_may_be_soon_after() => Gen.Select(Gen.Int[1, 20], Gen.Int[20, 300]).Sample((least, most) =>
    {
        var (rule, atOnce) = (new AdmissionRule(least, most, _longest), most);
        for (var i = 0; i < 30; i++) atOnce = rule.Adapt(atOnce, AdmissionRule.Brisk * 2);
        Assert.Equal(least, atOnce);
        for (var i = 0; i < 150; i++) atOnce = rule.Adapt(atOnce, TimeSpan.Zero);
        Assert.Equal(most, atOnce);
    });
}
