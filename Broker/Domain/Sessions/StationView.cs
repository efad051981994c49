using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>What a session is to one station that once held it.</summary>
public enum StationView
{
    /// <summary>Promised; not on the screen yet.</summary>
    Opening,

    /// <summary>On this station's screen.</summary>
    Active,

    /// <summary>Runs on, on nobody's screen.</summary>
    Disconnected,

    /// <summary>The host refused this station's ticket: take a fresh one.</summary>
    TicketRefused,

    /// <summary>Final: another sign-in holds it.</summary>
    Moved,

    /// <summary>Final: signed out.</summary>
    SignedOut,

    /// <summary>Final: the host is gone.</summary>
    HostLost,

    /// <summary>Final: nobody connected in time.</summary>
    Expired,

    /// <summary>The host of the desktop does not answer the broker; the picture may still work.</summary>
    HostSilent,

    /// <summary>Final: the store was lost, and no host knows of it any more.</summary>
    Forgotten,
}

/// <summary>Tells a station what became of the session it holds, or held.</summary>
public static class StationViews
{
    /// <summary>What <paramref name="session"/> is to the holder of <paramref name="serial"/> and <paramref name="fence"/>.</summary>
    /// <param name="session">The session now; null = forgotten: for good, once every host has had its time to tell of it.</param>
    /// <param name="serial">Number of the station's sign-in.</param>
    /// <param name="fence">The fence that the station holds. A larger one of the same sign-in is the station's own fresh ticket: no move.</param>
    public static StationView Of(Session? session, long serial, Fence fence) => session switch
    {
        null => StationView.Forgotten,
        _ when session.Serial > serial => StationView.Moved,
        { Phase: SessionPhase.Lost } => StationView.HostLost,
        { Phase: SessionPhase.Expired } => StationView.Expired,
        { Phase: SessionPhase.Ended } => StationView.SignedOut,
        // What follows is the host's affair: the station is free for the next person, who must not see what is being removed.
        { Phase: SessionPhase.Ending, Person.IsVisitor: true } => StationView.SignedOut,
        _ when session.Refused >= fence && !session.IsRedeemed => StationView.TicketRefused,
        { Phase: SessionPhase.Opening } => StationView.Opening,
        { Phase: SessionPhase.Disconnected } => StationView.Disconnected,
        _ => StationView.Active,
    };

    /// <summary>What a desktop is to its station while its host is dead and nothing has become of it yet.</summary>
    public static StationView OnDeadHost(StationView view, Session session) =>
        view is StationView.Opening or StationView.Active or StationView.Disconnected && session.Phase != SessionPhase.Ending ? StationView.HostSilent : view;

    /// <summary>True for what ends the station's interest.</summary>
    public static bool IsFinal(StationView view) =>
        view is StationView.Moved or StationView.SignedOut or StationView.HostLost or StationView.Expired or StationView.Forgotten;
}
