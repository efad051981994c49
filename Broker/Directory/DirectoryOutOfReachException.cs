namespace VdiBroker.Directory;

/// <summary>What kind of outage it was, for what to do next.</summary>
internal enum Outage
{
    /// <summary>The connection broke or could not be made.</summary>
    Lost,

    /// <summary>No answer within the deadline.</summary>
    Silent,

    /// <summary>The server answered that it cannot or will not.</summary>
    Unwilling,

    /// <summary>The server refused the broker's own account.</summary>
    OwnAccount,

    /// <summary>Too many sign-ins wait already.</summary>
    Crowded,
}

/// <summary>A directory could not be asked. The message is for operators; it holds no DN, name or password.</summary>
internal sealed class DirectoryOutOfReachException(Outage outage, string cause, Exception? inner = null) : Exception(cause, inner)
{
    public Outage Outage { get; } = outage;
}
