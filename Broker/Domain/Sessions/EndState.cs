using System.Collections.Immutable;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>What is known of a session's end, before and after it.</summary>
public sealed record EndState
{
    /// <summary>Nothing: no end is in sight.</summary>
    public static readonly EndState None = new();

    /// <summary>What its person was told; null = nothing.</summary>
    public EndPromise? Promise { get; init; }

    /// <summary>Until when a limit does not hold because its person asked for more time.</summary>
    public ImmutableDictionary<Limit, DateTimeOffset> Spared { get; init; } = ImmutableDictionary<Limit, DateTimeOffset>.Empty;

    /// <summary>How often its person asked for more time and got it.</summary>
    public int Extensions { get; init; }

    /// <summary>The limit that ended it; null = none did, it was its person or its host.</summary>
    public Limit? EndedBy { get; init; }
}

/// <summary>Sessions as their limits see them.</summary>
public static class SessionEnds
{
    /// <summary>What limits are decided on.</summary>
    /// <param name="session">The session, active or disconnected.</param>
    /// <param name="idle">For how long nobody has touched it, by its host; null = not known.</param>
    public static LimitedSession AsLimited(this Session session, TimeSpan? idle = null) => new(session.Phase != SessionPhase.Disconnected, Known(session.Since), Known(session.PhaseSince))
    {
        Idle = idle,
        Promise = session.End.Promise,
        Spared = session.End.Spared,
        Extensions = session.End.Extensions,
    };

    // A row of an older broker does not have it.
    private static DateTimeOffset? Known(DateTimeOffset at) => at > DateTimeOffset.UnixEpoch ? at : null;
}
