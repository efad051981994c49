namespace VdiBroker.Shim.Brokers;

/// <summary>Waits between tries that grow and differ from station to station, so that a broker's end is no stampede at the next one.</summary>
/// <param name="First">Upper bound of the first wait.</param>
/// <param name="Longest">Upper bound of every wait.</param>
internal readonly record struct Pause(TimeSpan First, TimeSpan Longest)
{
    /// <summary>How long to wait after <paramref name="failures"/> failures in a row (1 = the first): half to all of a doubling bound.</summary>
    public TimeSpan After(int failures)
    {
        var bound = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 20)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(bound * (0.5 + Random.Shared.NextDouble() / 2));
    }

    /// <summary>The same, and not less than a broker asked for.</summary>
    public TimeSpan AfterAsked(int failures, TimeSpan? asked) => Longer(After(failures), asked);

    /// <summary>A station's own wait, and not less than a broker asked for.</summary>
    public static TimeSpan Longer(TimeSpan own, TimeSpan? asked) => asked is { } wait && wait > own ? AtLeast(wait) : own;

    /// <summary>At least <paramref name="asked"/>, as a broker asked for, and up to a quarter more: who was told the same at once does not come back at once.</summary>
    public static TimeSpan AtLeast(TimeSpan asked) => asked * (1 + Random.Shared.NextDouble() / 4) + TimeSpan.FromSeconds(Random.Shared.NextDouble() / 5);
}
