using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Hosts;

/// <summary>A declared session host.</summary>
/// <param name="Id">Its name in the city file and in its certificate.</param>
/// <param name="Address">Where stations reach its RDP server: host name or IP address.</param>
/// <param name="Port">TCP port of the RDP server, 1 to 65535.</param>
/// <param name="Seats">How many people it may carry at once, at least 1.</param>
public sealed record SessionHost(HostId Id, string Address, int Port, int Seats)
{
    /// <summary>How strong it is beside others with as many seats: at 2 it is given people until it is as full as two of weight 1 together; above 0.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>How long silence may last.</summary>
/// <param name="ReportEvery">How often an agent reports when nothing changes.</param>
/// <param name="DeadAfter">An attached agent that has said nothing for so long is silent.</param>
/// <param name="DetachedFor">An agent whose stream has been cut for so long is silent: shorter, since a cut is seen at once.</param>
public sealed record HealthThresholds(TimeSpan ReportEvery, TimeSpan DeadAfter, TimeSpan DetachedFor)
{
    /// <summary>The longest that an agent pauses between two tries to attach (its own back-off), with room for the connection.</summary>
    public static readonly TimeSpan Reattachment = TimeSpan.FromSeconds(6);

    /// <summary>A broker that has heard agents for less than this cannot tell a silent host from one that has not found it yet.</summary>
    public TimeSpan Settled => DeadAfter + Reattachment;

    /// <summary>Reports every 2 s; silent after 8 s without one, or 3 s after the stream was cut.</summary>
    public static readonly HealthThresholds Default = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(3));
}

/// <summary>A session that the host's agent saw.</summary>
/// <param name="User">Account name.</param>
/// <param name="Display">X display number.</param>
/// <param name="Connected">A station was connected to it.</param>
/// <param name="Since">Start of the session.</param>
public sealed record ObservedSession(string User, int Display, bool Connected, DateTimeOffset Since)
{
    /// <summary>For how long nobody has touched keyboard or mouse; null = not known.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>What the agent was told when it let the person in last; null = it was let in by nobody that the agent remembers.</summary>
    public GrantSeen? Grant { get; init; }
}

/// <summary>A granted redemption, as the agent kept it: enough to know whose session it is when the store has forgotten.</summary>
/// <param name="Session">Id of the session, 1 to 64 characters.</param>
/// <param name="Fence">The fence of the accepted ticket.</param>
/// <param name="Person">Whose; empty = an older broker did not say.</param>
/// <param name="Pool">Of which pool; empty = an older broker did not say.</param>
public sealed record GrantSeen(string Session, long Fence, string Person, string Pool);

/// <summary>What the agent last said of its host.</summary>
/// <param name="SeenAt">When the last report was committed.</param>
/// <param name="DetachedAt">When the agent's stream was cut; null while it is attached.</param>
/// <param name="BootId">Changes with each start of the host.</param>
/// <param name="CertificateSha256">SHA-256 of the RDP server's certificate, 32 bytes as lower-case hexadecimal.</param>
/// <param name="LoadPerCore">1-minute load average divided by cores, from 0.</param>
/// <param name="MemoryUsed">Share of memory in use, 0 to 1.</param>
/// <param name="Sessions">The whole list: what is not in it did not run.</param>
public sealed record HostObservation(
    DateTimeOffset SeenAt,
    DateTimeOffset? DetachedAt,
    string BootId,
    string CertificateSha256,
    double LoadPerCore,
    double MemoryUsed,
    ImmutableArray<ObservedSession> Sessions);

/// <summary>Whether a host may be given to people.</summary>
public enum HostHealth
{
    /// <summary>No agent has ever attached.</summary>
    NeverSeen,

    /// <summary>The agent has been silent or cut off for too long.</summary>
    Silent,

    /// <summary>Silent, but so was everybody: the broker or its store has only just come back, or the store was emptied, and the agents are on their way.</summary>
    Awaited,

    /// <summary>A machine without an agent shows another certificate than the declared one: nobody may show it a password.</summary>
    Untrusted,

    /// <summary>The agent reports; a machine without one answers.</summary>
    Live,
}

/// <summary>Judges hosts from what their agents said.</summary>
public static class HostJudgement
{
    /// <summary>The health of a host at <paramref name="now"/>.</summary>
    /// <param name="observation">What the agent last said; null = nothing yet.</param>
    /// <param name="thresholds">How long silence may last.</param>
    /// <param name="now">The store's time, the same clock as in the observation.</param>
    /// <param name="hearingFor">For how long this broker has heard agents without a break: since its start, or since the store was last out of reach.</param>
    /// <param name="storeAge">For how long the store has been filled: an emptied one knows nothing of hosts that were there before.</param>
    public static HostHealth Judge(HostObservation? observation, HealthThresholds thresholds, DateTimeOffset now, TimeSpan hearingFor, TimeSpan storeAge) => observation switch
    {
        null => storeAge < thresholds.Settled ? HostHealth.Awaited : HostHealth.NeverSeen,
        _ when IsHeard(observation, thresholds, now) => HostHealth.Live,
        _ => hearingFor < thresholds.Settled ? HostHealth.Awaited : HostHealth.Silent,
    };

    private static bool IsHeard(HostObservation observation, HealthThresholds thresholds, DateTimeOffset now) =>
        now - observation.SeenAt <= thresholds.DeadAfter && (observation.DetachedAt is not { } cut || now - cut <= thresholds.DetachedFor);
}
