using VdiBroker.Race.History;

namespace VdiBroker.Race.Checking;

/// <summary>
/// "no needless wait": nobody waits in the queue while one seat of a host that they may have is free for more than <see cref="Allowances.Waiting"/> without a break.
/// A seat counts as free only where no session, no promise and no claim of unknown outcome can be on it. Times in which a fault (or its aftermath) made
/// serving impossible do not count: any fault of the store or of a broker, and those of the host in question.
/// </summary>
public static class WaitingRule
{
    /// <summary>The rule's name.</summary>
    public const string Name = "no needless wait";

    /// <summary>Looks at everybody who was told to wait.</summary>
    public static IEnumerable<Violation> Check(Evidence evidence)
    {
        var holdings = Holding.All(evidence).ToLookup(holding => holding.Host);
        var limit = evidence.Allowances.Waiting + evidence.Late + evidence.Late;
        foreach (var (wait, opening) in Waits(evidence).Where(one => one.Opening.At - one.First.At > limit))
        {
            var until = opening.At;
            foreach (var host in evidence.Laid.Pools[wait.Pool])
            {
                // What this very opening claims serves the person who waits: claimed and not told of, they wait all the same.
                var taken = holdings[host].Where(holding => holding.From < until && holding.Until > wait.At && holding.Opening != opening).ToList();
                // A host carries one session for an account: while the person holds one there, no other seat of it is theirs.
                var barred = taken.Where(holding => holding.Person == wait.Person).Select(holding => (holding.From, holding.Until));
                var disturbed = evidence.Faults.Where(fault => fault.Part != Fault.Machine || fault.Target == host).Select(fault => (fault.From, Until: fault.At + evidence.Recovery));
                if (LongestFree(evidence.Laid.Seats[host], taken, [.. barred, .. disturbed], (wait.At, until)) is not { } free || free.Until - free.From <= limit) continue;
                yield return new Violation(Name, free.Until, $"{wait.Person} waited for {wait.Pool} from {wait.At.TotalSeconds:0.0} s to {until.TotalSeconds:0.0} s, and a seat of {host} was free for {(free.Until - free.From).TotalSeconds:0.0} s of it",
                    [wait, .. evidence.Events.Where(one => one.At >= free.From && one.At <= free.Until && Concerns(one, host)).Take(40)]);
            }
        }
    }

    // The first news of the queue, for each opening that waited.
    private static IEnumerable<(Queued First, Opened Opening)> Waits(Evidence evidence)
    {
        var news = evidence.Events.OfType<Queued>().ToLookup(one => (one.Visit, one.Pool));
        return from opening in evidence.Openings
               let first = news[(opening.Visit, opening.Pool)].Where(one => one.At >= opening.From && one.At <= opening.At).MinBy(one => one.At)
               where first is not null
               select (first, opening);
    }

    private static (TimeSpan From, TimeSpan Until)? LongestFree(int seats, List<Holding> taken, List<(TimeSpan From, TimeSpan Until)> excluded, (TimeSpan From, TimeSpan Until) within)
    {
        var steps = taken.SelectMany(one => (IEnumerable<TimeSpan>)[one.From, one.Until]).Concat(excluded.SelectMany(one => (IEnumerable<TimeSpan>)[one.From, one.Until]))
            .Where(at => at > within.From && at < within.Until).Append(within.From).Append(within.Until).Distinct().Order().ToList();
        (TimeSpan From, TimeSpan Until)? best = null;
        TimeSpan? since = null;
        for (var i = 0; i + 1 < steps.Count; i++)
        {
            var (from, until) = (steps[i], steps[i + 1]);
            // One person's holdings of one host overlap where a life follows a promise.
            var busy = taken.Where(one => one.From < until && one.Until > from).Select(one => one.Person).Distinct().Count();
            var free = busy < seats && !excluded.Any(one => one.From < until && one.Until > from);
            since = free ? since ?? from : null;
            if (since is { } start && (best is null || until - start > best.Value.Until - best.Value.From)) best = (start, until);
        }
        return best;
    }

    private static bool Concerns(HistoryEvent one, string host) => one switch
    {
        Opened opened => opened.Host == host,
        Started started => started.Host == host,
        Gone gone => gone.Host == host,
        Presented presented => presented.Host == host,
        _ => false,
    };
}
