using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>A seat that is held in a pool, as the giving back sees it.</summary>
/// <param name="Session">Whose end frees it.</param>
/// <param name="Tenant">Who holds it.</param>
/// <param name="OnScreen">Somebody sits at it.</param>
/// <param name="Since">Since when it is on a screen, or on nobody's.</param>
public sealed record HeldSeat(SessionId Session, TenantId Tenant, bool OnScreen, DateTimeOffset Since);

/// <summary>When borrowed seats are asked back.</summary>
/// <param name="Disconnected">A borrowed desktop that has been on nobody's screen for so long is ended when its owner's people wait.</param>
/// <param name="Active">One on a screen is ended, after its warning, when its owner's people have waited for so long; null = never.</param>
public sealed record GiveBackRules(TimeSpan Disconnected, TimeSpan? Active)
{
    /// <summary>Disconnected ones after 2 minutes; what is on a screen is left there.</summary>
    public static readonly GiveBackRules Default = new(TimeSpan.FromMinutes(2), null);
}

/// <summary>Decides which borrowed seats go back when people wait whose guarantee is not met.</summary>
public static class GiveBack
{
    /// <summary>The sessions to end, those first that nobody will miss.</summary>
    /// <param name="held">Every seat of the pool.</param>
    /// <param name="waiters">All who wait.</param>
    /// <param name="shares">How tenants share the pool.</param>
    /// <param name="use">Seats that each tenant holds.</param>
    /// <param name="free">Free seats of the pool.</param>
    /// <param name="rules">When they are asked back.</param>
    /// <param name="now">The store's time.</param>
    /// <returns>As many as people wait in vain for what their tenant is guaranteed; never more of a tenant's than it borrowed.</returns>
    public static ImmutableArray<SessionId> Decide(
        IReadOnlyCollection<HeldSeat> held, IReadOnlyCollection<Waiter> waiters, Shares shares, ImmutableDictionary<TenantId, int> use, int free, GiveBackRules rules, DateTimeOffset now)
    {
        var owed = waiters.GroupBy(w => w.Tenant).ToDictionary(g => g.Key, g => Math.Min(g.Count(), Math.Max(0, shares.Guaranteed(g.Key) - use.GetValueOrDefault(g.Key))));
        var wanted = owed.Values.Sum() - free;
        if (wanted <= 0) return [];
        var waited = now - waiters.Where(w => owed[w.Tenant] > 0).Min(w => w.Since);
        var left = use.ToBuilder();
        var back = ImmutableArray.CreateBuilder<SessionId>();
        foreach (var seat in held.Where(IsDue).OrderBy(seat => seat.OnScreen).ThenBy(seat => seat.Since))
        {
            if (back.Count == wanted) break;
            if (shares.Borrowed(seat.Tenant, left.ToImmutable()) == 0) continue;
            left[seat.Tenant]--;
            back.Add(seat.Session);
        }
        return back.ToImmutable();

        bool IsDue(HeldSeat seat) => seat.OnScreen ? rules.Active is { } patience && waited >= patience : now - seat.Since >= rules.Disconnected;
    }
}
