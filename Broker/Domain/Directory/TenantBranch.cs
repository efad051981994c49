using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>Where a tenant's people and groups live.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Directory">Id of the directory that holds them.</param>
/// <param name="PeopleUnder">DN of the branch with the tenant's people, at or below the directory's people base.</param>
public sealed record TenantBranch(TenantId Tenant, string Directory, string PeopleUnder)
{
    /// <summary>
    /// DN of the branch with the tenant's own groups. Null: the branch below the directory's groups base that has the same name as
    /// <see cref="PeopleUnder"/> has below its people base.
    /// </summary>
    public string? GroupsUnder { get; init; }
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
    public static TenantBranches Make(IEnumerable<TenantBranch> branches, string peopleBase, string groupsBase)
    {
        var (people, groups) = (Read(peopleBase), Read(groupsBase));
        return new TenantBranches(
        [
            .. branches.Select(branch =>
            {
                var own = Read(branch.PeopleUnder);
                var mirrored = own.Equals(people) ? null : own.Moved(people, groups);
                return (branch.Tenant, own, branch.GroupsUnder is { } under ? Read(under) : mirrored);
            }),
        ]);
    }

    /// <summary>The tenant whose branch holds the person; the deepest branch where they are nested; null = nobody's.</summary>
    public TenantId? TenantOf(DistinguishedName person)
    {
        (TenantId Tenant, int Depth)? found = null;
        foreach (var (tenant, people, _) in _branches)
            if (person.IsIn(people) && !(found?.Depth >= people.Depth)) found = (tenant, people.Depth);
        return found?.Tenant;
    }

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

    private static DistinguishedName Read(string dn) => DistinguishedName.Parse(dn) ?? throw new ArgumentException($"not a DN: {dn}");
}
