#pragma warning disable CA1416 // the city runs on Linux
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.City.Directory;

/// <summary>The three PEM files that a TLS server of the city needs.</summary>
/// <param name="CaFile">The certificate that signed the server's.</param>
/// <param name="CertificateFile">The server's certificate.</param>
/// <param name="KeyFile">The server's private key.</param>
public sealed record DirectoryTls(string CaFile, string CertificateFile, string KeyFile)
{
    /// <summary>Makes a CA of its own and a certificate for <paramref name="address"/>, for tests without the city's CA.</summary>
    /// <param name="directory">Takes ca.crt, server.crt, server.key; made when absent.</param>
    /// <param name="address">The server's IP address, in the certificate's alternative names.</param>
    public static DirectoryTls Make(string directory, string address)
    {
        System.IO.Directory.CreateDirectory(directory);
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: where two such CAs are trusted at once, GnuTLS picks a signer by name alone.
        var caRequest = new CertificateRequest($"CN=Directory test CA {RandomNumberGenerator.GetHexString(8)}", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        caRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        using var ca = caRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=directory", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.Create(ca, from, until, RandomNumberGenerator.GetBytes(12));

        var files = new DirectoryTls(Path.Combine(directory, "ca.crt"), Path.Combine(directory, "server.crt"), Path.Combine(directory, "server.key"));
        File.WriteAllText(files.CaFile, ca.ExportCertificatePem());
        File.WriteAllText(files.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(files.KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(files.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return files;
    }
}
