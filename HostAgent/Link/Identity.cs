using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VdiBroker.Agent.Configuration;

namespace VdiBroker.Agent.Link;

/// <summary>Who the host is, whom it trusts and what its RDP server shows: the content of the four PEM files at one instant.</summary>
internal sealed class Identity : IDisposable
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag UriName = new(TagClass.ContextSpecific, 6);

    private Identity(X509Certificate2 authority, X509Certificate2 own, byte[] rdpFingerprint)
    {
        Authority = authority;
        Own = own;
        RdpFingerprint = rdpFingerprint;
        Host = HostName(own);
        Until = new DateTimeOffset(own.NotAfter).ToUniversalTime();
        AuthorityUntil = new DateTimeOffset(authority.NotAfter).ToUniversalTime();
    }

    /// <summary>The city's certificate authority.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The host's own certificate with its key.</summary>
    public X509Certificate2 Own { get; }

    /// <summary>SHA-256 of the DER of the certificate that xrdp shows; 32 bytes.</summary>
    public byte[] RdpFingerprint { get; }

    /// <summary>The host's name in its certificate.</summary>
    public string Host { get; }

    /// <summary>When the host's own certificate ends.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>When the authority's ends: from then on no broker is believed.</summary>
    public DateTimeOffset AuthorityUntil { get; }

    /// <summary>Reads the four files.</summary>
    /// <exception cref="CryptographicException">A file holds no certificate, or the key is not the certificate's.</exception>
    /// <exception cref="FormatException">The certificate does not name a host.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Identity Read(AgentSettings settings) => new(
        ReadCertificate(settings.Authority),
        X509Certificate2.CreateFromPemFile(settings.Certificate, settings.Key),
        SHA256.HashData(ReadCertificate(settings.RdpCertificate).RawData));

    /// <summary>The first certificate of a PEM file.</summary>
    public static X509Certificate2 ReadCertificate(string file) => X509Certificate2.CreateFromPem(File.ReadAllText(file));

    /// <summary>The name in <c>vdi://city/host/name</c>.</summary>
    /// <exception cref="FormatException">There is no such name.</exception>
    public static string HostName(X509Certificate2 certificate)
    {
        foreach (var name in UriNames(certificate))
        {
            if (Uri.TryCreate(name, UriKind.Absolute, out var uri) && uri.Scheme == "vdi" && uri.AbsolutePath.Split('/') is ["", "host", { Length: > 0 } host])
                return host;
        }
        throw new FormatException("the certificate has no name vdi://city/host/name: it was not issued for a host");
    }

    /// <summary>True when nothing has changed from <paramref name="other"/>.</summary>
    public bool Equals(Identity other) =>
        RdpFingerprint.AsSpan().SequenceEqual(other.RdpFingerprint)
        && Own.RawDataMemory.Span.SequenceEqual(other.Own.RawDataMemory.Span)
        && Authority.RawDataMemory.Span.SequenceEqual(other.Authority.RawDataMemory.Span);

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        Own.Dispose();
    }

    private static List<string> UriNames(X509Certificate2 certificate)
    {
        var names = new List<string>();
        if (certificate.Extensions[AlternativeNames] is not { } extension) return names;
        var sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            if (sequence.PeekTag().HasSameClassAndValue(UriName)) names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, UriName));
            else sequence.ReadEncodedValue();
        }
        return names;
    }
}
