namespace VdiBroker.Race.Checking;

/// <summary>
/// "one holder": a desktop is one station's at any instant. No two stations are given the same fence; one ticket lets in once; after a newer holder was acknowledged,
/// an older one's ticket lets nobody in any more.
/// </summary>
public static class HolderRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "one holder";

    /// <summary>Looks at what stations were given and whom hosts let in.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var same in evidence.Acknowledged.GroupBy(one => one.Fence).Where(same => same.Count() > 1))
            yield return new Violation(Name, same.Last().At, $"fence {same.Key} was given {same.Count()} times: {string.Join(", ", same.Select(one => $"{one.Person} in visit {one.Visit}"))}", [.. same]);

        var granted = evidence.Logons.Where(logon => logon.IsGranted).ToList();
        foreach (var ticket in granted.GroupBy(logon => logon.Fence).Where(ticket => ticket.Select(logon => logon.Attempt).Distinct().Count() > 1))
            yield return new Violation(Name, ticket.Last().At, $"the ticket of fence {ticket.Key} of {ticket.First().Person} let in {ticket.Count()} times", [.. ticket]);

        var acknowledged = evidence.Acknowledged.ToLookup(one => one.Session);
        foreach (var logon in granted)
        {
            var newer = acknowledged[logon.Session].FirstOrDefault(one => one.Fence > logon.Fence && one.At < logon.From);
            if (newer is not null)
                yield return new Violation(Name, logon.At, $"{logon.Person} came in on {logon.Host} with fence {logon.Fence} after fence {newer.Fence} had been given to visit {newer.Visit}", evidence.Of(logon.Session));
        }
    }
}
