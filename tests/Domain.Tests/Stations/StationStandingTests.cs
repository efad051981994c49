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
}
