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

    [LoggerMessage(704, LogLevel.Warning, "host {host} is dead: its agent has been silent for too long; the people whose desktops are there are told")]
    public static partial void Dead(ILogger logger, HostId host);

    [LoggerMessage(705, LogLevel.Information, "host {host} is not taken for dead any more: {health}")]
    public static partial void Back(ILogger logger, HostId host, HostHealth health);

    [LoggerMessage(706, LogLevel.Warning, "the store was emptied, and the drain of host {host}, planned by {by}, with it: it was put back")]
    public static partial void DrainPutBack(ILogger logger, HostId host, string by);

    [LoggerMessage(707, LogLevel.Error, "host {host} has a drain that nobody can read: {why}. It takes nobody, and nobody is ended there by it, until somebody decides anew: 'broker host drain {host}' or 'broker host undrain {host}'")]
    public static partial void DrainUnreadable(ILogger logger, HostId host, string why);
}
