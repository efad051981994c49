using System.Collections.Immutable;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>One directory of the city: an entry of <c>directories</c> in the city file.</summary>
public sealed record DirectoryOptions
{
    /// <summary>Its id, for tenants, logs and messages.</summary>
    public required string Id { get; init; }

    /// <summary><c>ldaps://host:port</c>, at least one, in the order of preference: the next is asked while one is out of reach.</summary>
    public required ImmutableArray<Uri> Servers { get; init; }

    /// <summary>PEM file with the only CA whose certificates count for these servers; read at each new connection.</summary>
    public required string CaFile { get; init; }

    /// <summary>DN of the broker's own account: reads people and groups, nothing else.</summary>
    public required string BindDn { get; init; }

    /// <summary>File with that account's password, a line end at its end does not count; read at each new connection.</summary>
    public required string BindPasswordFile { get; init; }

    /// <summary>Where people are and how they are described.</summary>
    public required PeopleOptions People { get; init; }

    /// <summary>Where groups are and how they are named.</summary>
    public required GroupsOptions Groups { get; init; }

    /// <summary>Longest wait for one answer of one server; 100 ms to 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Kept connections for each of the two uses (searches as the broker; checks of passwords); 1 to 64.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>What the LDAP room needs to know of it.</summary>
    internal LdapServiceOptions Service => new()
    {
        Id = Id,
        Servers = [.. Servers.Select(server => new LdapServer(server, LdapSecurity.Ldaps, CaFile))],
        BindDn = BindDn,
        BindPasswordFile = BindPasswordFile,
        Deadline = Deadline,
        Connections = Connections,
    };
}

/// <summary>Where people are in a directory.</summary>
/// <param name="Base">DN under which all people are.</param>
/// <param name="Filter">What makes an entry a person (RFC 4515).</param>
/// <param name="Login">Attribute with the login name.</param>
/// <param name="Name">Attribute with first and last name.</param>
public sealed record PeopleOptions(string Base, string Filter = "(objectClass=inetOrgPerson)", string Login = "uid", string Name = "cn");

/// <summary>Where groups are in a directory.</summary>
/// <param name="Base">DN under which all groups are.</param>
/// <param name="Name">Attribute with the name that entitlements use.</param>
public sealed record GroupsOptions(string Base, string Name = "cn");
