using VdiBroker.City.Directory;

namespace VdiBroker.Bench.Storm;

/// <summary>How big a farm is.</summary>
/// <param name="People">How many; there are as many seats.</param>
/// <param name="Broker">The broker's program; null = that of the repository's build.</param>
internal sealed record StormPlan(int People, string? Broker)
{
    /// <summary>Of each host.</summary>
    public int Seats { get; init; } = 50;

    /// <summary>How many hosts, a multiple of <see cref="Tenants"/>; null = as many as the people need.</summary>
    public int? Hosts { get; init; }

    /// <summary>How many bodies; each has a pool of its own, and as many of the hosts and people as the others.</summary>
    public int Tenants { get; init; } = 1;

    /// <summary>How many sessions run on each host before anybody comes.</summary>
    public int Running { get; init; }

    /// <summary>Where the people are found instead, a loaded directory: those who come are spread over all of it; null = in the city's, with nobody else in it.</summary>
    public LargeTown? Town { get; init; }

    /// <summary>With a <see cref="Town"/>: who comes is in its group of every fifth person, or nobody of them is.</summary>
    public bool Crowded { get; init; }

    /// <summary>How often agents report when nothing changes.</summary>
    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A host that is silent for so long is dead.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A host whose agent's stream was cut for so long is dead.</summary>
    public TimeSpan DetachedFor { get; init; } = TimeSpan.FromSeconds(10);
}
