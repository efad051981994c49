using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>Somebody who waits for a seat.</summary>
/// <param name="Person">Who.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Number">Drawn when they came; the smaller, the earlier. Who lost a desktop with its host draws before all others.</param>
/// <param name="Since">When they came.</param>
/// <param name="Hosts">Where they may be seated; null = on any host of the pool.</param>
public sealed record Waiter(PersonId Person, TenantId Tenant, long Number, DateTimeOffset Since, ImmutableHashSet<HostId>? Hosts)
{
    /// <summary>Nobody has asked for them lately: the station may be on its way to another broker, or gone. They keep their place, and no seat is kept for them.</summary>
    public bool Silent { get; init; }
}

/// <summary>Where somebody stands in the queue.</summary>
/// <param name="Place">From 1: the next to be served.</param>
/// <param name="Of">How many wait.</param>
/// <param name="MayClaim">A seat that they may have is free, and nobody before them wants it.</param>
/// <param name="Since">When they came.</param>
public sealed record Standing(int Place, int Of, bool MayClaim, DateTimeOffset Since);

/// <summary>
/// The order in which seats are given to people who wait. First come, first served within a tenant, always; among tenants those first that hold less than
/// their guarantee (the least served by its share), then by arrival; a tenant that may hold no more waits for its own people's seats. Who is silent is passed over.
/// </summary>
public static class WaitingQueue
{
    /// <summary>Where everybody stands.</summary>
    /// <param name="waiters">All who wait, in any order, each person once.</param>
    /// <param name="shares">How tenants share the pool.</param>
    /// <param name="use">Seats of the pool that each tenant holds now.</param>
    /// <param name="free">Free seats by host, of hosts that may be given.</param>
    public static ImmutableDictionary<PersonId, Standing> Stand(
        IReadOnlyCollection<Waiter> waiters, Shares shares, ImmutableDictionary<TenantId, int> use, IReadOnlyDictionary<HostId, int> free)
    {
        var seats = new Dictionary<HostId, int>(free);
        var held = use;
        var standings = ImmutableDictionary.CreateBuilder<PersonId, Standing>();
        foreach (var (waiter, index) in Order(waiters, shares, use).Select((waiter, index) => (waiter, index)))
        {
            var may = !waiter.Silent && shares.MayHoldMore(waiter.Tenant, held) && Take(seats, waiter.Hosts);
            if (may) held = held.SetItem(waiter.Tenant, held.GetValueOrDefault(waiter.Tenant) + 1);
            standings[waiter.Person] = new Standing(index + 1, waiters.Count, may, waiter.Since);
        }
        return standings.ToImmutable();
    }

    /// <summary>All who wait, the next to be served first.</summary>
    public static IEnumerable<Waiter> Order(IReadOnlyCollection<Waiter> waiters, Shares shares, ImmutableDictionary<TenantId, int> use)
    {
        var lines = waiters.GroupBy(w => w.Tenant).ToDictionary(g => g.Key, g => new Queue<Waiter>(g.OrderBy(w => w.Number)));
        var held = use;
        while (lines.Count > 0)
        {
            var next = lines.OrderBy(line => shares.MayHoldMore(line.Key, held) ? 0 : 1)
                .ThenBy(line => shares.IsOwed(line.Key, held) ? 0 : 1)
                .ThenBy(line => shares.IsOwed(line.Key, held) ? (double)held.GetValueOrDefault(line.Key) / shares.Guaranteed(line.Key) : 0)
                .ThenBy(line => line.Value.Peek().Number)
                .First();
            yield return next.Value.Dequeue();
            held = held.SetItem(next.Key, held.GetValueOrDefault(next.Key) + 1);
            if (next.Value.Count == 0) lines.Remove(next.Key);
        }
    }

    /// <summary>When the person in this place may be served, by how fast seats came free lately.</summary>
    /// <param name="place">From 1.</param>
    /// <param name="releases">When seats of the pool came free, any order.</param>
    /// <param name="now">The store's time.</param>
    /// <returns>
    /// Rounded up to 10 s, above two minutes to whole minutes; null when too little is known: fewer than two seats came free within the last <see cref="Lately"/>.
    /// </returns>
    public static TimeSpan? Estimate(int place, IEnumerable<DateTimeOffset> releases, DateTimeOffset now)
    {
        var lately = releases.Where(at => now - at < Lately).ToList();
        if (lately.Count < 2) return null;
        var about = (now - lately.Min()) / lately.Count * place;
        var step = about < TimeSpan.FromMinutes(2) ? TimeSpan.FromSeconds(10) : TimeSpan.FromMinutes(1);
        return TimeSpan.FromTicks(Math.Clamp((about.Ticks + step.Ticks - 1) / step.Ticks * step.Ticks, step.Ticks, Longest.Ticks));
    }

    /// <summary>How far back seats that came free say something of the next ones.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    // From the host with the most room: the others stay free for who may sit nowhere else.
    private static bool Take(Dictionary<HostId, int> seats, ImmutableHashSet<HostId>? hosts)
    {
        var from = seats.Where(seat => seat.Value > 0 && hosts?.Contains(seat.Key) != false).OrderByDescending(seat => seat.Value).Select(seat => (HostId?)seat.Key).FirstOrDefault();
        if (from is not { } host) return false;
        seats[host]--;
        return true;
    }
}
