namespace VdiBroker.Race.Checking;

/// <summary>How long things may take before the checker calls them wrong. Every figure is a promise of the broker's, or follows from its city file's.</summary>
public sealed record Allowances
{
    /// <summary>Nobody waits longer while a seat that they may have is free: the promise.</summary>
    public TimeSpan Waiting { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Belief and truth agree again within this time: the promise.</summary>
    public TimeSpan Repair { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After the cause of a fault has gone, until everything must be as ever: hosts attach again (5 s of back-off), a broker that has just come back takes no host for dead
    /// (<c>dead_after</c> of 3 s and 6 s more), and a place in the queue of a dead station's is given up (10 s).
    /// </summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A ticket is good for so long.</summary>
    public TimeSpan Ticket { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A claim that nobody confirmed has come back after so long, the next report included.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(78);

    /// <summary>A session that was signed out of before its desktop appeared holds its seat for so long.</summary>
    public TimeSpan Appearing { get; init; } = TimeSpan.FromSeconds(17);

    /// <summary>From what a host sees to where every broker knows it.</summary>
    public TimeSpan Report { get; init; } = TimeSpan.FromSeconds(2);
}
