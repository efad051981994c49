using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>
/// "told truly": no station is told that its desktop expired while its ticket was good, that its host was lost while nothing happened to the host, that it was signed
/// out while it runs, or that it moved when nobody else opened it. No session that its host saw end is given again.
/// </summary>
public static class TellingRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "told truly";

    /// <summary>Looks at every notice, and at every desktop given again.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence)
    {
        var acknowledged = evidence.Acknowledged.ToLookup(one => one.Session);
        foreach (var told in evidence.Notices)
        {
            var last = acknowledged[told.Session].Where(one => one.From <= told.At).MaxBy(one => one.From);
            if (last is not null && Wrong(evidence, told, last) is { } why) yield return new Violation(Name, told.At, $"{last.Person} in visit {told.Visit}: {why}", evidence.Of(told.Session));
        }
        foreach (var given in evidence.Acknowledged)
        {
            var before = evidence.Lives.Where(life => life.Session == given.Session && life.From < given.From).ToList();
            if (before.Count == 0) continue;
            var until = before.Max(life => life.Until);
            // One that no report has shown was never there for the broker: nobody can tell it from one that is still to appear.
            if (before.MaxBy(life => life.Until) is { } last && last.Until - last.From < evidence.Allowances.Report) continue;
            if (until > given.From - evidence.Allowances.Report - evidence.Late || evidence.Disturbed(until, given.At, given.Host, brokers: true)) continue;
            yield return new Violation(Name, given.At, $"{given.Person} was given {given.Session} on {given.Host} again, which had ended {(given.From - until).TotalSeconds:0.0} s before", evidence.Of(given.Session));
        }
    }

    private static string? Wrong(Evidence evidence, Told told, Opened last)
    {
        var signedOut = evidence.Closings.Any(one => one.Session == told.Session && one.SignOut && one.From <= told.At);
        var lives = evidence.Lives.Where(life => life.Session == told.Session && life.From <= told.At).ToList();
        return told.State switch
        {
            "Expired" when told.At < last.From + evidence.Allowances.Ticket && !evidence.Disturbed(last.From, told.At, last.Host) => $"expired {(told.At - last.At).TotalSeconds:0.0} s after its ticket was given",
            "HostLost" when !evidence.Disturbed(last.From, told.At, last.Host) => $"host lost, and nothing had happened to {last.Host}",
            "SignedOut" when !signedOut && lives.Count == 0 => "signed out of a desktop that nobody had reached yet",
            // The clock of a host that ended it a moment ago may be read late; one that goes on carrying it is the truth.
            "SignedOut" when !signedOut && lives.Any(life => life.Until > told.At && life.Until - told.At > evidence.Allowances.Report + evidence.Late) => $"signed out, and {told.Session} runs on",
            "Moved" when !evidence.Openings.Any(one => one.Visit != told.Visit && one.Person == last.Person && one.From <= told.At) => "moved, and nobody else opened it",
            _ => null,
        };
    }
}
