using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Broker.Tests.Edge;
using VdiBroker.Trust;
using Xunit;

namespace VdiBroker.Broker.Tests.Trust;

public sealed class StrangersTests
{
    [Fact]
    public void Only_a_key_of_the_one_named_curve_is_signed_here()
    {
        using var ours = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var larger = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        // The same curve, spelled out: nobody compares what a caller wrote down for it.
        using var spelled = ECDsa.Create(ours.ExportExplicitParameters(includePrivateParameters: false));
        Assert.True(KeyDigest.IsOfOurKind(new PublicKey(ours)));
        Assert.All((PublicKey[])[new PublicKey(larger), new PublicKey(rsa), new PublicKey(spelled)], key => Assert.False(KeyDigest.IsOfOurKind(key)));
        // No point of the curve.
        var point = new PublicKey(ours).EncodedKeyValue.RawData.ToArray();
        point[^1] ^= 1;
        Assert.False(KeyDigest.IsOfOurKind(new PublicKey(new Oid("1.2.840.10045.2.1"), new PublicKey(ours).EncodedParameters, new AsnEncodedData(point))));
    }

    [Fact]
    public void A_stranger_is_who_signs_itself_and_whom_an_authority_has_signed_is_none()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = UnknownStation.SignedItself(key, "vdi://test-city/station/accueil-1");
        Assert.True(Strangers.IsOne(stranger));
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-strangers-").FullName;
        try
        {
            CityAuthority.Create(folder, "test-city", TimeProvider.System, forStations: true);
            using var authority = CityAuthority.Open(folder, TimeProvider.System);
            using var signed = authority.SignStation(stranger.PublicKey, "accueil-1", TimeSpan.FromDays(1));
            Assert.False(Strangers.IsOne(signed));
            Assert.Equal(new PeerName("test-city", PeerKind.Station, "accueil-1"), PeerName.Of(signed));
            Assert.Equal(KeyDigest.Of(stranger.PublicKey), KeyDigest.Of(signed.PublicKey));
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }
}
