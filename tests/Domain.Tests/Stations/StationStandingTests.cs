using VdiBroker.Kernel;
using VdiBroker.Stations;
using Xunit;

namespace VdiBroker.Domain.Tests.Stations;

public sealed class StationStandingTests
{
    private const string Stolen = "aaaa567890123456789012345678901234567890123456789012345678901234";
    private const string New = "bbbb567890123456789012345678901234567890123456789012345678901234";

    private static readonly StationStanding _admitted = new(new StationId("guichet-3"), Revoked: false, DateTimeOffset.UnixEpoch);

    [Fact]
    public void A_revoked_name_admits_no_certificate_whatever_was_said_of_one_before()
    {
        Assert.False((_admitted with { Revoked = true }).Admits(New));
        Assert.False((_admitted with { Revoked = true, Certificate = New }).Admits(New));
    }

    [Fact]
    public void A_name_that_was_restored_with_a_certificate_admits_that_one_alone()
    {
        Assert.True(_admitted.Admits(Stolen));
        Assert.True((_admitted with { Certificate = New }).Admits(New));
        Assert.False((_admitted with { Certificate = New }).Admits(Stolen));
    }

    [Fact]
    public void What_cannot_be_read_admits_nobody_and_stands_behind_what_is_remembered_of_the_same_time_alone()
    {
        var unreadable = StationStanding.Unreadable(_admitted.Station, _admitted.At, "no JSON");
        Assert.False(unreadable.Admits(New));
        Assert.False(unreadable.Replaced(New));
        Assert.True(_admitted.IsNewerThan(unreadable));
        Assert.False(unreadable.IsNewerThan(_admitted));
        Assert.False(unreadable.IsNewerThan(unreadable with { Why = "null" }));
        Assert.True((unreadable with { At = _admitted.At.AddMilliseconds(1) }).IsNewerThan(_admitted));
        Assert.False(unreadable.InPlaceOf(unreadable, _admitted.At).IsUnreadable);
    }

    [Fact]
    public void What_takes_the_place_of_a_standing_is_newer_also_by_a_clock_that_was_put_back()
    {
        foreach (var now in (TimeSpan[])[TimeSpan.FromDays(-1), TimeSpan.Zero, TimeSpan.FromDays(1)])
            Assert.True(_admitted.InPlaceOf(_admitted, _admitted.At + now).IsNewerThan(_admitted));
        Assert.Equal(_admitted.At, _admitted.InPlaceOf(null, _admitted.At).At);
    }

    [Fact]
    public void When_it_was_decided_outlasts_what_the_station_itself_changes()
    {
        var renewing = _admitted with { Certificate = Stolen, Next = new RenewedCertificate(New, "key", "pem") };
        var shown = renewing.Shown(New)!.InPlaceOf(renewing, renewing.At + TimeSpan.FromDays(300));
        Assert.Equal((_admitted.At, _admitted.At + TimeSpan.FromDays(300)), (shown.DecidedAt, shown.At));
    }
}
