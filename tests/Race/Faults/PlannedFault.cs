using System.Globalization;

namespace VdiBroker.Race.Faults;

/// <summary>What can be done to a part.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL, and started again.</summary>
    BrokerKill,

    /// <summary>SIGSTOP, and SIGCONT.</summary>
    BrokerPause,

    /// <summary>SIGKILL of the store's server, of its master where there are several, and started again.</summary>
    StoreKill,

    /// <summary>SIGSTOP of it, and SIGCONT.</summary>
    StorePause,

    /// <summary>SIGKILL of an agent, and started again; sessions are kept.</summary>
    AgentKill,

    /// <summary>SIGSTOP of an agent, and SIGCONT.</summary>
    AgentPause,

    /// <summary>Every broker, one after the other, over and over: SIGTERM, started again, a pause.</summary>
    Upgrade,

    /// <summary>A host dies with all its sessions, and comes back under another boot.</summary>
    HostCrash,
}

/// <summary>One line of the schedule.</summary>
/// <param name="At">When, from the start of the race proper.</param>
/// <param name="Kind">What.</param>
/// <param name="Target">To which broker or host, from 0; 0 for the store.</param>
/// <param name="For">How long until its cause is taken away.</param>
internal sealed record PlannedFault(TimeSpan At, FaultKind Kind, int Target, TimeSpan For)
{
    /// <summary>When its cause is taken away.</summary>
    public TimeSpan Until => At + For;

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,6:0.0} s  {Kind} {Target} for {For.TotalSeconds:0.0} s");
}
