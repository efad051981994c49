using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Ldap;

/// <summary>Which certificate a server showed when it was trusted last: to tell a renewal, and a stranger, from what was there before. Safe to use from many threads.</summary>
internal sealed class CertificateMemory
{
    private const int ShownDigits = 16;
    private const int LongestName = 64;

    private readonly Lock _gate = new();
    private (string Digest, DateTime Until)? _known;

    /// <summary>Notes a certificate that was trusted.</summary>
    /// <returns>Null when it is the same as before; else how it differs from the one before ("" = it is the first), and until when it holds.</returns>
    public (string Change, DateTimeOffset Until)? Note(byte[] trusted)
    {
        var digest = Convert.ToHexString(SHA256.HashData(trusted));
        lock (_gate)
        {
            if (_known?.Digest == digest) return null;
        }
        using var certificate = X509CertificateLoader.LoadCertificate(trusted);
        (string Digest, DateTime Until)? before;
        lock (_gate) (before, _known) = (_known, (digest, certificate.NotAfter));
        return (before is { } was ? $"{Words(digest, certificate.NotAfter)} now, {Words(was.Digest, was.Until)} before" : "", certificate.NotAfter);
    }

    /// <summary>In words that a certificate which is not trusted is another than before; null when it is not, or none was known.</summary>
    public string? Difference(X509Certificate2 shown)
    {
        (string Digest, DateTime Until)? before;
        lock (_gate) before = _known;
        var digest = Convert.ToHexString(SHA256.HashData(shown.RawDataMemory.Span));
        if (before is not { } was || was.Digest == digest) return null;
        // Whoever answers there has written this name.
        var issuer = string.Concat(shown.GetNameInfo(X509NameType.SimpleName, forIssuer: true).Where(letter => !char.IsControl(letter)).Take(LongestName));
        return string.Create(CultureInfo.InvariantCulture,
            $"it is now {Words(digest, shown.NotAfter)}, from {shown.NotBefore:yyyy-MM-dd}, signed by '{issuer}'; before it was {Words(was.Digest, was.Until)}");
    }

    private static string Words(string digest, DateTime until) => string.Create(CultureInfo.InvariantCulture, $"SHA-256 {digest[..ShownDigits]}… until {until:yyyy-MM-dd}");
}
