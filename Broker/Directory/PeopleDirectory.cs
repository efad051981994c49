using System.Collections.Immutable;
using VdiBroker.Kernel;

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
    private readonly LdapLanes _searches;
    private readonly LdapLanes _checks;

    public PeopleDirectory(DirectoryOptions options, IEnumerable<TenantBranch> tenants, DirectoryLog log, TimeProvider time)
    {
        _options = options;
        _log = log;
        _branches = TenantBranches.Make(tenants, options.People.Base, options.Groups.Base);
        // Shared: what a search learns about a server, the check after it need not learn again at the price of a deadline.
        var order = new ServerOrder(options.Id, options.Servers, time, log);
        _searches = new LdapLanes(options.Id, options, order, OpenAsBroker);
        _checks = new LdapLanes(options.Id, options, order, Open);
    }

    public string Id => _options.Id;

    /// <summary>Looks a login name up.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<Finding> FindAsync(LoginName login, CancellationToken cancel)
    {
        var (people, name) = (_options.People, login.Value);
        var filter = $"(&{people.Filter}{LdapFilter.Is(people.Login, name)})";
        var found = await _searches.RunAsync(client => client.Search(people.Base, filter, 2, people.Login, people.Name, MustChangeAttribute), cancel);
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
        var spelled = entry[people.Login].FirstOrDefault(value => value.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? entry[people.Login].FirstOrDefault(name);
        var mustChange = entry[MustChangeAttribute].Contains("TRUE", StringComparer.OrdinalIgnoreCase);
        return new Finding.Someone(new PersonEntry(entry.Dn, tenant, spelled, entry[people.Name].FirstOrDefault(spelled), mustChange));
    }

    /// <summary>Checks a person's password.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public Task<bool> TakesAsync(string dn, string password, CancellationToken cancel) => _checks.RunAsync(client => client.Bind(dn, password), cancel);

    /// <summary>Refuses nobody: the same work as for a wrong password, on an entry that does not exist.</summary>
    public Task RefuseNobodyAsync(CancellationToken cancel)
    {
        var (dn, password) = ($"cn={Guid.NewGuid():N},{_options.People.Base}", Guid.NewGuid().ToString("N"));
        return _checks.RunAsync(client => client.Bind(dn, password), cancel);
    }

    /// <summary>Names of the groups that count for the person's tenant, each once, in ordinal order.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<ImmutableArray<string>> GroupsOfAsync(PersonEntry person, CancellationToken cancel)
    {
        var groups = _options.Groups;
        var filter = $"(|{LdapFilter.Is("member", person.Dn)}{LdapFilter.Is("uniqueMember", person.Dn)}{LdapFilter.Is("memberUid", person.Login)})";
        var found = await _searches.RunAsync(client => client.Search(groups.Base, filter, 0, groups.Name), cancel);
        return
        [
            .. found.Entries
                .Where(entry => DistinguishedName.Parse(entry.Dn) is { } dn && _branches.Counts(dn, person.Tenant))
                .SelectMany(entry => entry[groups.Name].Take(1))
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Shows that a server is there and takes the broker's account.</summary>
    /// <exception cref="DirectoryOutOfReachException">It does not.</exception>
    public Task ReachAsync(CancellationToken cancel) => _searches.RunAsync(client => client.Server, cancel);

    public void Dispose()
    {
        _searches.Dispose();
        _checks.Dispose();
    }

    private LdapClient Open(Uri server) => new(server, _options.CaFile, _options.Deadline);

    private LdapClient OpenAsBroker(Uri server)
    {
        var client = Open(server);
        try
        {
            if (!client.Bind(_options.BindDn, OwnPassword()))
                throw new DirectoryOutOfReachException(Outage.OwnAccount,
                    $"{server.GetLeftPart(UriPartial.Authority)} refused the broker's own account: check bind_dn and bind_password_file of directory {Id}");
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    // Read for each new connection: a password changed in the file is taken up without a restart.
    private string OwnPassword()
    {
        var file = _options.BindPasswordFile;
        try
        {
            var password = File.ReadAllText(file).TrimEnd('\r', '\n');
            if (password.Length > 0 && !password.Contains('\0', StringComparison.Ordinal)) return password;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new DirectoryOutOfReachException(Outage.OwnAccount, $"bind_password_file of directory {Id} cannot be read: {file}", fault);
        }
        throw new DirectoryOutOfReachException(Outage.OwnAccount, $"bind_password_file of directory {Id} holds no password: {file}");
    }
}
