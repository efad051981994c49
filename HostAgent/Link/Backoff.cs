namespace VdiBroker.Agent.Link;

/// <summary>How long to wait before the next try: doubles from 0.2 s to 5 s, the latter half of it at random so that hosts spread.</summary>
internal static class Backoff
{
    /// <summary>Shortest and longest wait.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200), Longest = TimeSpan.FromSeconds(5);

    /// <summary>The wait after so many failures in a row.</summary>
    /// <param name="failures">From 1.</param>
    /// <param name="draw">0 to 1, random.</param>
    public static TimeSpan After(int failures, double draw)
    {
        var most = Math.Min(Longest.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 16)));
        return TimeSpan.FromMilliseconds(most * (0.5 + draw / 2));
    }
}
