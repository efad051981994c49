using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>One directory of the city: an entry of <c>directories</c> in the city file.</summary>
public sealed record DirectoryOptions
{
    /// <summary>Its id, for tenants, logs and messages.</summary>
    public required string Id { get; init; }

    /// <summary>The kind of server: how it tells the state of an account, and the presets of <see cref="SchemaPresets"/>.</summary>
    public DirectorySchema Schema { get; init; } = DirectorySchema.OpenLdap;

    /// <summary>
    /// <c>ldaps://host:port</c>, or <c>ldap://host:port</c> for StartTLS; at least one, in the order of preference: the next is asked while
    /// one is out of reach.
    /// </summary>
    public required ImmutableArray<Uri> Servers { get; init; }

    /// <summary>True: <c>ldap://</c> means no TLS at all. For servers on the loopback interface alone.</summary>
    public bool Plain { get; init; }

    /// <summary>PEM file with the only CA whose certificates count for these servers; read at each new connection. Null only when <see cref="Plain"/>.</summary>
    public required string? CaFile { get; init; }

    /// <summary>PEM file with the broker's own certificate, for servers that ask for one; null = none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with its key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>DN of the broker's own account: reads people and groups, nothing else. Null = it searches as nobody.</summary>
    public required string? BindDn { get; init; }

    /// <summary>File with that account's password, a line end at its end does not count; read at each new connection.</summary>
    public required string? BindPasswordFile { get; init; }

    /// <summary>Where people are and how they are described.</summary>
    public required PeopleOptions People { get; init; }

    /// <summary>Where groups are and how they are named.</summary>
    public required GroupsOptions Groups { get; init; }

    /// <summary>Tenants whose people or groups are described otherwise.</summary>
    public ImmutableDictionary<TenantId, TenantView> Views { get; init; } = ImmutableDictionary<TenantId, TenantView>.Empty;

    /// <summary>Longest wait for one answer of one server; 100 ms to 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>So long a server may be silent before the next one is asked as well; 50 ms to 30 s.</summary>
    public TimeSpan SwitchAfter { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>Kept connections for each of the two uses (searches as the broker; checks of passwords); 1 to 64.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>What the LDAP room needs to know of it.</summary>
    internal LdapServiceOptions Service => new()
    {
        Id = Id,
        Servers = [.. Servers.Select(server => new LdapServer(server, Security(server), CaFile, CertificateFile, KeyFile))],
        BindDn = BindDn,
        BindPasswordFile = BindPasswordFile,
        Deadline = Deadline,
        SwitchAfter = SwitchAfter < Deadline ? SwitchAfter : Deadline,
        Connections = Connections,
    };

    private LdapSecurity Security(Uri server) => server.Scheme == "ldaps" ? LdapSecurity.Ldaps : Plain ? LdapSecurity.None : LdapSecurity.StartTls;
}

/// <summary>How the people and groups of one tenant are described, where not as the directory's.</summary>
public sealed record TenantView(PeopleOptions People, GroupsOptions Groups);

/// <summary>Where people are in a directory, and what their attributes are called.</summary>
/// <param name="Base">DN under which all people are.</param>
public sealed record PeopleOptions(string Base)
{
    /// <summary>What makes an entry a person (RFC 4515).</summary>
    public string Filter { get; init; } = SchemaPresets.OpenLdapPeople;

    /// <summary>Attributes with a login name, at least one: whoever types the value of one is that person. The first is what the person is called by.</summary>
    public ImmutableArray<string> Login { get; init; } = ["uid"];

    /// <summary>Attributes with first and last name: the first that has a value counts.</summary>
    public ImmutableArray<string> Name { get; init; } = ["cn"];

    /// <summary>Attribute with the account name on hosts; null = the login.</summary>
    public string? Account { get; init; }

    /// <summary>Attribute of a person's entry that lists groups by their DNs, read besides the groups' own lists; null = none.</summary>
    public string? MemberOf { get; init; } = "memberOf";

    /// <summary>Settings of a profile (keyboard, language …) and the attribute that each is read from.</summary>
    public ImmutableDictionary<string, string> Settings { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>Where groups are in a directory, and what their attributes are called.</summary>
/// <param name="Base">DN under which all groups are.</param>
public sealed record GroupsOptions(string Base)
{
    /// <summary>What makes an entry a group (RFC 4515); null = that it names the person or group as a member.</summary>
    public string? Filter { get; init; }

    /// <summary>Attributes with the name that entitlements use: the first that has a value counts.</summary>
    public ImmutableArray<string> Name { get; init; } = ["cn"];

    /// <summary>Attributes that list members by their DNs; may be empty.</summary>
    public ImmutableArray<string> Members { get; init; } = ["member", "uniqueMember"];

    /// <summary>Attributes that list members by their login; may be empty.</summary>
    public ImmutableArray<string> MemberUids { get; init; } = ["memberUid"];

    /// <summary>True: who is in a group is in the groups that have this group as a member, too.</summary>
    public bool Nested { get; init; } = true;

    /// <summary>The most groups on a path from a person; 1 to 100.</summary>
    public int MaxDepth { get; init; } = 10;

    /// <summary>The most groups of a person; 1 to 100,000.</summary>
    public int MaxCount { get; init; } = 2000;

    /// <summary>So old may be what is known of groups in groups: a right removed there takes effect within it; 1 s to 24 h.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(5);
}
