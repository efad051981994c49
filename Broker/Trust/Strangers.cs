using System.Security.Cryptography.X509Certificates;

namespace VdiBroker.Trust;

/// <summary>
/// A stranger signs its certificate itself: a station that nobody has accepted yet, whose certificate proves that the key is its own and says nothing else. Whatever name stands in it counts for nothing.
/// </summary>
internal static class Strangers
{
    private const int LongestCertificate = 2048;

    /// <summary>True for a certificate that names itself as its issuer. No certificate that an authority of the city gave does.</summary>
    public static bool IsOne(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>True for one that may come as far as to ask: small, of a P-256 key, and nothing is wrong with it but that nobody knows it.</summary>
    public static bool MayAsk(X509Certificate2 certificate, X509Chain chain) =>
        IsOne(certificate) && certificate.RawDataMemory.Length <= LongestCertificate
        && chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain) && KeyDigest.IsOfOurKind(certificate.PublicKey);
}
