using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>A room, a counter, a building: stations that share settings. A line of <c>places</c> in the city file.</summary>
/// <param name="Id">Lower-case letters, digits and hyphens; 1 to 63 characters.</param>
/// <param name="French">What French sentences call it.</param>
/// <param name="English">What English sentences call it.</param>
/// <param name="Tenant">Its settings count for this tenant's people only; null = for whoever sits there.</param>
/// <param name="Stations">Which stations stand there.</param>
/// <param name="Settings">What it names: name of a setting → text.</param>
public sealed record Place(string Id, string French, string English, TenantId? Tenant, ImmutableArray<StationPattern> Stations, ImmutableDictionary<string, string> Settings)
{
    /// <summary>What its stations are, where it does not name <c>when_idle</c> itself: desk, classroom, public, care; null = not said.</summary>
    public string? Kind { get; init; }

    /// <summary>The same place for stations of that kind: the kind says what they do when nobody touches them, where the place itself does not.</summary>
    /// <param name="kind">One of <see cref="WhenIdle.OfKinds"/>; null or another = nothing is added.</param>
    public Place ForKind(string? kind) =>
        kind is not null && !Settings.ContainsKey(WhenIdle.Setting) && WhenIdle.OfKinds.TryGetValue(kind, out var idle) ? this with { Settings = Settings.Add(WhenIdle.Setting, idle) } : this;

    /// <summary>Whoever comes there gets a desktop without a name; null = people sign in.</summary>
    public VisitorOffer? Visitors { get; init; }

    /// <summary>True when the station stands there.</summary>
    public bool Holds(StationId station) => Stations.Any(pattern => pattern.Fits(station));

    /// <summary>True when its settings count for this tenant's people.</summary>
    public bool IsFor(TenantId tenant) => Tenant is null || Tenant == tenant;
}

/// <summary>What visitors of a public place get.</summary>
/// <param name="Tenant">Whose guests they are: its share of the pool is used.</param>
/// <param name="Pool">Their desktops.</param>
public sealed record VisitorOffer(TenantId Tenant, PoolId Pool);
