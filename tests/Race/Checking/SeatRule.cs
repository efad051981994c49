namespace VdiBroker.Race.Checking;

/// <summary>"seats": a host never carries more people than it has seats.</summary>
public static class SeatRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "seats";

    /// <summary>Looks at each host at each start of a session.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var host in evidence.Lives.GroupBy(life => life.Host))
        {
            var seats = evidence.Laid.Seats[host.Key];
            foreach (var life in host.OrderBy(life => life.From))
            {
                var there = host.Count(other => other.From <= life.From && other.Until > life.From);
                if (there > seats) yield return new Violation(Name, life.From, $"{host.Key} carries {there} people on {seats} seats when {life.Person} comes", evidence.Of(life.Session));
            }
        }
    }
}
