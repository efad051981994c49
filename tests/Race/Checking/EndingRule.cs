namespace VdiBroker.Race.Checking;

/// <summary>"ends": a desktop whose holder signed out of it is gone from its host within <see cref="Allowances.Repair"/>, if the host is there.</summary>
public static class EndingRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "ends";

    /// <summary>Looks at every sign-out by the last holder.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence) =>
        from closing in evidence.Closings
        where closing.SignOut && closing.Outcome == "ok" && closing.Session.Length > 0
        where !evidence.Acknowledged.Any(one => one.Session == closing.Session && one.Fence > closing.Fence)
        let limit = closing.At + evidence.Allowances.Repair + evidence.Late
        where evidence.End > limit
        from life in evidence.Lives
        where life.Session == closing.Session && life.From < limit && life.Until > limit
        where !evidence.Disturbed(closing.From, limit, life.Host, brokers: true)
        select new Violation(Name, limit, $"{life.Session} of {life.Person} still lives on {life.Host}, {(limit - closing.At).TotalSeconds:0} s after its person signed out", evidence.Of(life.Session));
}
