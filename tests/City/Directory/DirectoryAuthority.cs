using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Directory;

/// <summary>
/// A certificate authority of one test: issues good and bad certificates for directory servers, and certificates for those who ask them.
/// Its key lives in memory alone. EC keys (P-256).
/// </summary>
public sealed class DirectoryAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _ca;

    private DirectoryAuthority(string folder, X509Certificate2 ca)
    {
        CaFile = Path.Combine(folder, "ca.crt");
        _ca = ca;
    }

    /// <summary>Its own certificate, PEM.</summary>
    public string CaFile { get; }

    /// <summary>Makes a new authority.</summary>
    /// <param name="folder">Takes ca.crt; made when absent.</param>
    public static DirectoryAuthority Make(string folder)
    {
        System.IO.Directory.CreateDirectory(folder);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: where two such CAs are trusted at once, GnuTLS picks a signer by name alone.
        var request = new CertificateRequest($"CN=Directory test CA {RandomNumberGenerator.GetHexString(8)}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var authority = new DirectoryAuthority(folder, request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-60), DateTimeOffset.UtcNow.AddDays(60)));
        File.WriteAllText(authority.CaFile, authority._ca.ExportCertificatePem());
        return authority;
    }

    /// <summary>A server's certificate and key as files.</summary>
    /// <param name="folder">Takes server.crt and server.key; made when absent.</param>
    /// <param name="address">The server's IP address, in the certificate's alternative names.</param>
    public DirectoryTls IssueServer(string folder, string address)
    {
        using var certificate = Server(address);
        var files = Write(folder, "server", certificate);
        return new DirectoryTls(CaFile, files.Certificate, files.Key);
    }

    /// <summary>A certificate and key for someone who asks a directory that demands one: <c>CN=name</c>, for client use.</summary>
    public IssuedCertificate IssueClient(string folder, string name)
    {
        using var certificate = Signed($"CN={name}", null, ClientUse, TimeSpan.FromHours(-1), TimeSpan.FromDays(30));
        return Write(folder, name, certificate);
    }

    /// <summary>A server's certificate with its key, valid from <paramref name="from"/> to <paramref name="until"/> as seen from now (default: an hour ago, in 30 days; at most 60 days each way).</summary>
    public X509Certificate2 Server(string address, TimeSpan? from = null, TimeSpan? until = null) =>
        Signed("CN=directory", IPAddress.Parse(address), ServerUse, from ?? TimeSpan.FromHours(-1), until ?? TimeSpan.FromDays(30));

    /// <summary>A server's certificate that no authority signed.</summary>
    public static X509Certificate2 SelfSigned(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Wish("CN=directory", IPAddress.Parse(address), ServerUse, key).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <inheritdoc/>
    public void Dispose() => _ca.Dispose();

    private X509Certificate2 Signed(string name, IPAddress? address, string use, TimeSpan from, TimeSpan until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = Wish(name, address, use, key).Create(_ca, now + from, now + until, RandomNumberGenerator.GetBytes(12));
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest Wish(string name, IPAddress? address, string use, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        return request;
    }

    private static IssuedCertificate Write(string folder, string name, X509Certificate2 certificate)
    {
        System.IO.Directory.CreateDirectory(folder);
        var files = new IssuedCertificate(Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        using var to = new StreamWriter(files.Key, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        to.Write(key.ExportPkcs8PrivateKeyPem());
        return files;
    }
}
