using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>What a directory knows under a login name.</summary>
internal abstract record Finding
{
    /// <summary>Exactly one entry, of a tenant.</summary>
    public sealed record Someone(PersonEntry Person) : Finding;

    /// <summary>No entry, several, or one outside every tenant: nobody who could sign in.</summary>
    public sealed record Nobody : Finding;
}

/// <summary>A person's entry.</summary>
/// <param name="Dn">Where it is.</param>
/// <param name="Tenant">Whose branch it is in.</param>
/// <param name="Login">The login name as the directory spells it.</param>
/// <param name="DisplayName">First and last name, else the login.</param>
/// <param name="MustChange">The password was set by an administrator and may be used for nothing but its change (pwdReset).</param>
internal sealed record PersonEntry(string Dn, TenantId Tenant, string Login, string DisplayName, bool MustChange);

/// <summary>One of the city's directories: searched as the broker on one set of connections, passwords checked on another.</summary>
internal sealed class PeopleDirectory : IDisposable
{
    private const string MustChangeAttribute = "pwdReset";

    private readonly DirectoryOptions _options;
    private readonly TenantBranches _branches;
    private readonly DirectoryLog _log;
    private readonly LdapService _service;

    public PeopleDirectory(DirectoryOptions options, IEnumerable<TenantBranch> tenants, DirectoryLog log, LdapLog ldapLog, TimeProvider time)
    {
        _options = options;
        _log = log;
        _branches = TenantBranches.Make(tenants, options.People.Base, options.Groups.Base);
        _service = new LdapService(options.Service, ldapLog, time);
    }

    public string Id => _options.Id;

    /// <summary>Looks a login name up.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<Finding> FindAsync(LoginName login, CancellationToken cancel)
    {
        var (people, name) = (_options.People, login.Value);
        var filter = $"(&{people.Filter}{LdapFilter.Is(people.Login, name)})";
        var found = await _service.AskAsync(client => client.Search(people.Base, LdapScope.Branch, filter, 2, people.Login, people.Name, MustChangeAttribute), cancel);
        if (found.More || found.Entries.Length > 1)
        {
            _log.Ambiguous(Id);
            return new Finding.Nobody();
        }
        if (found.Entries is not [var entry]) return new Finding.Nobody();
        if (DistinguishedName.Parse(entry.Dn) is not { } dn || _branches.TenantOf(dn) is not { } tenant)
        {
            _log.OutsideEveryTenant(Id);
            return new Finding.Nobody();
        }
        var spelled = entry.Texts(people.Login).FirstOrDefault(value => value.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? entry.Text(people.Login) ?? name;
        var mustChange = entry.Texts(MustChangeAttribute).Contains("TRUE", StringComparer.OrdinalIgnoreCase);
        return new Finding.Someone(new PersonEntry(entry.Dn, tenant, spelled, entry.Text(people.Name) ?? spelled, mustChange));
    }

    /// <summary>Checks a person's password.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<bool> TakesAsync(string dn, string password, CancellationToken cancel) => (await _service.BindAsync(dn, password, cancel)).Code switch
    {
        0 => true,
        32 or 34 or 48 or 49 => false,
        var code => throw new DirectoryOutOfReachException(Outage.Unwilling, $"directory {Id} answers with LDAP result {code} ({LdapResult.Words(code)})") { Code = code },
    };

    /// <summary>Refuses nobody: the same work as for a wrong password, on an entry that does not exist.</summary>
    public Task RefuseNobodyAsync(CancellationToken cancel)
    {
        var (dn, password) = ($"cn={Guid.NewGuid():N},{_options.People.Base}", Guid.NewGuid().ToString("N"));
        return _service.BindAsync(dn, password, cancel);
    }

    /// <summary>Names of the groups that count for the person's tenant, each once, in ordinal order.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<ImmutableArray<string>> GroupsOfAsync(PersonEntry person, CancellationToken cancel)
    {
        var groups = _options.Groups;
        var filter = $"(|{LdapFilter.Is("member", person.Dn)}{LdapFilter.Is("uniqueMember", person.Dn)}{LdapFilter.Is("memberUid", person.Login)})";
        var found = await _service.AskAsync(client => client.Search(groups.Base, LdapScope.Branch, filter, 0, groups.Name), cancel);
        return
        [
            .. found.Entries
                .Where(entry => DistinguishedName.Parse(entry.Dn) is { } dn && _branches.Counts(dn, person.Tenant))
                .SelectMany(entry => entry.Texts(groups.Name).Take(1))
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Shows that a server is there and takes the broker's account.</summary>
    /// <exception cref="DirectoryOutOfReachException">It does not.</exception>
    public Task ReachAsync(CancellationToken cancel) => _service.AskAsync(client => client.Server, cancel);

    public void Dispose() => _service.Dispose();
}
