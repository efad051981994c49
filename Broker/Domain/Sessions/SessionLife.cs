using System.Collections.Immutable;

namespace VdiBroker.Sessions;

/// <summary>What can happen to a session.</summary>
public enum LifeEvent
{
    /// <summary>A station asks for it: it is promised to that station under a lease.</summary>
    Moved,

    /// <summary>Its host has accepted the station's ticket.</summary>
    Admitted,

    /// <summary>Its host sees a station on it.</summary>
    SeenOnScreen,

    /// <summary>Its host has it, and no station is on it.</summary>
    SeenAlone,

    /// <summary>Its host had it, and has it no more.</summary>
    Gone,

    /// <summary>Its host was started anew.</summary>
    HostRestarted,

    /// <summary>Its host has gone, and the person takes a new desktop in its place.</summary>
    GivenUp,

    /// <summary>It was promised for the first time, and nobody came before the lease ended.</summary>
    LeaseOver,

    /// <summary>It was there before it was promised to another station, and nobody came from there before the lease ended.</summary>
    MoveLeaseOver,

    /// <summary>Its end was ordered: by its person, a limit, a lesson's end, an operator; or its host tells that a visitor's desktop is over, and removes what it left.</summary>
    EndOrdered,

    /// <summary>Its person was told of an end that comes near.</summary>
    Warned,

    /// <summary>The end that was told of was taken back, or put off.</summary>
    Spared,
}

/// <summary>What an event does to a session. Closed: the cases are nested here.</summary>
public abstract record LifeStep
{
    private LifeStep()
    {
    }

    /// <summary>It is in this phase now.</summary>
    public sealed record Became(SessionPhase Phase) : LifeStep;

    /// <summary>It stays what it is: the event is no news of its phase.</summary>
    public sealed record Absorbed : LifeStep;

    /// <summary>It cannot happen in this phase; what asked for it is told so.</summary>
    public sealed record Refused : LifeStep;
}

/// <summary>
/// The life of a session: the one table of its phases. Every script commits a step of this table and no other. Nothing leaves a final phase, and what happens twice
/// leaves what happened once.
/// </summary>
public static class SessionLife
{
    private static readonly LifeStep _absorbed = new LifeStep.Absorbed();
    private static readonly LifeStep _refused = new LifeStep.Refused();

    /// <summary>Phases of a desktop that a person can use or come back to.</summary>
    public static readonly ImmutableArray<SessionPhase> Running = [SessionPhase.Opening, SessionPhase.Active, SessionPhase.Disconnected];

    /// <summary>What an event does to a session.</summary>
    /// <param name="phase">Where it is in its life.</param>
    /// <param name="happened">What happened.</param>
    public static LifeStep Evolve(SessionPhase phase, LifeEvent happened) => (phase, happened) switch
    {
        // What has ended is told nothing more; what would need it alive is refused.
        (SessionPhase.Ended or SessionPhase.Lost or SessionPhase.Expired, LifeEvent.Moved or LifeEvent.Admitted or LifeEvent.Warned or LifeEvent.Spared) => _refused,
        (SessionPhase.Ended or SessionPhase.Lost or SessionPhase.Expired, _) => _absorbed,

        // What is ending only ends.
        (SessionPhase.Ending, LifeEvent.Gone or LifeEvent.HostRestarted) => new LifeStep.Became(SessionPhase.Ended),
        (SessionPhase.Ending, LifeEvent.GivenUp) => new LifeStep.Became(SessionPhase.Lost),
        (SessionPhase.Ending, LifeEvent.Moved or LifeEvent.Admitted or LifeEvent.Warned or LifeEvent.Spared) => _refused,
        (SessionPhase.Ending, _) => _absorbed,

        (SessionPhase.Opening, LifeEvent.Moved) => _absorbed,
        (_, LifeEvent.Moved) => new LifeStep.Became(SessionPhase.Opening),
        (SessionPhase.Active, LifeEvent.SeenOnScreen) or (SessionPhase.Disconnected, LifeEvent.SeenAlone) => _absorbed,
        (_, LifeEvent.SeenOnScreen) => new LifeStep.Became(SessionPhase.Active),
        (_, LifeEvent.SeenAlone) => new LifeStep.Became(SessionPhase.Disconnected),
        (_, LifeEvent.Gone) => new LifeStep.Became(SessionPhase.Ended),
        (_, LifeEvent.HostRestarted or LifeEvent.GivenUp) => new LifeStep.Became(SessionPhase.Lost),
        (SessionPhase.Opening, LifeEvent.LeaseOver) => new LifeStep.Became(SessionPhase.Expired),
        (SessionPhase.Opening, LifeEvent.MoveLeaseOver) => new LifeStep.Became(SessionPhase.Disconnected),
        (_, LifeEvent.EndOrdered) => new LifeStep.Became(SessionPhase.Ending),
        _ => _absorbed,
    };

    /// <summary>The phase after an event: another, or the same.</summary>
    public static SessionPhase After(SessionPhase phase, LifeEvent happened) => Evolve(phase, happened) is LifeStep.Became became ? became.Phase : phase;

    /// <summary>The phases from which what a host tells can lead to <paramref name="phase"/>; a living one also to itself.</summary>
    public static ImmutableArray<SessionPhase> Before(SessionPhase phase) =>
        [.. Enum.GetValues<SessionPhase>().Where(from => !IsFinal(from) && (from == phase || _told.Any(happened => Evolve(from, happened) is LifeStep.Became became && became.Phase == phase)))];

    /// <summary>True once nothing can bring a session back.</summary>
    public static bool IsFinal(SessionPhase phase) => phase is SessionPhase.Ended or SessionPhase.Lost or SessionPhase.Expired;

    private static readonly ImmutableArray<LifeEvent> _told = [LifeEvent.SeenOnScreen, LifeEvent.SeenAlone, LifeEvent.EndOrdered, LifeEvent.Gone, LifeEvent.HostRestarted];
}
