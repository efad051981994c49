namespace VdiBroker.Ldap;

/// <summary>What this room says to operators: ids 600 to 649. Ids of directories, addresses of servers; never a DN, a name, a password.</summary>
internal sealed partial class LdapLog(ILogger<LdapLog> logger)
{
    [LoggerMessage(600, LogLevel.Warning, "Directory {Directory}: {Cause}; it is tried again every second, and nobody waits for it")]
    public partial void ServerOut(string directory, string cause);

    [LoggerMessage(601, LogLevel.Information, "Directory {Directory}: {Server} is back after {Seconds} s")]
    public partial void ServerBack(string directory, string server, double seconds);

    [LoggerMessage(602, LogLevel.Information, "Directory {Directory}: {Server} is being tried: {Cause}")]
    public partial void ServerSuspect(string directory, string server, string cause);

    [LoggerMessage(603, LogLevel.Information, "Directory {Directory}: certificate of {Server} changed: {Change}; it is trusted")]
    public partial void CertificateChanged(string directory, string server, string change);

    [LoggerMessage(604, LogLevel.Warning, "Directory {Directory}: certificate of {Server} ends on {Until:yyyy-MM-dd}: renew it")]
    public partial void CertificateEnds(string directory, string server, DateTimeOffset until);
}
