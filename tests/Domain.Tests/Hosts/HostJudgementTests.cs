using CsCheck;
using VdiBroker.Hosts;
using Xunit;

namespace VdiBroker.Domain.Tests.Hosts;

public sealed class HostJudgementTests
{
    private static readonly HealthThresholds _thresholds = HealthThresholds.Default;
    private static readonly TimeSpan _long = TimeSpan.FromHours(1);

    [Fact]
    public void A_host_that_never_reported_is_never_seen() =>
        Assert.Equal(HostHealth.NeverSeen, HostJudgement.Judge(null, _thresholds, Farms.Noon, _long, _long));

    [Theory]
    [InlineData(0, HostHealth.Live)]
    [InlineData(2.5, HostHealth.Live)]
    [InlineData(2.6, HostHealth.Suspect)]
    [InlineData(4, HostHealth.Suspect)]
    [InlineData(4.1, HostHealth.Missed)]
    [InlineData(9.9, HostHealth.Missed)]
    [InlineData(10, HostHealth.Silent)]
    public void A_host_is_healthy_then_suspect_then_dead_the_longer_it_is_silent(double seconds, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(Seen(null), _thresholds, Farms.Noon.AddSeconds(seconds), _long, _long));

    [Theory]
    [InlineData(0, HostHealth.Suspect)]
    [InlineData(3, HostHealth.Suspect)]
    [InlineData(3.1, HostHealth.Missed)]
    [InlineData(10, HostHealth.Silent)]
    public void A_cut_stream_counts_sooner_than_silence(double seconds, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(Seen(Farms.Noon), _thresholds, Farms.Noon.AddSeconds(seconds), _long, _long));

    [Theory]
    [InlineData(0, HostHealth.Awaited)]
    [InlineData(9.9, HostHealth.Awaited)]
    [InlineData(10, HostHealth.Silent)]
    public void A_broker_that_has_only_just_begun_to_hear_takes_nobody_for_dead(double hearing, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(Seen(null), _thresholds, Farms.Noon.AddMinutes(5), TimeSpan.FromSeconds(hearing), _long));

    [Theory]
    [InlineData(0, HostHealth.Awaited)]
    [InlineData(9.9, HostHealth.Awaited)]
    [InlineData(10, HostHealth.NeverSeen)]
    public void An_emptied_store_awaits_the_hosts_that_it_has_forgotten(double age, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(null, _thresholds, Farms.Noon, _long, TimeSpan.FromSeconds(age)));

    [Fact]
    public void Silence_only_ever_makes_a_host_worse_and_a_broker_that_has_not_settled_calls_nobody_dead() => Gen.Select(
        Gen.Double[0, 30], Gen.Double[0, 30], Gen.Double[0, 30].Nullable(), Gen.Double[0, 30]).Sample((one, more, cut, hearing) =>
    {
        HostHealth[] order = [HostHealth.Live, HostHealth.Suspect, HostHealth.Missed, HostHealth.Silent];
        var voice = Seen(cut is { } after ? Farms.Noon.AddSeconds(Math.Min(after, one)) : null);
        HostHealth At(double seconds, TimeSpan heard) => HostJudgement.Judge(voice, _thresholds, Farms.Noon.AddSeconds(seconds), heard, _long);
        Assert.True(Array.IndexOf(order, At(one + more, _long)) >= Array.IndexOf(order, At(one, _long)));
        if (TimeSpan.FromSeconds(hearing) < _thresholds.Settled) Assert.False(At(one, TimeSpan.FromSeconds(hearing)).IsDead());
    });

    [Fact]
    public void A_report_makes_a_host_healthy_at_once() => Gen.Double[0, 30].Sample(hearing =>
        Assert.Equal(HostHealth.Live, HostJudgement.Judge(Seen(null), _thresholds, Farms.Noon, TimeSpan.FromSeconds(hearing), TimeSpan.Zero)));

    private static HostVoice Seen(DateTimeOffset? detached) => new(Farms.Noon, detached);
}
