using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace VdiBroker.Trust;

/// <summary>What a certificate of the city is for.</summary>
internal enum PeerKind
{
    /// <summary>A thin client.</summary>
    Station,

    /// <summary>The agent on a session host.</summary>
    Host,

    /// <summary>A broker.</summary>
    Broker,

    /// <summary>A TLS server of the city that is no broker: the directory, a host's RDP server.</summary>
    Server,

    /// <summary>Somebody who looks after people and their desktops.</summary>
    Operator,
}

/// <summary>Who a certificate says its holder is: the URI name <c>vdi://city/kind/name</c> among its alternative names.</summary>
/// <param name="City">The city of the city file.</param>
/// <param name="Kind">What the holder is.</param>
/// <param name="Name">Its name: lower-case letters, digits and hyphens, 1 to 63.</param>
internal sealed partial record PeerName(string City, PeerKind Kind, string Name)
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag _uriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The URI as it stands in the certificate.</summary>
    public string Uri => $"vdi://{City}/{Kind.ToString().ToLowerInvariant()}/{Name}";

    /// <summary>True for a name that may stand in a certificate, a key and a log line: letters a to z, digits, inner hyphens, 1 to 63.</summary>
    public static bool IsName(string? text) => text is not null && NamePattern().IsMatch(text);

    /// <summary>Reads the name out of a certificate.</summary>
    /// <returns>Null when it has none, several, or a malformed one.</returns>
    public static PeerName? Of(X509Certificate2 certificate)
    {
        var names = UrisOf(certificate).Select(Parse).OfType<PeerName>().ToList();
        return names.Count == 1 ? names[0] : null;
    }

    /// <summary>Reads <c>vdi://city/kind/name</c>.</summary>
    /// <returns>Null when it is not of that form.</returns>
    public static PeerName? Parse(string uri) =>
        UriPattern().Match(uri) is { Success: true } match && Enum.TryParse<PeerKind>(match.Groups["kind"].Value, ignoreCase: true, out var kind)
            ? new PeerName(match.Groups["city"].Value, kind, match.Groups["name"].Value)
            : null;

    private static List<string> UrisOf(X509Certificate2 certificate)
    {
        var uris = new List<string>();
        if (certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNames) is not { } extension) return uris;
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(_uriTag)) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, _uriTag));
            else names.ReadEncodedValue();
        }
        return uris;
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^vdi://(?<city>[a-z0-9-]{1,63})/(?<kind>station|host|broker|server|operator)/(?<name>[a-z0-9-]{1,63})$")]
    private static partial Regex UriPattern();
}
