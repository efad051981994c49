using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Trust;

/// <summary>The SHA-256 of a certificate (DER) as it is written everywhere here: 64 lower-case hexadecimal digits.</summary>
internal static class CertificateDigest
{
    /// <summary>Of a certificate.</summary>
    public static string Of(X509Certificate2 certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span));

    /// <summary>Reads what somebody wrote: with colons or without, in either case.</summary>
    /// <returns>Null: it is none.</returns>
    public static string? Read(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigitLower) ? digits : null;
    }
}
