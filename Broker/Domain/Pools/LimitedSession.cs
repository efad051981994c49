using System.Collections.Immutable;

namespace VdiBroker.Pools;

/// <summary>The end that a person was told of. It holds wherever they go on, and is never earlier than what was told.</summary>
/// <param name="Limit">Why.</param>
/// <param name="EndsAt">When the desktop is ended, by the store's clock.</param>
public sealed record EndPromise(Limit Limit, DateTimeOffset EndsAt);

/// <summary>An end that something else than the session's own limits asks for: the pool closes, a host is drained, a seat is asked back.</summary>
/// <param name="Limit">Why.</param>
/// <param name="At">When; the past = as soon as its person has been warned.</param>
public sealed record EndDemand(Limit Limit, DateTimeOffset At)
{
    /// <summary>Its person is told from then on, if that is sooner than the pool's time of warning; null = not sooner.</summary>
    public DateTimeOffset? ToldFrom { get; init; }

    /// <summary>When its person is told.</summary>
    /// <param name="warn">The pool's time of warning.</param>
    public DateTimeOffset TellAt(TimeSpan warn) => ToldFrom is { } told && told < At - warn ? told : At - warn;
}

/// <summary>A session as its limits see it.</summary>
/// <param name="OnScreen">On a station's screen; else on nobody's.</param>
/// <param name="Since">When it began; null = not known.</param>
/// <param name="PhaseSince">Since when it is on that screen, or on nobody's; null = not known.</param>
public sealed record LimitedSession(bool OnScreen, DateTimeOffset? Since, DateTimeOffset? PhaseSince)
{
    /// <summary>For how long nobody has touched it; null = not known.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>What its person was told; null = nothing.</summary>
    public EndPromise? Promise { get; init; }

    /// <summary>Until when a limit does not hold because its person asked for more time.</summary>
    public ImmutableDictionary<Limit, DateTimeOffset> Spared { get; init; } = ImmutableDictionary<Limit, DateTimeOffset>.Empty;

    /// <summary>How often its person has asked for more time and got it.</summary>
    public int Extensions { get; init; }
}

/// <summary>What to do about a session's limits. Closed: the cases are nested here.</summary>
public abstract record LimitDecision
{
    private LimitDecision()
    {
    }

    /// <summary>Nothing now.</summary>
    public sealed record Nothing : LimitDecision
    {
        /// <summary>The one that there is need of: it is the answer to nearly everybody.</summary>
        public static readonly Nothing Now = new();
    }

    /// <summary>Its person is told: it ends at <paramref name="At"/>, and not before the pool's time of warning has passed.</summary>
    public sealed record Warn(Limit Limit, DateTimeOffset At) : LimitDecision;

    /// <summary>What was told holds no more: the cause has gone.</summary>
    public sealed record TakeBack(Limit Limit) : LimitDecision;

    /// <summary>It is ended now.</summary>
    /// <param name="Limit">Why.</param>
    /// <param name="Warned">Its person was told; false: it is on nobody's screen.</param>
    public sealed record End(Limit Limit, bool Warned) : LimitDecision;
}

/// <summary>What comes of asking for more time. Closed: the cases are nested here.</summary>
public abstract record ExtensionDecision
{
    private ExtensionDecision()
    {
    }

    /// <summary>The limit does not hold before <paramref name="Until"/>.</summary>
    public sealed record Grant(Limit Limit, DateTimeOffset Until) : ExtensionDecision;

    /// <summary>It was granted already, and the answer was lost perhaps: the end that holds.</summary>
    public sealed record Holds(DateTimeOffset Until) : ExtensionDecision;

    /// <summary>The pool allows none, none is left, or nothing is about to end.</summary>
    public sealed record Refuse : ExtensionDecision;
}
