using VdiBroker.Agent.Watching;

namespace VdiBroker.Agent.Ending;

/// <summary>
/// Ends orphans (<see cref="Orphans"/>) when nobody is left who could use them. Who has one on their screen keeps it: the picture does not go through sesman. Once it is on no screen nothing leads back to it, and what runs in it
/// stands in the way of the person's next desktop (a browser's profile that is in use, say).
/// </summary>
internal sealed class OrphanWatch(SessionWatch watch, SessionEnding ending, AgentLog log, TimeProvider time)
{
    /// <summary>For so long no station has been on it when it is ended: until then the brokers have heard what it is.</summary>
    public static readonly TimeSpan Alone = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<(int Process, ulong StartTicks), long> _alone = [];

    /// <summary>Works until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var rounds = new PeriodicTimer(Every, time);
        while (await rounds.WaitForNextTickAsync(cancel))
        {
            try
            {
                Once(watch.Look());
            }
            catch (IOException fault)
            {
                log.Error($"the host could not be looked at for orphans: {fault.Message}");
            }
        }
    }

    /// <summary>The rule: why an orphan is ended now; null = it is not.</summary>
    /// <param name="orphan">The orphan.</param>
    /// <param name="sessions">All that run here.</param>
    /// <param name="alone">For how long no station has been on it; null = one is.</param>
    public static string? Reason(RunningSession orphan, IEnumerable<RunningSession> sessions, TimeSpan? alone) =>
        // One holder: a station that still shows the old one would show it on for whoever sits there.
        sessions.Any(other => other.UserId == orphan.UserId && !other.Orphaned) ? "its person has another desktop here"
        : alone >= Alone ? "no station is on it"
        : null;

    private void Once(IReadOnlyList<RunningSession> sessions)
    {
        var lonely = sessions.Where(session => session is { Orphaned: true, Connected: false }).Select(NameOf).ToHashSet();
        foreach (var other in _alone.Keys.Where(name => !lonely.Contains(name)).ToList()) _alone.Remove(other);
        foreach (var name in lonely) _alone.TryAdd(name, time.GetTimestamp());
        foreach (var orphan in sessions.Where(session => session.Orphaned))
        {
            TimeSpan? alone = _alone.TryGetValue(NameOf(orphan), out var since) ? time.GetElapsedTime(since) : null;
            if (Reason(orphan, sessions, alone) is { } reason && ending.End(orphan))
                log.Warning($"the orphan of {orphan.User} on display {orphan.Display} is ended: {reason}; what was not saved in it is lost");
        }
    }

    private static (int, ulong) NameOf(RunningSession session) => (session.Server.Process, session.Server.StartTicks);
}
