using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Watching;

namespace VdiBroker.Agent.Printing;

/// <summary>
/// Shows each person the printers of the room where they sit: one CUPS queue for each name, seen by those who have it now, gone with the last of them. What was printed on
/// a queue that somebody does not have any more is removed. Safe for concurrent use.
/// </summary>
internal sealed class RoomPrinters(GrantBook grants, SessionWatch watch, HostCups cups, AgentLog log, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ToAppear = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(15);

    private Dictionary<string, SortedSet<string>>? _shown;
    private readonly Dictionary<string, Grant> _begun = [];
    private HashSet<string> _present = [];
    private DateTimeOffset _notBefore;
    private string _said = "";

    /// <summary>Where the job of a user goes that came by a queue: <c>display NUMBER UID</c>, or <c>refused not-here</c>, or <c>refused no-station</c>.</summary>
    public string Answer(string user, string queue)
    {
        if (grants.Of(user) is not { } grant || !grant.Queues.Contains(queue, StringComparer.OrdinalIgnoreCase)) return "refused not-here";
        return watch.Look().FirstOrDefault(session => session.User == user && session.Connected) is { } session ? $"display {session.Display} {session.UserId}" : "refused no-station";
    }

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var rounds = new PeriodicTimer(Every, time);
        // At once: whose session ends a moment after the agent's start must have been seen.
        do
        {
            if (time.GetUtcNow() < _notBefore) continue;
            try
            {
                await OnceAsync(watch.Look(), cancel);
                _said = "";
            }
            catch (IOException fault)
            {
                _notBefore = time.GetUtcNow() + AgainAfter;
                // An outage is one line, not one for each try.
                if (_said != fault.Message) log.Warning($"the rooms' printers could not be shown: {fault.Message}");
                _said = fault.Message;
            }
        }
        while (await rounds.WaitForNextTickAsync(cancel));
    }

    /// <summary>Who is to see which queue: whoever has a session here, or was let in a moment ago.</summary>
    public static Dictionary<string, SortedSet<string>> Wanted(IEnumerable<Grant> grants, IReadOnlySet<string> users, DateTimeOffset now)
    {
        var wanted = new Dictionary<string, SortedSet<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var grant in grants.Where(grant => (users.Contains(grant.User) || now - grant.At < ToAppear) && IsName(grant.User)))
            foreach (var queue in grant.Queues)
                (wanted.TryGetValue(queue, out var who) ? who : wanted[queue] = new(StringComparer.Ordinal)).Add(grant.User);
        return wanted;
    }

    // In a list of CUPS these would be several names, a group or a number.
    private static bool IsName(string user) => !user.Contains(',', StringComparison.Ordinal) && user[0] is not ('@' or '#' or '-');

    private async Task OnceAsync(IReadOnlyList<RunningSession> sessions, CancellationToken cancel)
    {
        var known = grants.All();
        var users = sessions.Select(session => session.User).ToHashSet();
        foreach (var grant in known)
            if (users.Contains(grant.User)) _begun[grant.User] = grant;
        // Whose session has been seen since the grant, and is not there, has gone.
        var wanted = Wanted(known.Where(grant => users.Contains(grant.User) || _begun.GetValueOrDefault(grant.User) != grant), users, time.GetUtcNow());
        foreach (var gone in _begun.Keys.Except(known.Select(grant => grant.User)).ToList()) _begun.Remove(gone);
        var present = sessions.Where(session => session.Connected).Select(session => session.User).ToHashSet();
        if (_shown is null || !Same(wanted, _shown)) await ApplyAsync(wanted, cancel);
        foreach (var user in present.Where(user => !_present.Contains(user) && wanted.Values.Any(who => who.Contains(user)))) await cups.ResumeAsync(user, cancel);
        _present = present;
    }

    private async Task ApplyAsync(Dictionary<string, SortedSet<string>> wanted, CancellationToken cancel)
    {
        if (!cups.IsThere)
        {
            if (wanted.Count == 0) return;
            throw new IOException(cups.IsInstalled
                ? $"CUPS does not run, there is no socket {cups.Socket}: systemctl start cups"
                : $"no CUPS at {cups.Socket}: install cups-daemon and cups-client (deploy/host/README.md)");
        }
        var before = _shown;
        // Whatever is done halfway is looked at afresh.
        _shown = null;
        var there = await cups.QueuesAsync(cancel);
        foreach (var queue in there.Where(queue => queue.Value && !wanted.ContainsKey(queue.Key))) await cups.RemoveAsync(queue.Key, cancel);
        foreach (var (queue, users) in wanted)
        {
            if (there.TryGetValue(queue, out var ours) && !ours)
            {
                log.Warning($"the host has a queue {queue} of its own: the room's printer of that name is not shown");
                continue;
            }
            var known = before?.GetValueOrDefault(queue);
            if (known is not null && ours && users.SetEquals(known)) continue;
            await cups.ShowAsync(queue, users, cancel);
            foreach (var gone in known?.Except(users) ?? []) await cups.ForgetAsync(queue, gone, cancel);
            log.Notice($"printer {queue} is there for {string.Join(", ", users)}");
        }
        _shown = wanted;
    }

    private static bool Same(Dictionary<string, SortedSet<string>> one, Dictionary<string, SortedSet<string>> other) =>
        one.Count == other.Count && one.All(queue => other.TryGetValue(queue.Key, out var users) && users.SetEquals(queue.Value));
}
