using VdiBroker.Race.Farm;

namespace VdiBroker.Race;

/// <summary>What somebody asks of a race.</summary>
internal sealed record RaceOptions
{
    /// <summary>How long people race before everybody is signed out and every seat tried.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Draws the faults.</summary>
    public required int Seed { get; init; }

    /// <summary>How large.</summary>
    public RacePlan Plan { get; init; } = RacePlan.Full;

    /// <summary>A script to break; null = none.</summary>
    public string? Sabotage { get; init; }

    /// <summary>No faults at all.</summary>
    public bool Calm { get; init; }

    /// <summary>No faults but a rolling upgrade, over and over.</summary>
    public bool Rolling { get; init; }

    /// <summary>Judged every few seconds and ended at the first violation.</summary>
    public bool StopEarly { get; init; }

    /// <summary>Takes the logs of all processes when there was a violation; null = they go.</summary>
    public string? Keep { get; init; }
}
