using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Trust;

/// <summary>The SHA-256 of a public key (SubjectPublicKeyInfo, DER): 64 lower-case hexadecimal digits.</summary>
internal static class KeyDigest
{
    private const string EllipticCurve = "1.2.840.10045.2.1";

    // prime256v1 by its name, as DER: a key may bring a curve of its own making, which nobody looks at here.
    private static readonly byte[] _named = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

    /// <summary>Of a key.</summary>
    public static string Of(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <summary>As people compare it, and as openssl prints a SHA-256: pairs of capitals, with colons.</summary>
    public static string Shown(string digest) => string.Join(':', digest.ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));

    /// <summary>True for a key of the one kind that is signed here: P-256.</summary>
    public static bool IsOfOurKind(PublicKey key)
    {
        if (key.Oid.Value != EllipticCurve || key.EncodedParameters?.RawData.AsSpan().SequenceEqual(_named) != true) return false;
        try
        {
            using var point = key.GetECDsaPublicKey();
            return point is not null;
        }
        catch (CryptographicException)
        {
            // No point of the curve.
            return false;
        }
    }
}
