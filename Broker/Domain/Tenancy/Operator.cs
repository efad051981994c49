using System.Collections.Frozen;
using VdiBroker.Kernel;

namespace VdiBroker.Tenancy;

/// <summary>Somebody who looks after people and their desktops: the helpdesk of a tenant, or whoever is on call for the whole machine room.</summary>
/// <param name="Name">As in the certificate.</param>
/// <param name="Tenants">Whose people they look after; null = everybody's.</param>
public sealed record Operator(string Name, FrozenSet<TenantId>? Tenants)
{
    /// <summary>Who has the broker's own settings in hand.</summary>
    public static readonly Operator OfAll = new("", null);

    /// <summary>True for one who looks after everybody.</summary>
    public bool IsOfAll => Tenants is null;

    /// <summary>Whether they may read what concerns a tenant's person.</summary>
    /// <param name="tenant">Null = nobody known: what was typed at some station may concern any tenant.</param>
    public bool MayRead(TenantId? tenant) => Tenants is null || (tenant is { } one && Tenants.Contains(one));
}
