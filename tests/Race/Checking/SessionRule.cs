using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>
/// "one session": a person has at most one live session in a pool. Where the older one's host was away when the newer was asked for (that is what giving up is),
/// both may live side by side until <see cref="Allowances.Repair"/> after the host was back.
/// </summary>
public static class SessionRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "one session";

    /// <summary>Looks at every two lives of a person in a pool.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence) =>
        from own in evidence.Lives.GroupBy(life => (life.Person, life.Pool))
        from older in own
        from newer in own
        where older.From < newer.From && older.Until > newer.From && older.Host != newer.Host
        let together = ((TimeSpan[])[older.Until, newer.Until, evidence.End]).Min()
        where !IsExcused(evidence, older, newer, together)
        select new Violation(Name, newer.From,
            $"{newer.Person} has {older.Session} on {older.Host} and {newer.Session} on {newer.Host} in {newer.Pool}, for {(together - newer.From).TotalSeconds:0.0} s",
            [.. evidence.Of(older.Session), .. evidence.Of(newer.Session)]);

    private static bool IsExcused(Evidence evidence, Life older, Life newer, TimeSpan together)
    {
        var asked = evidence.Acknowledged.LastOrDefault(one => one.Session == newer.Session && one.At <= newer.From);
        if (!evidence.Disturbed(asked?.From ?? newer.From, newer.From, older.Host)) return false;
        var back = evidence.Faults.Where(fault => fault.From <= together && (fault.Target == older.Host || fault.Part == Fault.Store)).Max(fault => fault.At);
        return together <= (back > newer.From ? back : newer.From) + evidence.Allowances.Repair + evidence.Late;
    }
}
