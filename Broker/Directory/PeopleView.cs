using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>How some tenants' people and groups are described in one directory, and the searches for them.</summary>
internal sealed class PeopleView
{
    // More bearers of one name than this are not told apart.
    private const int MostBearers = 32;

    private readonly DirectorySchema _schema;
    private readonly PeopleOptions _people;
    private readonly GroupsOptions _groups;
    private readonly GroupSearch _search;
    private readonly ImmutableDictionary<TenantId, string> _places;
    private readonly DistinguishedName _groupsBase;
    private readonly LdapService _service;
    private readonly TenantBranches _branches;
    private readonly string[] _wanted;

    /// <summary>Prepares the searches.</summary>
    /// <param name="schema">The kind of server.</param>
    /// <param name="view">How people and groups are described.</param>
    /// <param name="tenants">Whose.</param>
    /// <param name="branches">All branches of the directory.</param>
    /// <param name="service">Who is asked.</param>
    /// <param name="time">The clock.</param>
    public PeopleView(DirectorySchema schema, TenantView view, IEnumerable<TenantBranch> tenants, TenantBranches branches, LdapService service, TimeProvider time)
    {
        (_schema, _people, _groups, _branches, _service) = (schema, view.People, view.Groups, branches, service);
        _places = tenants.ToImmutableDictionary(tenant => tenant.Tenant, tenant => tenant.PeopleUnder);
        _groupsBase = DistinguishedName.Parse(_groups.Base) ?? throw new ArgumentException($"not a DN: {_groups.Base}");
        _search = new GroupSearch(_groups);
        _wanted = PersonEntry.Wanted(schema, _people);
        Graph = new GroupGraph(some => _service.AskAsync(client => _search.ParentsOfAsync(client, some.ToArray()), CancellationToken.None), GraphAge, time);
    }

    /// <summary>Whose people they are.</summary>
    public IEnumerable<TenantId> Tenants => _places.Keys;

    /// <summary>Where people are.</summary>
    public string Base => _people.Base;

    /// <summary>What is known of groups in groups.</summary>
    public GroupGraph Graph { get; }

    /// <summary>So old may that be: the other half of the age that the city allows is for the rights of a sign-in.</summary>
    public TimeSpan GraphAge => _groups.MaxAge / 2;

    /// <summary>Looks a name up.</summary>
    /// <param name="login">As it was typed.</param>
    /// <param name="tenant">The tenant that the person named; null = any of this view's.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<Bearers> FindAsync(LoginName login, TenantId? tenant, CancellationToken cancel)
    {
        // Without its word for the tenant, and whole: a login attribute may hold mail addresses.
        var names = (tenant is null ? [login.Value] : (string[])[login.Bare, login.Value]).SelectMany(LoginName.Forms).Distinct(StringComparer.Ordinal).ToArray();
        var filter = $"(&{_people.Filter}(|{string.Concat(names.SelectMany(name => _people.Login.Select(attribute => LdapFilter.Is(attribute, name))))}))";
        var under = tenant is { } named ? _places[named] : _people.Base;
        var found = await _service.AskAsync(client => client.SearchAsync(under, LdapScope.Branch, filter, MostBearers, _wanted), cancel);
        var keys = names.Select(TextForms.Fold).ToHashSet(StringComparer.Ordinal);
        var (people, outside, unusable) = (ImmutableArray.CreateBuilder<PersonEntry>(), false, false);
        foreach (var entry in found.Entries)
        {
            // A directory's comparison may be wider than the keys here: Active Directory finds lefèvre when asked for lefevre. Who is found under a
            // spelling with another key would have as many counters of tries as there are spellings.
            if (!_people.Login.Any(attribute => entry.Texts(attribute).Any(value => keys.Contains(TextForms.Fold(value))))) continue;
            if (DistinguishedName.Parse(entry.Dn) is not { } place || TenantOf(place, tenant) is not { } owner) outside = true;
            else if (PersonEntry.Read(_schema, _people, entry, place, owner) is { } person) people.Add(person);
            else unusable = true;
        }
        return new Bearers(people.ToImmutable(), outside, unusable, found.More, found.References);
    }

    /// <summary>All groups of a person that count for their tenant.</summary>
    /// <exception cref="DirectoryOutOfReachException">It could not be asked.</exception>
    public async Task<GroupWalk> GroupsOfAsync(PersonEntry person, CancellationToken cancel)
    {
        bool Counts(GroupEntry group) => _branches.Counts(group.Place, person.Tenant);
        var direct = await _service.AskAsync(client => _search.OfAsync(client, person), cancel);
        var walk = await WalkAsync(GroupWalk.Start(direct.Where(Counts), new GroupBounds(_groups.MaxDepth, _groups.MaxCount)));
        // What the entry lists beyond that: groups whose members are made by a rule, or may not be read.
        var listed = person.MemberOf.Where(dn => DistinguishedName.Parse(dn) is { } place && place.IsIn(_groupsBase) && !walk.Knows(place) && _branches.Counts(place, person.Tenant)).ToArray();
        if (listed.Length == 0 || walk.Cut != GroupsCut.None) return walk;
        var further = await _service.AskAsync(client => _search.UnlistedAsync(client, listed.Take(_groups.MaxCount)), cancel);
        return await WalkAsync(walk.And(further.Where(Counts)));

        async Task<GroupWalk> WalkAsync(GroupWalk going)
        {
            while (_groups.Nested && !going.Frontier.IsEmpty)
            {
                var parents = await Graph.ParentsAsync([.. going.Frontier.Select(group => group.Group)], cancel);
                going = going.Expand(group => parents[group.Place].Where(Counts));
            }
            return going;
        }
    }

    private TenantId? TenantOf(DistinguishedName place, TenantId? named)
    {
        var owners = _branches.TenantsOf(place).Where(_places.ContainsKey).ToArray();
        return named is { } wanted && owners.Contains(wanted) ? wanted : named is null && owners is [var owner] ? owner : null;
    }
}

/// <summary>Who bears a name in a directory.</summary>
/// <param name="People">Each with a tenant; usually one.</param>
/// <param name="Outside">There is one outside every tenant's branch.</param>
/// <param name="Unusable">There is one whose login cannot be used.</param>
/// <param name="More">There are more than could be looked at.</param>
/// <param name="References">How many references to other servers came; they are not followed.</param>
internal sealed record Bearers(ImmutableArray<PersonEntry> People, bool Outside, bool Unusable, bool More, int References);
