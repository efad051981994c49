using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>"no seat lost": at the end, everybody signed out, every seat of every host can be had again, no more and no fewer.</summary>
public static class FillingRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "no seat lost";

    /// <summary>Looks at the last phase.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. evidence.Events.OfType<Filled>().Where(one => one.Had != evidence.Laid.Seats[one.Host])
            .Select(one => new Violation(Name, one.At, $"at the end {one.Had} of {evidence.Laid.Seats[one.Host]} seats of {one.Host} could be had", [one])),
        .. evidence.Events.OfType<Missed>().Select(one => new Violation(Name, one.At, one.What, [one])),
    ];
}
