using System.Net;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using VdiBroker.City.Processes;
using VdiBroker.Trust;
using Xunit;

namespace VdiBroker.Broker.Tests.Trust;

public sealed class CityAuthorityTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-ca-").FullName;

    public CityAuthorityTests() => CityAuthority.Create(_folder, "seine-est", TimeProvider.System);

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_certificate_says_who_its_holder_is() =>
        Assert.Equal(new PeerName("seine-est", PeerKind.Station, "poste-a"), PeerName.Of(Issue(PeerKind.Station, "poste-a")));

    [Fact]
    public void A_certificate_of_the_authority_is_believed_and_a_stranger_s_is_not()
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, "ca.crt")));
        Assert.True(chain.Build(Issue(PeerKind.Host, "blade1")));
        Assert.True(chain.Build(Issue(PeerKind.Server, "directory")));
    }

    [Theory]
    [InlineData(nameof(PeerKind.Station), false, true)]
    [InlineData(nameof(PeerKind.Host), false, true)]
    [InlineData(nameof(PeerKind.Server), true, false)]
    [InlineData(nameof(PeerKind.Broker), true, true)]
    public void A_key_is_good_for_its_own_side_of_a_connection_only(string kind, bool server, bool client)
    {
        var uses = Issue(Enum.Parse<PeerKind>(kind), "peer").Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Select(o => o.Value).ToList();
        Assert.Equal((server, client), (uses.Contains("1.3.6.1.5.5.7.3.1"), uses.Contains("1.3.6.1.5.5.7.3.2")));
    }

    [Fact]
    public void Keys_are_readable_by_their_owner_only()
    {
        _ = Issue(PeerKind.Station, "poste-a");
        foreach (var key in System.IO.Directory.GetFiles(_folder, "*.key"))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public void In_its_last_years_an_authority_signs_for_what_is_left_of_it()
    {
        var now = DateTimeOffset.UtcNow;
        var folder = Path.Combine(_folder, "old");
        CityAuthority.Create(folder, "seine-est", new HandClock(now.AddYears(-9)));
        using var authority = CityAuthority.Open(folder, TimeProvider.System);
        authority.Issue(PeerKind.Host, "blade1", [], [], 825, folder);
        using var issued = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "blade1.crt"));
        using var own = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "ca.crt"));
        Assert.Equal(own.NotAfter, issued.NotAfter);
    }

    [Fact]
    public void An_authority_is_never_overwritten() => Assert.Throws<IOException>(() => CityAuthority.Create(_folder, "other", TimeProvider.System));

    [Theory]
    [InlineData("Poste-A")]
    [InlineData("poste a")]
    [InlineData("-poste")]
    [InlineData("")]
    [InlineData("poste/../a")]
    public void A_name_that_is_none_is_refused(string name) => Assert.Throws<ArgumentException>(() => Issue(PeerKind.Station, name));

    [Fact]
    public void Every_name_survives_the_way_through_its_uri() =>
        Gen.Select(Gen.Enum<PeerKind>(), Gen.Char["abcxyz019-"].Array[1, 63].Select(c => new string(c))).Sample((kind, name) =>
        {
            var peer = new PeerName("seine-est", kind, name);
            Assert.Equal(peer, PeerName.Parse(peer.Uri));
        });

    private X509Certificate2 Issue(PeerKind kind, string name)
    {
        using var authority = CityAuthority.Open(_folder, TimeProvider.System);
        authority.Issue(kind, name, ["localhost"], [IPAddress.Loopback], 30, _folder);
        return X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder, name + ".crt"));
    }
}
