using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>Where a session is in its life. Ended, Lost and Expired are final.</summary>
public enum SessionPhase
{
    /// <summary>Claimed for a station under a lease; the host has not yet seen the station's person on it.</summary>
    Opening,

    /// <summary>On a station's screen.</summary>
    Active,

    /// <summary>Runs on, on nobody's screen.</summary>
    Disconnected,

    /// <summary>Ordered to end; the host still has it.</summary>
    Ending,

    /// <summary>Signed out; gone from the host.</summary>
    Ended,

    /// <summary>The host was restarted or given up, and the session with it.</summary>
    Lost,

    /// <summary>Nobody connected before the lease ended.</summary>
    Expired,
}

/// <summary>A person's life on one desktop, as the ledger has it.</summary>
/// <param name="Id">Its id, never used again.</param>
/// <param name="Person">Whose.</param>
/// <param name="User">The person's account name on the host.</param>
/// <param name="Pool">Which pool it belongs to.</param>
/// <param name="Host">Where it runs.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="Station">The station that holds it.</param>
/// <param name="Serial">Number of the sign-in that holds it; a smaller one never takes it back.</param>
/// <param name="Fence">Grows with each opening and move.</param>
/// <param name="Redeemed">Fence of the last ticket that the host accepted; 0 = none.</param>
/// <param name="Refused">Fence of the last ticket that was refused while still wanted; 0 = none.</param>
/// <param name="LeaseUntil">End of the claim while <see cref="SessionPhase.Opening"/>, or of what it may still bring forth while <see cref="SessionPhase.Ending"/>; else null.</param>
/// <param name="Boot">Boot id of its host when it was made: what ran under another one is gone. Of an orphan it is <see cref="NoWayBack"/>.</param>
/// <param name="Revision">Grows with each change, from the store's clock (µs), so that it names one content of the row even where the store has lost writes; a commit names the one it was decided on.</param>
public sealed record Session(
    SessionId Id,
    PersonId Person,
    string User,
    PoolId Pool,
    HostId Host,
    SessionPhase Phase,
    StationId Station,
    long Serial,
    Fence Fence,
    Fence Redeemed,
    Fence Refused,
    DateTimeOffset? LeaseUntil,
    string Boot,
    long Revision)
{
    private const string Orphan = " orphaned";

    /// <summary>Its host's session manager has lost it. It stays on the screen that it is on, and the next opening gives its person a new desktop, as after a restart of the host.</summary>
    public bool IsOrphaned => Boot.EndsWith(Orphan, StringComparison.Ordinal);

    /// <summary>What a session that its host's session manager has lost remembers of its host's boot: it is the boot of no host.</summary>
    public static string NoWayBack(string boot) => boot + Orphan;

    /// <summary>When it was claimed for the first time, by the store's clock.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When it came into its present phase, by the store's clock.</summary>
    public DateTimeOffset PhaseSince { get; init; }

    /// <summary>When the station that shows it was last heard of, on a machine without an agent; the Unix epoch elsewhere, and before.</summary>
    public DateTimeOffset HeardAt { get; init; }

    /// <summary>The phase that its final one took the place of; null = it is not final, or an older broker closed it.</summary>
    public SessionPhase? Before { get; init; }

    /// <summary>What is known of its end.</summary>
    public EndState End { get; init; } = EndState.None;

    /// <summary>True once nothing can bring the session back.</summary>
    public bool IsFinal => SessionLife.IsFinal(Phase);

    /// <summary>The station's own ticket has been accepted by the host.</summary>
    public bool IsRedeemed => Redeemed == Fence;
}
