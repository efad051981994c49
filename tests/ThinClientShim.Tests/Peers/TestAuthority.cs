using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>An authority of a city, made for one test, with the certificates that it issues.</summary>
internal sealed class TestAuthority
{
    private readonly X509Certificate2 _self;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test City CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _self = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddHours(5));
    }

    public X509Certificate2 Certificate => _self;

    public string Pem => _self.ExportCertificatePem();

    /// <summary>The private key of a certificate, as PEM.</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>A broker's certificate for 127.0.0.1, or for another address.</summary>
    public X509Certificate2 Broker(string address = "127.0.0.1")
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        names.AddUri(new Uri("vdi://test/broker/broker1"));
        return Issue("CN=broker1", names, "1.3.6.1.5.5.7.3.1", valid: true);
    }

    public X509Certificate2 Station(bool valid = true)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("vdi://test/station/poste1"));
        return Issue("CN=poste1", names, "1.3.6.1.5.5.7.3.2", valid);
    }

    /// <summary>A station's certificate for a key that it holds itself, PEM.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="name">Its name.</param>
    /// <param name="began">It holds since then, for an hour.</param>
    public string Admit(PublicKey key, string name, TimeSpan began)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        var from = DateTimeOffset.UtcNow - began;
        using var signed = request.Create(_self, from, from.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return signed.ExportCertificatePem();
    }

    private X509Certificate2 Issue(string subject, SubjectAlternativeNameBuilder names, string usage, bool valid)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var bare = request.Create(_self, DateTimeOffset.UtcNow.AddMinutes(-50),
            valid ? DateTimeOffset.UtcNow.AddHours(4) : DateTimeOffset.UtcNow.AddMinutes(-10), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }
}
