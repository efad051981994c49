using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Race.Farm;

/// <summary>Certificates of stations by the hundred, of the city's authority, without a program run for each.</summary>
internal sealed class StationCertificates(string caFile, string keyFile) : IDisposable
{
    private static readonly OidCollection ClientUse = [new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly X509Certificate2 _authority = X509Certificate2.CreateFromPemFile(caFile, keyFile);

    /// <summary>Signs one for a station.</summary>
    public SslStreamCertificateContext Issue(string station)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={station}, O={RaceCity.Name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ClientUse, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"vdi://{RaceCity.Name}/station/{station}"));
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_authority, _authority.NotBefore, DateTimeOffset.UtcNow.AddDays(2), RandomNumberGenerator.GetBytes(16));
        return SslStreamCertificateContext.Create(signed.CopyWithPrivateKey(key), null, offline: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _authority.Dispose();
}
