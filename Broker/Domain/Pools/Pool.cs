using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Machines;

namespace VdiBroker.Pools;

/// <summary>How long people wait for a seat.</summary>
/// <param name="Longest">Who has waited for so long is told that it was in vain; zero = nobody waits, a full pool refuses at once.</param>
public sealed record WaitingRules(TimeSpan Longest)
{
    /// <summary>Half an hour.</summary>
    public static readonly WaitingRules Default = new(TimeSpan.FromMinutes(30));
}

/// <summary>Desktops of one kind, on a set of session hosts or machines.</summary>
/// <param name="Id">Its id in the city file.</param>
/// <param name="NameFr">What French screens call it.</param>
/// <param name="NameEn">What English screens call it.</param>
/// <param name="Hosts">The hosts that carry it, at least one, in the order declared.</param>
public sealed record Pool(PoolId Id, string NameFr, string NameEn, ImmutableArray<HostId> Hosts)
{
    /// <summary>Only for who was checked by the directory itself: never opened in limited mode.</summary>
    public bool Sensitive { get; init; }

    /// <summary>What its desktops are.</summary>
    public PoolKind Kind { get; init; }

    /// <summary>Its machines, one for each of <see cref="Hosts"/>; empty unless its kind is <see cref="PoolKind.Fixed"/>.</summary>
    public ImmutableArray<Machine> Machines { get; init; } = [];

    /// <summary>How it chooses among its hosts.</summary>
    public PlacingRules Placing { get; init; } = PlacingRules.Default;

    /// <summary>How tenants share it.</summary>
    public Shares Shares { get; init; } = Shares.None;

    /// <summary>When borrowed seats are asked back.</summary>
    public GiveBackRules GiveBack { get; init; } = GiveBackRules.Default;

    /// <summary>How long people wait for a seat.</summary>
    public WaitingRules Waiting { get; init; } = WaitingRules.Default;

    /// <summary>How long its sessions may be.</summary>
    public SessionLimits Limits { get; init; } = SessionLimits.None;

    /// <summary>When it gives desktops; null = always.</summary>
    public PoolHours? Hours { get; init; }

    /// <summary>True when people wait for its seats; else a full pool refuses at once.</summary>
    public bool Queues => Kind == PoolKind.Shared && Waiting.Longest > TimeSpan.Zero;

    /// <summary>The name for a screen in <paramref name="language"/> (IETF tag; French unless it starts with "en").</summary>
    public string NameIn(string language) => language.StartsWith("en", StringComparison.OrdinalIgnoreCase) ? NameEn : NameFr;
}

/// <summary>The right of one tenant's group to use pools.</summary>
/// <param name="Tenant">Whose group.</param>
/// <param name="Group">Name of the group in the tenant's directory, compared without case.</param>
/// <param name="Pools">The pools, preferred first.</param>
public sealed record Entitlement(TenantId Tenant, string Group, ImmutableArray<PoolId> Pools);

/// <summary>Decides which pools somebody may use.</summary>
public static class Entitlements
{
    /// <summary>The pools that a member of <paramref name="groups"/> of <paramref name="tenant"/> may use: declared order, each once.</summary>
    /// <returns>Empty when no entitlement fits.</returns>
    public static ImmutableArray<PoolId> PoolsOf(IEnumerable<Entitlement> entitlements, TenantId tenant, IEnumerable<string> groups)
    {
        var mine = groups.ToArray();
        return [.. entitlements.Where(e => e.Tenant == tenant && mine.Any(group => GroupNames.Same(group, e.Group))).SelectMany(e => e.Pools).Distinct()];
    }
}
