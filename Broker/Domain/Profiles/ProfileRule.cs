using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>One line of <c>profiles</c> in the city file.</summary>
/// <param name="Line">Where it stands in the city file, from 1.</param>
/// <param name="Tenant">Whose people it is for.</param>
/// <param name="Group">Name of the group that it is for; null = everybody of the tenant.</param>
/// <param name="Settings">What it names: name of a setting → text. What is not in it, the rule says nothing about.</param>
public sealed record ProfileRule(int Line, TenantId Tenant, string? Group, ImmutableDictionary<string, string> Settings)
{
    /// <summary>True when the rule is for this person.</summary>
    public bool IsFor(DirectoryPerson person) => person.Tenant == Tenant && (Group is null || person.IsIn(Group));
}
