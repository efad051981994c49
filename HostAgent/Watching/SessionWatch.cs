using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Looks at the host every <see cref="LookEvery"/> and says when the sessions changed. Safe for concurrent use.
/// </summary>
internal sealed class SessionWatch(GrantBook grants, UserNames names, ReportBell bell, AgentLog log, TimeProvider time)
{
    /// <summary>How often the host is looked at when nothing calls for more.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan RestlessLookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RestlessFor = TimeSpan.FromSeconds(5);

    private readonly Lock _looking = new();
    private readonly XServers _servers = new(time, log);
    private readonly ConnectedDisplays _displays = new();
    private readonly DateTimeOffset _boot = BootClock.BootTime();
    private RunningSession[] _sessions = [];
    private long _restlessUntil;

    private bool IsRestless => Interlocked.Read(ref _restlessUntil) > time.GetUtcNow().UtcTicks;

    /// <summary>Looks now.</summary>
    /// <param name="afresh">True: the list of processes is read in any case, false: when it is due.</param>
    public IReadOnlyList<RunningSession> Look(bool afresh = false)
    {
        lock (_looking)
        {
            var servers = _servers.Look(atOnce: afresh || IsRestless);
            var connected = _displays.Look(servers);
            names.Learn(servers);
            var now = servers.Select(server => Session(server, connected.Contains(server.Line.Id)))
                // What a person can come back to is their session; beside it an orphan is what is left of an earlier one.
                .OrderBy(session => session.Orphaned).ThenBy(session => session.Display).ThenBy(session => session.Server.Process).ToArray();
            if (!now.AsSpan().SequenceEqual(_sessions))
            {
                Say(now);
                _sessions = now;
                bell.Ring();
            }
            return _sessions;
        }
    }

    /// <summary>Something is about to change (PAM said so): look at once, and more often for a moment.</summary>
    public void Expect()
    {
        Interlocked.Exchange(ref _restlessUntil, time.GetUtcNow().Add(RestlessFor).UtcTicks);
        Look();
        bell.Ring();
    }

    /// <summary>PAM opens or closes a session of this user: the same.</summary>
    /// <param name="user">PAM_USER.</param>
    /// <param name="hook">Process id of PAM's command; whose session it is counts only where sesman has started it.</param>
    public void Expect(string user, int hook)
    {
        lock (_looking)
        {
            if (ProcessLine.Of(hook) is { } command && ProcessLine.Of(command.Parent) is { } leader && XServers.IsSesman(leader.Id)) names.Tell(leader, user);
        }
        Expect();
    }

    /// <summary>Forgets the name of an account that is no more: its number will be another's.</summary>
    public void Forget(uint user)
    {
        lock (_looking) names.Forget(user);
    }

    /// <summary>Looks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                var sessions = Look();
                grants.Forget(sessions.Select(session => session.User).ToHashSet(), time.GetUtcNow());
            }
            catch (IOException fault)
            {
                log.Error($"the host could not be looked at: {fault.Message}");
            }
            await Task.Delay(IsRestless ? RestlessLookEvery : LookEvery, time, cancel);
        }
    }

    private RunningSession Session(XServer server, bool connected) => new(names.Of(server.Owner), server.Owner, server.Display, connected,
        BootClock.At(_boot, server.Line.StartTicks), new SessionServer(server.Line.Id, server.Line.StartTicks, server.Line.Parent))
    {
        Orphaned = server.Orphaned,
    };

    private void Say(RunningSession[] now)
    {
        foreach (var session in now)
        {
            var before = Array.Find(_sessions, known => known.Server.IsSameAs(session.Server));
            if (before is null) log.Notice($"session of {session.User} on display {session.Display} runs");
            if (before?.Connected != session.Connected && (session.Connected || before is not null))
                log.Notice($"session of {session.User} on display {session.Display} {(session.Connected ? "has a station" : "has no station")}");
            if (session.Orphaned && before?.Orphaned != true)
                log.Warning($"session of {session.User} on display {session.Display} is an orphan: xrdp-sesman has lost it, nobody can come back to it; it is ended once no station is on it");
        }
        foreach (var session in _sessions)
        {
            if (!Array.Exists(now, known => known.Server.IsSameAs(session.Server)))
                log.Notice($"session of {session.User} on display {session.Display} has ended");
        }
    }
}
