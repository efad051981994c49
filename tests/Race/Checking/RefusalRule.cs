namespace VdiBroker.Race.Checking;

/// <summary>
/// "no needless refusal": in a pool that queues nobody is told that it is full, and nobody that its hosts are down while one of them has been well, and store and brokers
/// too, for <see cref="Evidence.Recovery"/>.
/// </summary>
public static class RefusalRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "no needless refusal";

    private static readonly string[] Needless = ["AllHostsFull", "AllHostsDown", "HostGone", "StillEnding"];

    /// <summary>Looks at every opening that was refused.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence) =>
        from opening in evidence.Openings
        where Needless.Contains(opening.Outcome)
        let well = evidence.Laid.Pools[opening.Pool].Where(host => !evidence.Disturbed(opening.From, opening.At, host, brokers: true)).ToList()
        where well.Count > 0
        select new Violation(Name, opening.At, $"{opening.Person} was refused {opening.Pool} ({opening.Outcome}), and nothing had happened to {string.Join(", ", well)}", [opening]);
}
