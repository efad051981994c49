using VdiBroker.City.Processes;
using VdiBroker.Race.Farm;
using VdiBroker.Race.History;

namespace VdiBroker.Race.Machines;

/// <summary>
/// A session host: the truth about which sessions run on it, written into the history as it happens. Its agent may be dead, frozen or lied to; sessions live on here all
/// the same. The machine itself can crash, with everything on it.
/// </summary>
internal sealed class Machine(string name, AgentPlan plan, RaceHistory history, RaceClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan PamPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Thawing = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndingPatience = TimeSpan.FromSeconds(8);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RunningSession> _running = [];
    private readonly Dictionary<string, Grant> _grants = [];
    private AgentProcess? _agent;
    private int _display;
    private TimeSpan _frozen;

    /// <summary>Its name in the city file.</summary>
    public string Name => name;

    /// <summary>Its present boot; empty while it is down.</summary>
    public string Boot { get; private set; } = "";

    /// <summary>Its agent is attached.</summary>
    public bool IsAttached => _agent?.IsAttached == true;

    /// <summary>Who has a session here.</summary>
    public IReadOnlyList<string> People
    {
        get
        {
            lock (_gate) return [.. _running.Keys];
        }
    }

    /// <summary>Starts it under a new boot, empty, with its agent.</summary>
    public void Start()
    {
        lock (_gate)
        {
            Boot = Guid.NewGuid().ToString();
            history.Add(new Booted(clock.Now, name, Boot));
        }
        StartAgent();
    }

    /// <summary>Starts its agent, and only that: sessions and what was granted were kept.</summary>
    public void StartAgent() => _agent = AgentProcess.Start(this, plan);

    /// <summary>Kills its agent; sessions go on.</summary>
    public async Task KillAgentAsync()
    {
        if (Interlocked.Exchange(ref _agent, null) is { } agent) await agent.DisposeAsync();
    }

    /// <summary>Freezes its agent, or lets it go on.</summary>
    public void Freeze(bool on)
    {
        _agent?.Send(on ? Signal.Stop : Signal.Continue);
        _frozen = on ? TimeSpan.MaxValue : clock.Now + Thawing;
    }

    /// <summary>Its agent was late: that of the whole race, if it was not frozen on purpose.</summary>
    public void NoteLate(TimeSpan by)
    {
        if (clock.Now > _frozen) history.Add(new Lag(clock.Now, by));
    }

    /// <summary>The machine dies at once: agent, sessions, everything.</summary>
    public async Task CrashAsync()
    {
        var from = clock.Now;
        await KillAgentAsync();
        lock (_gate)
        {
            Boot = "";
            foreach (var session in _running.Values) session.Drop();
            _running.Clear();
            _grants.Clear();
            history.Add(new Crashed(from, clock.Now, name));
        }
    }

    /// <summary>What runs, as an agent would find it.</summary>
    public IReadOnlyList<SeenSession> Look()
    {
        lock (_gate)
        {
            return [.. _running.Values.Select(one => _grants.GetValueOrDefault(one.User) is { } grant
                ? new SeenSession(one.User, one.Display, one.Connection is not null, one.Since, grant.Session, grant.Fence, grant.Person, grant.Pool)
                : new SeenSession(one.User, one.Display, one.Connection is not null, one.Since, "", 0, "", ""))];
        }
    }

    /// <summary>A station connects with a ticket for a password.</summary>
    /// <param name="user">The account.</param>
    /// <param name="ticket">The ticket.</param>
    /// <param name="held">What the station holds, for the history; null: it says nothing of it (a stolen ticket).</param>
    /// <param name="making">How long a new session takes to appear.</param>
    public async Task<Logon> ConnectAsync(string user, string ticket, Held? held, TimeSpan making)
    {
        var (boot, agent) = (Boot, _agent);
        if (boot.Length == 0 || agent is null) return new Logon.NoAnswer();
        var attempt = Guid.NewGuid().ToString("n");
        var from = clock.Now;
        var answer = await agent.AskAsync(new AgentLine.Ask(attempt, user, ticket), PamPatience);
        Grant? grant = null;
        lock (_gate)
        {
            // What a machine was answered that died meanwhile, nobody has seen.
            if (Boot != boot) return new Logon.NoAnswer();
            var verdict = answer?.Verdict ?? "lost";
            var granted = answer is not null && verdict == "Granted";
            history.Add(new Presented(from, clock.Now, name, user, attempt, verdict, granted ? answer!.Session : held?.Session ?? "", granted ? answer!.Fence : held?.Fence ?? 0));
            if (!granted) return verdict == "lost" ? new Logon.NoAnswer() : new Logon.Refused(verdict);
            grant = new Grant(answer!.Session, answer.Fence, answer.Person, answer.Pool);
            if (_grants.GetValueOrDefault(user) is not { } before || before.Fence <= grant.Fence) _grants[user] = grant;
        }
        return await AppearAsync(user, grant, boot, making);
    }

    /// <summary>The station goes; the session stays.</summary>
    public void Disconnect(string user, Connection connection)
    {
        lock (_gate)
        {
            if (_running.GetValueOrDefault(user) is not { } session || session.Connection != connection) return;
            session.Drop();
        }
        Ring();
    }

    /// <summary>The person signs out inside the desktop.</summary>
    public void LogOut(string user, Connection connection)
    {
        lock (_gate)
        {
            if (_running.GetValueOrDefault(user) is { } session && session.Connection == connection) End(session, "logged-out");
        }
        Ring();
    }

    /// <summary>A broker's order: carried out when it names the session last granted here, or none.</summary>
    public void Order(string session, string user)
    {
        RunningSession ending;
        lock (_gate)
        {
            if (_running.GetValueOrDefault(user) is not { IsEnding: false } running) return;
            if (session.Length > 0 && _grants.GetValueOrDefault(user) is { } grant && grant.Session != session) return;
            running.IsEnding = true;
            ending = running;
        }
        _ = EndAsync(ending);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAgentAsync();

    // Programs are asked first: some take their time.
    private async Task EndAsync(RunningSession session)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 700)));
        lock (_gate)
        {
            if (_running.GetValueOrDefault(session.User) == session) End(session, "ordered");
        }
        Ring();
    }

    private async Task<Logon> AppearAsync(string user, Grant grant, string boot, TimeSpan making)
    {
        var until = clock.Now + EndingPatience;
        if (!Runs(user)) await Task.Delay(making);
        while (true)
        {
            lock (_gate)
            {
                if (Boot != boot) return new Logon.NoAnswer();
                if (_running.GetValueOrDefault(user) is not { IsEnding: true })
                {
                    // A newer logon was granted meanwhile: the screen is its.
                    if (_grants[user].Fence > grant.Fence) return new Logon.NoAnswer();
                    return new Logon.In(Take(user, grant, boot));
                }
            }
            if (clock.Now > until) return new Logon.NoAnswer();
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private bool Runs(string user)
    {
        lock (_gate) return _running.ContainsKey(user);
    }

    private Connection Take(string user, Grant grant, string boot)
    {
        if (_running.GetValueOrDefault(user) is not { } session)
        {
            session = _running[user] = new RunningSession(user, 10 + _display++, DateTime.UtcNow);
            history.Add(new Started(clock.Now, name, boot, user, grant.Pool, grant.Session));
        }
        else if (session.Id != grant.Session)
        {
            history.Add(new Started(clock.Now, name, boot, user, grant.Pool, grant.Session));
        }
        session.Id = grant.Session;
        session.Drop();
        var connection = session.Connection = new Connection();
        Ring();
        return connection;
    }

    private void End(RunningSession session, string cause)
    {
        session.Drop();
        _running.Remove(session.User);
        history.Add(new Gone(clock.Now, name, Boot, session.User, session.Id, cause));
    }

    private void Ring() => _agent?.Ring();

    private sealed record Grant(string Session, ulong Fence, string Person, string Pool);

    private sealed class RunningSession(string user, int display, DateTime since)
    {
        public string User => user;

        public int Display => display;

        public DateTime Since => since;

        public string Id { get; set; } = "";

        public bool IsEnding { get; set; }

        public Connection? Connection { get; set; }

        public void Drop()
        {
            Connection?.Cut();
            Connection = null;
        }
    }
}
