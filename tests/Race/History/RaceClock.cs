using System.Diagnostics;

namespace VdiBroker.Race.History;

/// <summary>The one clock of a race: the machine's monotonic one, which every process of it reads alike.</summary>
/// <param name="Start">Its reading at the start of the race.</param>
public sealed record RaceClock(long Start)
{
    /// <summary>Starts now.</summary>
    public static RaceClock StartNew() => new(Stopwatch.GetTimestamp());

    /// <summary>Since the start.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(Start);
}
