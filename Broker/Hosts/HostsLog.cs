using VdiBroker.Kernel;

namespace VdiBroker.Hosts;

/// <summary>Log of the hosts room, ids 700 to 799.</summary>
internal static partial class HostsLog
{
    [LoggerMessage(700, LogLevel.Information, "host {host} attached: agent {version}, boot {boot}")]
    public static partial void Attached(ILogger logger, HostId host, string version, string boot);

    [LoggerMessage(701, LogLevel.Warning, "host {host} detached")]
    public static partial void Detached(ILogger logger, HostId host);

    [LoggerMessage(702, LogLevel.Information, "host {host}: a newer stream speaks for it; this one ends")]
    public static partial void Stale(ILogger logger, HostId host);

    [LoggerMessage(703, LogLevel.Warning, "host {host} was restarted: what ran on it before is gone")]
    public static partial void Restarted(ILogger logger, HostId host);
}
