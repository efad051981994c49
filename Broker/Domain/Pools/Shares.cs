using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>What one tenant may count on in a pool.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Guaranteed">Seats that its people get before anybody who is over their own guarantee; from 0.</param>
/// <param name="Most">Seats that its people may hold at most, however idle the rest is; null = no bound.</param>
public sealed record TenantShare(TenantId Tenant, int Guaranteed, int? Most);

/// <summary>
/// How tenants share a pool: each has its guarantee; while others leave theirs idle anybody may borrow it; when they return they are served first, and what was
/// borrowed is given back (<see cref="GiveBack"/>).
/// </summary>
/// <param name="Of">One row for each tenant that has something of its own.</param>
public sealed record Shares(ImmutableArray<TenantShare> Of)
{
    /// <summary>Everybody alike.</summary>
    public static readonly Shares None = new([]);

    /// <summary>Seats guaranteed to a tenant; 0 where nothing is said.</summary>
    public int Guaranteed(TenantId tenant) => Of.FirstOrDefault(share => share.Tenant == tenant)?.Guaranteed ?? 0;

    /// <summary>The most that a tenant may hold; null = no bound.</summary>
    public int? Most(TenantId tenant) => Of.FirstOrDefault(share => share.Tenant == tenant)?.Most;

    /// <summary>True while the tenant holds less than its guarantee.</summary>
    public bool IsOwed(TenantId tenant, ImmutableDictionary<TenantId, int> use) => use.GetValueOrDefault(tenant) < Guaranteed(tenant);

    /// <summary>How many seats beyond its guarantee a tenant holds: what it borrowed; 0 where no tenant has a guarantee.</summary>
    public int Borrowed(TenantId tenant, ImmutableDictionary<TenantId, int> use) =>
        Of.Any(share => share.Guaranteed > 0) ? Math.Max(0, use.GetValueOrDefault(tenant) - Guaranteed(tenant)) : 0;

    /// <summary>True when the tenant may hold one more.</summary>
    public bool MayHoldMore(TenantId tenant, ImmutableDictionary<TenantId, int> use) => Most(tenant) is not { } most || use.GetValueOrDefault(tenant) < most;
}
