using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>Where a tenant's people and groups live, and how people and stations name the tenant.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Directory">Id of the directory that holds them.</param>
/// <param name="PeopleUnder">DN of the branch with the tenant's people, at or below the people base.</param>
public sealed record TenantBranch(TenantId Tenant, string Directory, string PeopleUnder)
{
    /// <summary>
    /// DN of the branch with the tenant's own groups. Null: <see cref="GroupsBase"/>, else the branch below the directory's groups base that
    /// has the same name as <see cref="PeopleUnder"/> has below its people base.
    /// </summary>
    public string? GroupsUnder { get; init; }

    /// <summary>The tenant's own people base; null = the directory's.</summary>
    public string? PeopleBase { get; init; }

    /// <summary>The tenant's own groups base; null = the directory's.</summary>
    public string? GroupsBase { get; init; }

    /// <summary>What people type behind <c>@</c> or before <c>\</c> to mean this tenant; its id always does.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>Names of the tenant's stations, or patterns with one <c>*</c>; may be empty.</summary>
    public ImmutableArray<StationPattern> Stations { get; init; } = [];
}

/// <summary>Which entries of one directory belong to which tenant. Made once from the configuration.</summary>
public sealed class TenantBranches
{
    private readonly ImmutableArray<(TenantId Tenant, DistinguishedName People, DistinguishedName? Groups)> _branches;

    private TenantBranches(ImmutableArray<(TenantId, DistinguishedName, DistinguishedName?)> branches) => _branches = branches;

    /// <summary>Lays out the branches of one directory.</summary>
    /// <param name="branches">The tenants whose people are in this directory.</param>
    /// <param name="peopleBase">DN under which the directory keeps all people.</param>
    /// <param name="groupsBase">DN under which it keeps all groups.</param>
    /// <exception cref="ArgumentException">A DN is none.</exception>
    public static TenantBranches Make(IEnumerable<TenantBranch> branches, string peopleBase, string groupsBase) =>
        new([.. branches.Select(branch => (branch.Tenant, Read(branch.PeopleUnder), GroupsOf(branch, peopleBase, groupsBase)))]);

    /// <summary>The tenants whose branch holds the person: those of the deepest branch where branches are nested; none = nobody's.</summary>
    public ImmutableArray<TenantId> TenantsOf(DistinguishedName person)
    {
        var holding = _branches.Where(branch => person.IsIn(branch.People)).ToArray();
        return [.. holding.Where(branch => branch.People.Depth == holding.Max(other => other.People.Depth)).Select(branch => branch.Tenant)];
    }

    /// <summary>The only tenant of <see cref="TenantsOf"/>; null = nobody's, or several tenants'.</summary>
    public TenantId? TenantOf(DistinguishedName person) => TenantsOf(person) is [var tenant] ? tenant : null;

    /// <summary>
    /// True when a group gives rights in <paramref name="tenant"/>: it is in the tenant's own branch, or in nobody's (groups that all
    /// tenants share). A group of the same name in another tenant's branch never counts, even for who is a member of it.
    /// </summary>
    public bool Counts(DistinguishedName group, TenantId tenant)
    {
        (bool Own, int Depth)? deepest = null;
        foreach (var (owner, _, groups) in _branches)
        {
            if (groups is null || !group.IsIn(groups)) continue;
            if (deepest is not { } so || groups.Depth > so.Depth) deepest = (owner == tenant, groups.Depth);
            else if (groups.Depth == so.Depth) deepest = (so.Own || owner == tenant, so.Depth);
        }
        return deepest?.Own ?? true;
    }

    private static DistinguishedName? GroupsOf(TenantBranch branch, string peopleBase, string groupsBase)
    {
        if ((branch.GroupsUnder ?? branch.GroupsBase) is { } under) return Read(under);
        var (own, people) = (Read(branch.PeopleUnder), Read(branch.PeopleBase ?? peopleBase));
        return own.Equals(people) ? null : own.Moved(people, Read(groupsBase));
    }

    private static DistinguishedName Read(string dn) => DistinguishedName.Parse(dn) ?? throw new ArgumentException($"not a DN: {dn}");
}
