namespace VdiBroker.Directory;

/// <summary>What this room says to operators: ids 500 to 599. Ids of directories, addresses of servers; never a DN, a name, a password.</summary>
internal sealed partial class DirectoryLog(ILogger<DirectoryLog> logger)
{
    [LoggerMessage(500, LogLevel.Information, "Directory {Directory} answers")]
    public partial void Answers(string directory);

    [LoggerMessage(501, LogLevel.Error, "Directory {Directory} does not answer yet: {Cause}. Sign-ins of its tenants are refused until it does.")]
    public partial void NotThere(string directory, string cause);

    [LoggerMessage(502, LogLevel.Warning, "Directory {Directory}: groups in groups could not be read again: {Cause}. What is known of them holds until it is too old.")]
    public partial void NotRefreshed(string directory, string cause);

    [LoggerMessage(503, LogLevel.Warning, "Directory {Directory}: someone of {Tenant} is in more groups than max_depth and max_count let count")]
    public partial void GroupsCut(string directory, string tenant);

    [LoggerMessage(504, LogLevel.Warning, "Directory {Directory}: a login name is that of several entries; nobody can sign in by it alone")]
    public partial void Ambiguous(string directory);

    [LoggerMessage(505, LogLevel.Warning, "Directory {Directory}: someone outside every tenant's branch (people_under) was refused")]
    public partial void OutsideEveryTenant(string directory);

    [LoggerMessage(506, LogLevel.Information, "Directory {Directory}: someone of {Tenant} was refused after a right password: {State}")]
    public partial void Barred(string directory, string tenant, AccountState state);

    [LoggerMessage(507, LogLevel.Warning, "Directory {Directory}: {Cause}; a sign-in was answered with out of reach")]
    public partial void OutOfReach(string directory, string cause);

    [LoggerMessage(508, LogLevel.Information, "Directory {Directory} refers to other servers ({References} references in one answer); they are not followed")]
    public partial void References(string directory, int references);

    [LoggerMessage(509, LogLevel.Warning, "Directory {Directory}: someone was refused whose login or account name is none, too long or holds characters that no name has")]
    public partial void UnusableLogin(string directory);

    [LoggerMessage(510, LogLevel.Information, "Directory {Directory}: someone of {Tenant} has changed their password")]
    public partial void PasswordChanged(string directory, string tenant);

    [LoggerMessage(511, LogLevel.Information, "Directory {Directory}: a new password of someone of {Tenant} was not taken: {Reason}")]
    public partial void PasswordRefused(string directory, string tenant, PasswordRefusal reason);
}
