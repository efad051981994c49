namespace VdiBroker.Directory;

/// <summary>What this room says to operators: ids 500 to 599. Ids of directories, addresses of servers; never a DN, a name, a password.</summary>
internal sealed partial class DirectoryLog(ILogger<DirectoryLog> logger)
{
    [LoggerMessage(500, LogLevel.Information, "Directory {Directory} answers")]
    public partial void Answers(string directory);

    [LoggerMessage(501, LogLevel.Error, "Directory {Directory} does not answer yet: {Cause}. Sign-ins of its tenants are refused until it does.")]
    public partial void NotThere(string directory, string cause);

    [LoggerMessage(504, LogLevel.Warning, "Directory {Directory}: a login name is that of several entries; nobody can sign in by it")]
    public partial void Ambiguous(string directory);

    [LoggerMessage(505, LogLevel.Warning, "Directory {Directory}: someone outside every tenant's branch (people_under) was refused")]
    public partial void OutsideEveryTenant(string directory);

    [LoggerMessage(506, LogLevel.Information, "Directory {Directory}: someone of {Tenant} must change their password first and was refused")]
    public partial void MustChange(string directory, string tenant);

    [LoggerMessage(507, LogLevel.Warning, "Directory {Directory}: {Cause}; a sign-in was answered with out of reach")]
    public partial void OutOfReach(string directory, string cause);
}
