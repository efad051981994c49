namespace VdiBroker.Sessions;

/// <summary>
/// The life of a session on a machine without an agent. Nobody reports for the machine: the station that shows its picture says so, and keeps saying so while it
/// follows the session. What is silent is on nobody's screen; what runs on the machine itself is not known and not touched.
/// </summary>
public static class MachineLife
{
    /// <summary>How often a station that follows a session is heard of.</summary>
    public static readonly TimeSpan HeardEvery = TimeSpan.FromSeconds(5);

    /// <summary>A station that has not been heard of for so long shows the machine no more.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);

    /// <summary>The longest that a station which was cut from its broker may take to be heard of again: half of <see cref="Silence"/>, the other half is for what it takes to come back.</summary>
    public static readonly TimeSpan LongestReturn = Silence / 2;

    /// <summary>A machine that has been on nobody's screen for so long is free for another of its owners; the person's programs on it are as they left them.</summary>
    public static readonly TimeSpan Vacancy = TimeSpan.FromMinutes(15);

    /// <summary>The station has the machine's picture.</summary>
    public const string Shown = "shown";

    /// <summary>The machine has been on nobody's screen for long.</summary>
    public const string Vacant = "vacant";

    /// <summary>Signed out of: the station has let the machine go, and nobody could say more.</summary>
    public const string LetGo = "let-go";

    /// <summary>What has become of a session by the clock alone.</summary>
    /// <param name="session">As it is believed.</param>
    /// <param name="lease">How long a claim may stay unconfirmed.</param>
    /// <param name="now">The store's time.</param>
    /// <param name="hearingFor">For how long the store has been there without a break: what stations could not say during one counts as nothing.</param>
    /// <returns>Null when it is as believed. Applied and asked again, it answers null, or what comes after it in time.</returns>
    public static Correction? Decide(Session session, TimeSpan lease, DateTimeOffset now, TimeSpan hearingFor) => session.Phase switch
    {
        SessionPhase.Opening when now >= (session.LeaseUntil ?? session.PhaseSince) && hearingFor > lease =>
            new Correction(session, session.Redeemed.Value == 0 ? SessionPhase.Expired : SessionPhase.Disconnected, Reconciliation.LeaseOver),
        SessionPhase.Active when now >= Later(session.HeardAt, session.PhaseSince) + Silence && hearingFor > Silence => new Correction(session, SessionPhase.Disconnected, Reconciliation.StationGone),
        SessionPhase.Disconnected when now >= session.PhaseSince + Vacancy && hearingFor > Silence => new Correction(session, SessionPhase.Ended, Vacant),
        SessionPhase.Ending => new Correction(session, SessionPhase.Ended, LetGo),
        _ => null,
    };

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
