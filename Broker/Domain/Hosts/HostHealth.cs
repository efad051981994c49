namespace VdiBroker.Hosts;

/// <summary>How long silence may last.</summary>
/// <param name="ReportEvery">How often an agent reports when nothing changes.</param>
/// <param name="DeadAfter">An attached agent that has said nothing for so long is dead: its people are told, and nobody new is seated there.</param>
/// <param name="DetachedFor">An agent whose stream has been cut for so long is dead: not longer than <paramref name="DeadAfter"/>, since a cut is seen at once.</param>
public sealed record HealthThresholds(TimeSpan ReportEvery, TimeSpan DeadAfter, TimeSpan DetachedFor)
{
    /// <summary>The longest that an agent pauses between two tries to attach (its own back-off), with room for the connection.</summary>
    public static readonly TimeSpan Reattachment = TimeSpan.FromSeconds(6);

    /// <summary>An agent that is late by so much makes its host a suspect, as does a cut stream: seated there is only who can sit nowhere else. More than <see cref="ReportEvery"/>, less than <see cref="DeadAfter"/>.</summary>
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromTicks((ReportEvery + DeadAfter).Ticks / 2);

    /// <summary>
    /// After so long a silent host has also missed every way back that its agent had: nobody waits for it any more. A broker that has heard agents for less than this cannot tell a silent host from
    /// one that has not found it yet.
    /// </summary>
    public TimeSpan Settled => DeadAfter + Reattachment;

    /// <summary>Reports every second; suspect after 2.5 s without one, dead after 4 s, or 3 s after the stream was cut.</summary>
    public static readonly HealthThresholds Default = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(3));
}

/// <summary>When a host was heard.</summary>
/// <param name="SeenAt">When the last report was committed.</param>
/// <param name="DetachedAt">When the agent's stream was cut; null while it is attached.</param>
public readonly record struct HostVoice(DateTimeOffset SeenAt, DateTimeOffset? DetachedAt);

/// <summary>Whether a host may be given to people.</summary>
public enum HostHealth
{
    /// <summary>No agent has ever attached.</summary>
    NeverSeen,

    /// <summary>Dead, and for so long that nobody waits for it: what ran there is given up when its person asks for a desktop.</summary>
    Silent,

    /// <summary>Silent, but so was everybody: the broker or its store has only just come back, or the store was emptied, and the agents are on their way.</summary>
    Awaited,

    /// <summary>A machine without an agent shows another certificate than the declared one: nobody may show it a password.</summary>
    Untrusted,

    /// <summary>Healthy: the agent reports; a machine without one answers.</summary>
    Live,

    /// <summary>The agent is late, or its stream was cut a moment ago: the last resort.</summary>
    Suspect,

    /// <summary>Dead, since a moment only: its people are told and offered another desktop, but what runs there is not given up unless they ask for it.</summary>
    Missed,
}

/// <summary>Judges hosts from what their agents said.</summary>
public static class HostJudgement
{
    /// <summary>The health of a host at <paramref name="now"/>.</summary>
    /// <param name="voice">When the agent was heard; null = never.</param>
    /// <param name="thresholds">How long silence may last.</param>
    /// <param name="now">The store's time, the same clock as in <paramref name="voice"/>.</param>
    /// <param name="hearingFor">For how long this broker has heard agents without a break: since its start, or since the store was last out of reach.</param>
    /// <param name="storeAge">For how long the store has been filled: an emptied one knows nothing of hosts that were there before.</param>
    public static HostHealth Judge(HostVoice? voice, HealthThresholds thresholds, DateTimeOffset now, TimeSpan hearingFor, TimeSpan storeAge)
    {
        if (voice is not { } heard) return storeAge < thresholds.Settled ? HostHealth.Awaited : HostHealth.NeverSeen;
        var silentFor = now - heard.SeenAt;
        var cutFor = heard.DetachedAt is { } cut ? now - cut : (TimeSpan?)null;
        if (silentFor <= thresholds.DeadAfter && (cutFor is null || cutFor <= thresholds.DetachedFor))
            return silentFor <= thresholds.SuspectAfter && cutFor is null ? HostHealth.Live : HostHealth.Suspect;
        if (hearingFor < thresholds.Settled) return HostHealth.Awaited;
        return silentFor < thresholds.Settled ? HostHealth.Missed : HostHealth.Silent;
    }

    /// <summary>Its agent reports, in time or late: it may be given to people.</summary>
    public static bool Reports(this HostHealth health) => health is HostHealth.Live or HostHealth.Suspect;

    /// <summary>Known to be dead: the people whose desktops are there are told.</summary>
    public static bool IsDead(this HostHealth health) => health is HostHealth.Missed or HostHealth.Silent;
}
