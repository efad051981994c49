using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.City.Brokers;

/// <summary>Certificates of callers (stations, hosts' agents) by the thousand, of the city's authority, without a program run for each.</summary>
/// <param name="folder">The authority's: <c>ca.crt</c> and <c>ca.key</c>.</param>
/// <param name="city">The city's name in every certificate.</param>
public sealed class CallerCertificates(string folder, string city) : IDisposable
{
    private static readonly OidCollection ClientUse = [new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly X509Certificate2 _authority = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "ca.crt"), Path.Combine(folder, "ca.key"));

    /// <summary>Whom callers trust.</summary>
    public X509Certificate2Collection Trusted => [_authority];

    /// <summary>Signs one.</summary>
    /// <param name="kind">station or host.</param>
    /// <param name="name">Who it says its owner is.</param>
    public SslStreamCertificateContext Issue(string kind, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}, O={city}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ClientUse, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"vdi://{city}/{kind}/{name}"));
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_authority, _authority.NotBefore, DateTimeOffset.UtcNow.AddDays(2), RandomNumberGenerator.GetBytes(16));
        return SslStreamCertificateContext.Create(signed.CopyWithPrivateKey(key), null, offline: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _authority.Dispose();
}
