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
    [InlineData(8, HostHealth.Live)]
    [InlineData(8.1, HostHealth.Silent)]
    public void A_host_is_live_until_it_has_been_silent_for_too_long(double seconds, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(Seen(null), _thresholds, Farms.Noon.AddSeconds(seconds), _long, _long));

    [Theory]
    [InlineData(3, HostHealth.Live)]
    [InlineData(3.1, HostHealth.Silent)]
    public void A_cut_stream_counts_sooner_than_silence(double seconds, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(Seen(Farms.Noon), _thresholds, Farms.Noon.AddSeconds(seconds), _long, _long));

    [Theory]
    [InlineData(0, HostHealth.Awaited)]
    [InlineData(13.9, HostHealth.Awaited)]
    [InlineData(14, HostHealth.Silent)]
    public void A_broker_that_has_only_just_begun_to_hear_takes_nobody_for_dead(double hearing, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(Seen(null), _thresholds, Farms.Noon.AddMinutes(5), TimeSpan.FromSeconds(hearing), _long));

    [Theory]
    [InlineData(0, HostHealth.Awaited)]
    [InlineData(13.9, HostHealth.Awaited)]
    [InlineData(14, HostHealth.NeverSeen)]
    public void An_emptied_store_awaits_the_hosts_that_it_has_forgotten(double age, HostHealth health) =>
        Assert.Equal(health, HostJudgement.Judge(null, _thresholds, Farms.Noon, _long, TimeSpan.FromSeconds(age)));

    private static HostObservation Seen(DateTimeOffset? detached) => new(Farms.Noon, detached, "boot", "00", 0, 0, []);
}
