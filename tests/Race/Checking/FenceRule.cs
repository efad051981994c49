namespace VdiBroker.Race.Checking;

/// <summary>"fences grow": of two openings of a person's, one answered before the other was asked, the later has the greater fence; the same for logons on a host.</summary>
public static class FenceRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "fences grow";

    /// <summary>Looks at each person's openings and logons in a row.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. from own in evidence.Acknowledged.GroupBy(one => (one.Person, one.Pool))
           from earlier in own
           from later in own
           where earlier.At < later.From && later.Fence <= earlier.Fence
           select new Violation(Name, later.At, $"{later.Person} was given fence {later.Fence} after {earlier.Fence}", [earlier, later]),
        .. from own in evidence.Logons.Where(logon => logon.IsGranted).GroupBy(logon => (logon.Host, logon.Person))
           from earlier in own
           from later in own
           where earlier.At < later.From && later.Fence < earlier.Fence
           select new Violation(Name, later.At, $"{later.Host} let {later.Person} in with fence {later.Fence} after {earlier.Fence}", [earlier, later]),
    ];
}
