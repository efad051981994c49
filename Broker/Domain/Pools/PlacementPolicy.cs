namespace VdiBroker.Pools;

/// <summary>
/// The order of hosts that may take somebody. Closed: the policies are nested here, each known by its name in the city file. Every policy sees a host's load with
/// what was promised since its last report (<see cref="Load"/>): a crowd does not herd to the host whose statistics have not moved yet.
/// </summary>
public abstract record PlacementPolicy
{
    // What a session that is starting adds to a host's pressure, until the host's own figures show it.
    private const double Charge = 0.05;
    private const double Pressed = 0.9;

    private PlacementPolicy(string name) => Name = name;

    /// <summary>Name in the city file.</summary>
    public string Name { get; }

    /// <summary>Every host carries its part, by its weight.</summary>
    public static readonly PlacementPolicy Spread = new SpreadPolicy();

    /// <summary>As few hosts as possible, so that others may sleep; a host under pressure is left alone.</summary>
    public static readonly PlacementPolicy Pack = new PackPolicy();

    /// <summary>Where the person sat last (caches, local files), else as <see cref="Spread"/>.</summary>
    public static readonly PlacementPolicy Sticky = new StickyPolicy();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlacementPolicy> All { get; } = [Spread, Pack, Sticky];

    /// <summary>The policy of that name; null when there is none.</summary>
    public static PlacementPolicy? ByName(string name) => All.FirstOrDefault(policy => policy.Name == name);

    /// <summary>Scores a host that may take the person: the lower, the earlier.</summary>
    /// <returns>From 0, in thousandths; at most 3.</returns>
    public abstract double Score(HostChoice host, PlacementWish wish);

    /// <summary>
    /// How loaded a host is, 0 to 2: the share of its seats in use by its weight, and half its own pressure (the larger of load per core and memory in use, in
    /// tenths: statistics that differ by a hair must not send a whole class to one host), charged with what was promised since its last report.
    /// </summary>
    protected static double Load(HostChoice host)
    {
        var taken = Math.Min(1, host.Taken / (host.Host.Seats * host.Host.Weight));
        return Math.Min(1, Math.Round(taken + (Math.Round(Pressure(host), 1) / 2), 3) / 1.5) * 2;
    }

    private static double Pressure(HostChoice host) => host.Observation is { } seen
        ? Math.Clamp(Math.Max(seen.LoadPerCore, seen.MemoryUsed) + (host.Seats.Promised * Charge), 0, 1)
        : 1;

    private sealed record SpreadPolicy() : PlacementPolicy("spread")
    {
        public override double Score(HostChoice host, PlacementWish wish) => Load(host);
    }

    private sealed record PackPolicy() : PlacementPolicy("pack")
    {
        public override double Score(HostChoice host, PlacementWish wish) =>
            Pressure(host) >= Pressed ? 2 + (Load(host) / 2) : 1 - ((double)host.Taken / host.Host.Seats);
    }

    private sealed record StickyPolicy() : PlacementPolicy("sticky")
    {
        public override double Score(HostChoice host, PlacementWish wish) => host.Host.Id == wish.LastHost ? 0 : 1 + (Load(host) / 2);
    }
}
