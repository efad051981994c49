using System.Globalization;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Linux;
using VdiBroker.Agent.Watching;

namespace VdiBroker.Agent.Ending;

/// <summary>Ends users' sessions, on the broker's order or because nobody can come back to one. Safe for concurrent use; orders for the same user are one.</summary>
/// <param name="watch">Where the sessions are.</param>
/// <param name="grants">Which session of the broker's each is.</param>
/// <param name="bell">Rung when a report is due.</param>
/// <param name="log">Told.</param>
/// <param name="time">The clock.</param>
/// <param name="agentEnds">Ends the waiting, not what was already asked to end; the next agent is ordered again.</param>
internal sealed class SessionEnding(SessionWatch watch, GrantBook grants, ReportBell bell, AgentLog log, TimeProvider time, CancellationToken agentEnds)
{
    /// <summary>From the order until force is used.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ForPrograms = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForLeader = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly Lock _orders = new();
    private readonly Dictionary<string, Task> _running = [];

    /// <summary>
    /// Ends the user's session: programs are asked, then the window manager, then force after <see cref="Patience"/>; a report follows.
    /// Without such a session only the report follows. Does not wait: other orders must not wait for it.
    /// </summary>
    /// <param name="user">Account name.</param>
    /// <param name="sessionId">The broker's session; empty for whichever it is. Another than the one last granted to the user is not ended.</param>
    public void Order(string user, string sessionId)
    {
        lock (_orders)
        {
            if (_running.ContainsKey(user)) return;
            if (sessionId.Length > 0 && grants.Of(user) is { } grant && grant.SessionId != sessionId)
            {
                log.Warning($"order to end session {sessionId} of {user} is out of date: the desktop here is of {grant.SessionId}");
                bell.Ring();
                return;
            }
            _running[user] = Task.Run(() => EndAsync(user, user, null, agentEnds), CancellationToken.None);
        }
    }

    /// <summary>Ends this one session, in the same way, and none that its person has beside it. Does not wait.</summary>
    /// <returns>False when it is being ended already, by an order or by this. An order that comes meanwhile is carried out beside it: it may mean another of the person's.</returns>
    public bool End(RunningSession session)
    {
        // No account's name has a blank.
        var work = string.Create(CultureInfo.InvariantCulture, $"{session.User} {session.Server.Process}");
        lock (_orders)
        {
            if (_running.ContainsKey(session.User) || _running.ContainsKey(work)) return false;
            _running[work] = Task.Run(() => EndAsync(work, session.User, session, agentEnds), CancellationToken.None);
            return true;
        }
    }

    /// <summary>Waits until no order is being carried out.</summary>
    public async Task SettledAsync()
    {
        Task[] running;
        lock (_orders) running = [.. _running.Values];
        await Task.WhenAll(running);
    }

    private async Task EndAsync(string work, string user, RunningSession? only, CancellationToken cancel)
    {
        try
        {
            var sessions = watch.Look().Where(session => only is null ? session.User == user : session.Server.IsSameAs(only.Server)).ToList();
            if (sessions.Count == 0 && only is null) log.Notice($"order to end the session of {user}: there is none");
            await Task.WhenAll(sessions.Select(session => EndAsync(session, cancel)));
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
        catch (Exception fault)
        {
            log.Error($"session of {user} could not be ended: {fault.Message}");
        }
        finally
        {
            lock (_orders) _running.Remove(work);
            // The report that follows looks afresh.
            bell.Ring();
        }
    }

    private async Task EndAsync(RunningSession session, CancellationToken cancel)
    {
        log.Notice($"ending the session of {session.User} on display {session.Display}");
        var clock = time.GetTimestamp();
        var tree = SessionTree.Of(session);
        Signal(tree.Programs, Libc.Terminate);
        await UntilAsync(() => !tree.Programs.Any(StillRuns), ForPrograms, clock, cancel);
        Signal(tree.Desktop.Reverse(), Libc.Terminate);
        if (tree.Desktop.Count == 0) Signal(tree.Rest, Libc.Terminate);
        var server = tree.Rest.Where(line => line.Id == session.Server.Process);
        await UntilAsync(() => !server.Any(StillRuns), Patience, clock, cancel);

        // Whatever did not go: what was seen at the start and what was started since.
        var left = tree.Members.Concat(SessionTree.Of(session).Members).DistinctBy(line => (line.Id, line.StartTicks)).Where(StillRuns).ToList();
        if (left.Any(line => line.Id == session.Server.Process))
            log.Warning($"session of {session.User} did not end within {Patience.TotalSeconds:0} s: ended by force ({left.Count} processes)");
        var forced = time.GetTimestamp();
        Signal(left, Libc.Kill);
        await UntilAsync(() => !left.Any(StillRuns) && (tree.Leader is not { } leader || !StillRuns(leader)), ForLeader, forced, cancel);
        if (tree.Leader is { } stuck && StillRuns(stuck) && !ProcessLine.All().Values.Any(line => line.Parent == stuck.Id && XServers.IsServer(line.Name)))
            Signal([stuck], Libc.Kill);
        RemoveTraces(session);
    }

    /// <summary>
    /// A server that was ended by force leaves its lock; sesman would take the display as used for ever. The lock belongs to the person and may
    /// be anything by now (a pipe nobody writes to): it is not opened, and goes only when nobody serves the display any more.
    /// </summary>
    private void RemoveTraces(RunningSession session)
    {
        var number = session.Display.ToString(CultureInfo.InvariantCulture);
        var lockFile = $"/tmp/.X{number}-lock";
        try
        {
            if (watch.Look(afresh: true).Any(other => other.Display == session.Display)) return;
            // The session's display is only what its arguments said: another X server of this machine may be the one that serves it.
            var socket = $"/tmp/.X11-unix/X{number}";
            if (File.ReadLines("/proc/net/unix").Any(line => line.EndsWith(socket, StringComparison.Ordinal))) return;
            File.Delete(lockFile);
            File.Delete(socket);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            log.Warning($"traces of display {number} could not be removed: {fault.Message}");
        }
    }

    private async Task UntilAsync(Func<bool> done, TimeSpan longest, long since, CancellationToken cancel)
    {
        while (!done() && time.GetElapsedTime(since) < longest) await Task.Delay(Step, time, cancel);
    }

    private static bool StillRuns(ProcessLine line) =>
        ProcessLine.Of(line.Id) is { Runs: true } now && now.StartTicks == line.StartTicks;

    private static void Signal(IEnumerable<ProcessLine> processes, int signal)
    {
        foreach (var process in processes) Libc.Signal(process.Id, process.StartTicks, signal);
    }
}
