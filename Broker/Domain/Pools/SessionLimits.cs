namespace VdiBroker.Pools;

/// <summary>How long a pool lets a session be.</summary>
public sealed record SessionLimits
{
    /// <summary>No limit; who must go for another reason is warned 5 minutes before.</summary>
    public static readonly SessionLimits None = new();

    // What a host tells of idle times is a little late, and not always equally so.
    private static readonly TimeSpan _slack = TimeSpan.FromSeconds(2);

    // A host asks its sessions every 5 s whether they were touched, and its report takes its time: who touches the desktop at the last moment is heard of so late.
    private static readonly TimeSpan _unheard = TimeSpan.FromSeconds(6);

    /// <summary>The longest time that nobody touches it while it is on a screen; null = any. Longer than <see cref="Warn"/>.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>The longest time on nobody's screen; null = any.</summary>
    public TimeSpan? Disconnected { get; init; }

    /// <summary>The longest life; null = any. Longer than <see cref="Warn"/>.</summary>
    public TimeSpan? Longest { get; init; }

    /// <summary>How long before its end the person at a desktop is told.</summary>
    public TimeSpan Warn { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much more time a person gets by asking for it. Longer than <see cref="Warn"/>: who asks twice for one warning gets it once.</summary>
    public TimeSpan Extend { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often they get it in one session; 0 = never.</summary>
    public int Extensions { get; init; }

    /// <summary>They get it at the pool's closing hour too.</summary>
    public bool ExtendsHours { get; init; }

    /// <summary>There is nothing to decide, whatever the session is: nothing asks for its end, and its person was told of none. True of most sessions at most reports.</summary>
    /// <param name="told">What its person was told; null = nothing.</param>
    /// <param name="demands">What else asks for its end.</param>
    public bool LetBe(EndPromise? told, IReadOnlyCollection<EndDemand> demands) => told is null && demands.Count == 0 && Idle is null && Disconnected is null && Longest is null;

    /// <summary>What to do about a session now. Asked at every report of its host; the same answer twice does no harm.</summary>
    /// <param name="session">What is so.</param>
    /// <param name="demands">What else asks for its end.</param>
    /// <param name="now">The store's time.</param>
    public LimitDecision Decide(LimitedSession session, IEnumerable<EndDemand> demands, DateTimeOffset now)
    {
        var ends = Ends(session, demands, now).OrderBy(end => end.At).ToList();
        var stands = session.Promise is { } promise && ends.Any(end => end.Limit == promise.Limit && end.At <= promise.EndsAt + Part(_slack)) ? session.Promise : null;
        if (!session.OnScreen)
        {
            if (ends is [{ } first, ..] && first.At <= now) return new LimitDecision.End(first.Limit, Warned: false);
            return TakenBack(session, stands);
        }
        // Who came to this screen after the end that was told knows nothing of it: they are told anew.
        if (stands is not null && session.PhaseSince > stands.EndsAt) stands = null;
        if (stands is not null && now >= stands.EndsAt + (stands.Limit == Limit.Idle ? Part(_unheard) : TimeSpan.Zero)) return new LimitDecision.End(stands.Limit, Warned: true);
        if (ends.FirstOrDefault(end => end.TellAt(Warn) <= now) is { } next && (stands is null || (next.Limit != stands.Limit && Later(next.At, now + Warn) < stands.EndsAt)))
            return new LimitDecision.Warn(next.Limit, next.At);
        return TakenBack(session, stands);
    }

    /// <summary>What comes of a person's wish for more time. Asked twice for one warning, the second answer is the first one again.</summary>
    public ExtensionDecision DecideExtension(LimitedSession session, DateTimeOffset now)
    {
        if (session.Promise is { } promise)
            return IsExtendable(session) ? new ExtensionDecision.Grant(promise.Limit, Later(promise.EndsAt, now) + Extend) : new ExtensionDecision.Refuse();
        return session.Spared.Values.Where(until => until > now).Select(until => (DateTimeOffset?)until).Max() is { } held ? new ExtensionDecision.Holds(held) : new ExtensionDecision.Refuse();
    }

    /// <summary>More time would be given for the end that was told of.</summary>
    public bool IsExtendable(LimitedSession session) => session.Extensions < Extensions && session.Promise?.Limit switch
    {
        Limit.Idle or Limit.Longest => true,
        Limit.Hours => ExtendsHours,
        _ => false,
    };

    private TimeSpan Part(TimeSpan time) => Warn / 2 < time ? Warn / 2 : time;

    private IEnumerable<EndDemand> Ends(LimitedSession session, IEnumerable<EndDemand> demands, DateTimeOffset now) =>
        Own(session, now).Concat(demands).Select(end => end with { At = Later(end.At, session.Spared.GetValueOrDefault(end.Limit)) });

    private IEnumerable<EndDemand> Own(LimitedSession session, DateTimeOffset now)
    {
        if (Longest is { } longest && session.Since is { } since) yield return new EndDemand(Limit.Longest, since + longest);
        if (!session.OnScreen && Disconnected is { } away && session.PhaseSince is { } left) yield return new EndDemand(Limit.Disconnected, left + away);
        // Who sits down has touched it.
        if (session.OnScreen && Idle is { } idle && session.Idle is { } untouched) yield return new EndDemand(Limit.Idle, Later(now - untouched, session.PhaseSince ?? default) + idle);
    }

    private static LimitDecision TakenBack(LimitedSession session, EndPromise? stands) =>
        session.Promise is { } told && stands is null ? new LimitDecision.TakeBack(told.Limit) : LimitDecision.Nothing.Now;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
