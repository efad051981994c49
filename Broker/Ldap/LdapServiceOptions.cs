using System.Collections.Immutable;

namespace VdiBroker.Ldap;

/// <summary>How a connection to a server is kept from being read.</summary>
internal enum LdapSecurity
{
    /// <summary>TLS from the first octet, the scheme <c>ldaps</c>.</summary>
    Ldaps,

    /// <summary>TLS asked for on the plain port before anything else is said (RFC 4511, 4.14); without it no word more.</summary>
    StartTls,

    /// <summary>None: for servers on this very machine (loopback) only.</summary>
    None,
}

/// <summary>One server of a directory.</summary>
/// <param name="Address"><c>ldaps://host:port</c> or <c>ldap://host:port</c>.</param>
/// <param name="Security">How it is spoken to.</param>
/// <param name="CaFile">PEM file with the only CAs whose certificates count for it; read at each new connection. Null only with <see cref="LdapSecurity.None"/>.</param>
/// <param name="CertificateFile">PEM file with the broker's own certificate for this server; null = it asks for none.</param>
/// <param name="KeyFile">PEM file with its key.</param>
internal sealed record LdapServer(Uri Address, LdapSecurity Security, string? CaFile, string? CertificateFile = null, string? KeyFile = null)
{
    /// <summary>Its port; 636 and 389 where none is given.</summary>
    public int Port { get; } = Address.Port > 0 ? Address.Port : Security == LdapSecurity.Ldaps ? 636 : 389;

    /// <summary><c>scheme://host:port</c>, for messages.</summary>
    public string Origin { get; } = Address.GetLeftPart(UriPartial.Authority);
}

/// <summary>One directory: servers with the same content, and how patient to be with them.</summary>
internal sealed record LdapServiceOptions
{
    /// <summary>The directory's id, for logs and messages.</summary>
    public required string Id { get; init; }

    /// <summary>At least one, in the order of preference.</summary>
    public required ImmutableArray<LdapServer> Servers { get; init; }

    /// <summary>DN of the broker's own account; null = it searches as nobody (anonymous).</summary>
    public string? BindDn { get; init; }

    /// <summary>File with that account's password; read at each new connection.</summary>
    public string? BindPasswordFile { get; init; }

    /// <summary>Longest wait for one answer of one server, connecting included; 100 ms to 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A server that has not answered for so long is left for the next one, if there is one that answers; at most <see cref="Deadline"/>.</summary>
    public TimeSpan SwitchAfter { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>After how long a call counts as slow.</summary>
    public TimeSpan Patience => SwitchAfter < Deadline ? SwitchAfter : Deadline;

    /// <summary>The most connections to one server for each of the two uses (searches as the broker; checks of passwords); 1 to 64.</summary>
    public int Connections { get; init; } = 4;
}
