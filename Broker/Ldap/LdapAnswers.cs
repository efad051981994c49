using System.Collections.Immutable;
using System.Text;

namespace VdiBroker.Ldap;

/// <summary>How far below its base a search looks.</summary>
internal enum LdapScope
{
    /// <summary>The base entry alone.</summary>
    Entry = 0,

    /// <summary>The entries directly below the base.</summary>
    Children = 1,

    /// <summary>The base and all below it.</summary>
    Branch = 2,
}

/// <summary>Result codes (RFC 4511, 4.1.9).</summary>
internal static class LdapResult
{
    public const int Success = 0;
    public const int OperationsError = 1;
    public const int TimeLimit = 3;
    public const int SizeLimit = 4;
    public const int Busy = 51;
    public const int Unavailable = 52;
    public const int Other = 80;

    /// <summary>True for answers that say that this server is ill while another may be well.</summary>
    public static bool IsOfTheServer(int code) => code is OperationsError or TimeLimit or Busy or Unavailable or Other;

    /// <summary>The RFC's word for a code.</summary>
    public static string Words(int code) => code switch
    {
        OperationsError => "operationsError",
        2 => "protocolError",
        TimeLimit => "timeLimitExceeded",
        SizeLimit => "sizeLimitExceeded",
        8 => "strongerAuthRequired",
        10 => "referral: that branch is on another server",
        11 => "adminLimitExceeded",
        13 => "confidentialityRequired",
        32 => "noSuchObject: that base is not there, or not for the broker's account",
        34 => "invalidDNSyntax",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        Busy => "busy",
        Unavailable => "unavailable",
        53 => "unwillingToPerform",
        Other => "other",
        _ => "see RFC 4511, appendix A",
    };
}

/// <summary>What a server answered to a bind or a change; any result code.</summary>
/// <param name="Code">LDAP result code.</param>
/// <param name="Diagnostic">The server's own words; Active Directory keeps its sub-codes there. Never for logs or screens: it may name an entry.</param>
/// <param name="PolicyControl">Value of the password policy's response control (1.3.6.1.4.1.42.2.27.8.5.1, BER), null when there was none.</param>
internal sealed record LdapAnswer(int Code, string Diagnostic, byte[]? PolicyControl);

/// <summary>An entry as a search found it; attribute names without regard to case.</summary>
internal sealed class LdapEntry(string dn, IReadOnlyDictionary<string, ImmutableArray<byte[]>> attributes)
{
    public string Dn { get; } = dn;

    /// <summary>The values as octets, in the server's order; empty when there are none.</summary>
    public ImmutableArray<byte[]> Octets(string attribute) => attributes.TryGetValue(attribute, out var values) ? values : [];

    /// <summary>The values as text (UTF-8).</summary>
    public ImmutableArray<string> Texts(string attribute) => [.. Octets(attribute).Select(Encoding.UTF8.GetString)];

    /// <summary>The first value as text; null when there is none.</summary>
    public string? Text(string attribute) => Octets(attribute) is [var first, ..] ? Encoding.UTF8.GetString(first) : null;

    /// <summary>The names of the attributes that it came with.</summary>
    public IEnumerable<string> Attributes => attributes.Keys;
}

/// <summary>What a search found.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="More">The server held back others beyond the limit.</param>
/// <param name="References">How many references to other servers came with them; they are not followed.</param>
internal sealed record LdapFound(ImmutableArray<LdapEntry> Entries, bool More, int References);
