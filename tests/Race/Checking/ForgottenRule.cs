using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>
/// "not forgotten": a session that was acknowledged to a station is there until something ends it that anybody can see: its person signed out, its host saw it end or
/// died, its lease lapsed unused, or its station was told (by a notice or by the refusal of its ticket). Another session of the same person in the pool, or the end of
/// the race, without any of these: it was forgotten.
/// </summary>
public static class ForgottenRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "not forgotten";

    private static readonly string[] _final = ["SignedOut", "HostLost", "Expired", "Forgotten"];

    /// <summary>Looks at every acknowledged session when another one takes its place, and at the end.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence)
    {
        var settled = evidence.Events.OfType<Settled>().Select(one => (TimeSpan?)one.At).FirstOrDefault();
        foreach (var own in evidence.Acknowledged.GroupBy(one => (one.Person, one.Pool)))
        {
            var sessions = own.GroupBy(one => one.Session).Select(one => one.ToList()).ToList();
            foreach (var older in sessions)
            {
                var newer = sessions.Where(one => one[0].At >= older[0].At && one[0].Session != older[0].Session).MinBy(one => one[0].At)?[0];
                if (newer is not null && !Explained(evidence, older, newer.From, newer.At))
                    yield return new Violation(Name, newer.At, $"{own.Key.Person} was given {newer.Session} in {own.Key.Pool}, and nothing says what became of {older[0].Session} on {older[0].Host}", [.. evidence.Of(older[0].Session), newer]);
                else if (newer is null && settled is { } end && !Explained(evidence, older, end, end))
                    yield return new Violation(Name, end, $"nothing says what became of {older[0].Session} of {own.Key.Person} on {older[0].Host}", evidence.Of(older[0].Session));
            }
        }
        foreach (var life in evidence.Lives.Where(life => settled is not null && life.From < settled && life.Until > settled))
            yield return new Violation(Name, settled!.Value, $"{life.Session} of {life.Person} lives on {life.Host} after everybody was signed out", evidence.Of(life.Session));
    }

    private static bool Explained(Evidence evidence, List<Opened> acknowledged, TimeSpan from, TimeSpan by)
    {
        var (id, host) = (acknowledged[0].Session, acknowledged[0].Host);
        var last = acknowledged.Where(one => one.From <= by).MaxBy(one => one.From) ?? acknowledged[0];
        var lives = evidence.Lives.Where(life => life.Session == id && life.From <= by).ToList();
        if (lives.Count > 0 && lives.All(life => life.Until <= by)) return true;
        if (evidence.Closings.Any(one => one.Session == id && one.SignOut && one.From <= by)) return true;
        if (evidence.Notices.Any(one => one.Session == id && _final.Contains(one.State) && one.At <= by + evidence.Allowances.Waiting + evidence.Late)) return true;
        if (evidence.Logons.Any(one => one.Session == id && !one.IsGranted && one.Fence == last.Fence && one.At <= by)) return true;
        if (lives.Count == 0 && by >= last.From + evidence.Allowances.Ticket) return true;
        // A silent host's session may be given up; what was only promised dies with its host.
        var since = lives.Count == 0 ? last.From : from - evidence.Allowances.Waiting;
        return evidence.Faults.Any(fault => fault.Part == Fault.Machine && fault.Target == host && fault.From <= by && fault.At + evidence.Recovery >= since);
    }
}
