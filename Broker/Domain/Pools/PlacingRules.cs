using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Pools;

/// <summary>What a pool's rules say of a host for one station; the smaller, the earlier.</summary>
public enum Leaning
{
    /// <summary>Rather this one.</summary>
    Preferred,

    /// <summary>Nothing is said.</summary>
    Neither,

    /// <summary>Rather another one.</summary>
    Avoided,

    /// <summary>Not for people at this station.</summary>
    Never,
}

/// <summary>Hosts for the people at some stations: a line of a pool's <c>rules</c>.</summary>
/// <param name="Stations">Whom it concerns, by their names.</param>
/// <param name="Hosts">The hosts that it names.</param>
/// <param name="Sort">What it says of them.</param>
public sealed record StationRule(ImmutableArray<StationPattern> Stations, ImmutableHashSet<HostId> Hosts, StationRuleSort Sort)
{
    /// <summary>Id of the place whose stations it concerns too; null = of none.</summary>
    public string? Place { get; init; }

    /// <summary>Which stations stand there by their names.</summary>
    public ImmutableArray<StationPattern> OfPlace { get; init; } = [];

    /// <summary>True when it concerns people at this station.</summary>
    /// <param name="station">Its name.</param>
    /// <param name="home">Id of the place that it was accepted into: it stands there, whatever its name fits; null = it was not.</param>
    public bool Concerns(StationId station, string? home) =>
        Stations.Any(pattern => pattern.Fits(station)) || (home is null ? OfPlace.Any(pattern => pattern.Fits(station)) : home == Place);
}

/// <summary>What a <see cref="StationRule"/> says of its hosts.</summary>
public enum StationRuleSort
{
    /// <summary>These and no others.</summary>
    Only,

    /// <summary>These before others.</summary>
    Prefer,

    /// <summary>These after others.</summary>
    Avoid,
}

/// <summary>How a pool chooses among its hosts.</summary>
/// <param name="Policy">The order of hosts that nothing else tells apart.</param>
/// <param name="Stations">Rules by room and station; all that concern a station count.</param>
public sealed record PlacingRules(PlacementPolicy Policy, ImmutableArray<StationRule> Stations)
{
    /// <summary>Spread evenly, no rules.</summary>
    public static readonly PlacingRules Default = new(PlacementPolicy.Spread, []);

    /// <summary>What the rules together say of a host: a rule that keeps it away outweighs all, avoiding outweighs preferring.</summary>
    /// <param name="host">The host.</param>
    /// <param name="station">Where the person sits; null = no station: no rule concerns them.</param>
    /// <param name="home">Id of the place that the station was accepted into; null = into none.</param>
    public Leaning LeaningTo(HostId host, StationId? station, string? home = null)
    {
        var leaning = Leaning.Neither;
        if (station is not { } place) return leaning;
        foreach (var rule in Stations)
        {
            if (!rule.Concerns(place, home)) continue;
            var named = rule.Hosts.Contains(host);
            if (rule.Sort == StationRuleSort.Only && !named) return Leaning.Never;
            if (rule.Sort == StationRuleSort.Avoid && named) leaning = Leaning.Avoided;
            if (rule.Sort == StationRuleSort.Prefer && named && leaning == Leaning.Neither) leaning = Leaning.Preferred;
        }
        return leaning;
    }
}

/// <summary>For whom a place is sought.</summary>
/// <param name="User">Account name on the hosts.</param>
/// <param name="Tenant">Whose they are.</param>
public sealed record PlacementWish(string User, TenantId Tenant)
{
    /// <summary>Where the person sits; null = nowhere that rules could concern.</summary>
    public StationId? Station { get; init; }

    /// <summary>Id of the place that the station was accepted into; null = its name says where it stands.</summary>
    public string? Home { get; init; }

    /// <summary>The host that carried them last; null = none is remembered.</summary>
    public HostId? LastHost { get; init; }

    /// <summary>The host that is theirs for good (personal pools); null = none yet.</summary>
    public HostId? Assigned { get; init; }

    /// <summary>How many people own a place on a host (personal pools); a host that is not there has none.</summary>
    public ImmutableDictionary<HostId, int> Owned { get; init; } = ImmutableDictionary<HostId, int>.Empty;

    /// <summary>How the pool chooses.</summary>
    public PlacingRules Rules { get; init; } = PlacingRules.Default;
}
