using VdiBroker.Trust;
using Xunit;

namespace VdiBroker.Broker.Tests.Trust;

public sealed class CertificateDigestTests
{
    private const string Stolen = "aaaa567890123456789012345678901234567890123456789012345678901234";

    [Theory]
    [InlineData("AA:AA:56:78:90:12:34:56:78:90:12:34:56:78:90:12:34:56:78:90:12:34:56:78:90:12:34:56:78:90:12:34", Stolen)]
    [InlineData(Stolen, Stolen)]
    [InlineData("", null)]
    [InlineData("aaaa", null)]
    [InlineData("zzzz567890123456789012345678901234567890123456789012345678901234", null)]
    public void A_fingerprint_is_read_as_openssl_shows_it(string typed, string? digits) => Assert.Equal(digits, CertificateDigest.Read(typed));
}
