namespace VdiBroker.Ldap;

/// <summary>What kind of outage it was, for what to do next.</summary>
internal enum Outage
{
    /// <summary>The connection broke or could not be made.</summary>
    Lost,

    /// <summary>No answer within the deadline.</summary>
    Silent,

    /// <summary>The server's certificate is not one to trust.</summary>
    Untrusted,

    /// <summary>The server answered that it cannot or will not.</summary>
    Unwilling,

    /// <summary>The server refused the broker's own account.</summary>
    OwnAccount,

    /// <summary>Too many calls wait already.</summary>
    Crowded,
}

/// <summary>A directory could not be asked. The message is for operators; it holds no DN, name or password.</summary>
internal sealed class DirectoryOutOfReachException(Outage outage, string cause, Exception? inner = null) : Exception(cause, inner)
{
    public Outage Outage { get; } = outage;

    /// <summary>The LDAP result code of an <see cref="Outage.Unwilling"/> answer; else 0.</summary>
    public int Code { get; init; }

    /// <summary>True when it says that the server itself is ill, not that it will not do this one thing.</summary>
    public bool IsOfTheServer => Outage switch
    {
        Outage.Unwilling => LdapResult.IsOfTheServer(Code),
        Outage.Crowded => false,
        _ => true,
    };
}
