using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>A time in which a seat may have been in use: never shorter than the truth, so that what is left is free for sure.</summary>
/// <param name="Host">Of which host.</param>
/// <param name="Person">By whom.</param>
/// <param name="From">From here on.</param>
/// <param name="Until">To here.</param>
/// <param name="Opening">What it was, or may have been, claimed by; null = a session that the host saw.</param>
internal sealed record Holding(string Host, string Person, TimeSpan From, TimeSpan Until, Opened? Opening = null)
{
    /// <summary>Every such time of a history.</summary>
    public static IReadOnlyList<Holding> All(Evidence evidence) => [.. Lived(evidence), .. Promised(evidence), .. Unknown(evidence)];

    private static IEnumerable<Holding> Lived(Evidence evidence) => evidence.Lives.Select(life => new Holding(life.Host, life.Person, life.From, life.Until));

    // From the claim to the desktop's appearance, or to where the claim has come back.
    private static IEnumerable<Holding> Promised(Evidence evidence)
    {
        var lives = evidence.Lives.ToLookup(life => life.Session);
        foreach (var opening in evidence.Acknowledged)
        {
            var granted = evidence.Logons.Any(logon => logon.IsGranted && logon.Session == opening.Session);
            var closed = evidence.Closings.Where(one => one.Session == opening.Session && one.SignOut && one.Fence >= opening.Fence).Select(one => one.At + (granted ? evidence.Allowances.Appearing : evidence.Allowances.Report));
            var expired = evidence.Notices.Where(one => one.Session == opening.Session && one.State is ("Expired" or "HostLost")).Select(one => one.At);
            var lived = lives[opening.Session].Where(one => one.Until > opening.From).Select(one => one.From);
            // A desktop that is there already: its life is the holding.
            if (lived.Any(from => from <= opening.At)) continue;
            yield return new Holding(opening.Host, opening.Person, ClaimedFrom(evidence, opening),
                closed.Concat(expired).Concat(lived).Append(opening.At + evidence.Allowances.Lease).Where(at => at > opening.At).Min(), opening);
        }
    }

    // Until the person was told at a later sign-in that nothing of theirs runs in the pool, or was given what runs.
    private static IEnumerable<Holding> Unknown(Evidence evidence)
    {
        var signIns = evidence.Events.OfType<SignedIn>().Where(one => one.Outcome == "ok").ToLookup(one => one.Person);
        var given = evidence.Acknowledged.ToLookup(one => (one.Person, one.Pool));
        var closings = evidence.Closings.Where(one => one.Outcome == "ok").ToLookup(one => one.Visit);
        foreach (var opening in evidence.Openings.Where(one => one.IsUnknown))
        {
            // Its sign-in must be closed before the look, else the claim may still come.
            var closed = closings[opening.Visit].Select(one => (TimeSpan?)one.At).Min();
            var free = signIns[opening.Person].Where(one => one.From >= closed && !one.Running.Contains(opening.Pool)).Select(one => one.At);
            var had = given[(opening.Person, opening.Pool)].Where(one => one.From >= opening.At && one.Visit != opening.Visit).Select(one => one.At);
            var until = free.Concat(had).Append(opening.At + evidence.Allowances.Lease).Min();
            foreach (var host in evidence.Laid.Pools[opening.Pool]) yield return new Holding(host, opening.Person, ClaimedFrom(evidence, opening), until, opening);
        }
    }

    // A claim comes after the last news of the queue.
    private static TimeSpan ClaimedFrom(Evidence evidence, Opened opening) =>
        evidence.Events.OfType<Queued>().Where(one => one.Visit == opening.Visit && one.At >= opening.From && one.At <= opening.At).Select(one => one.At).DefaultIfEmpty(opening.From).Max();
}
