namespace VdiBroker.Machines;

/// <summary>How long a machine takes to answer after it was woken, by how long it took before.</summary>
public static class WakeEstimate
{
    /// <summary>So many earlier wakes of a machine are remembered.</summary>
    public const int Remembered = 9;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    /// <summary>What is still to be expected.</summary>
    /// <param name="earlier">How long earlier wakes of the same machine took, newest first.</param>
    /// <param name="elapsed">Since it was woken this time.</param>
    /// <returns>Their median less what has passed, rounded up to 5 s, and 5 s at least; null when it was never woken before.</returns>
    public static TimeSpan? Left(IReadOnlyCollection<TimeSpan> earlier, TimeSpan elapsed)
    {
        if (earlier.Count == 0) return null;
        var left = earlier.Take(Remembered).Order().ElementAt(Math.Min(earlier.Count, Remembered) / 2) - elapsed;
        return left <= Step ? Step : TimeSpan.FromTicks((left.Ticks + Step.Ticks - 1) / Step.Ticks * Step.Ticks);
    }
}
