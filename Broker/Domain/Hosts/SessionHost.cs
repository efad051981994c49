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

    /// <summary>The session is over, and its host removes what its visitor left; null = it runs.</summary>
    public WipeSeen? Wipe { get; init; }

    /// <summary>It runs, and its host's session manager has lost it: nobody can come back to it. Who has it on their screen keeps it; else the host ends it.</summary>
    public bool Orphaned { get; init; }
}

/// <summary>What a visitor left is being removed.</summary>
/// <param name="Failed">Tries that have failed so far.</param>
/// <param name="Left">What was left after the last one, in words; empty = none has failed.</param>
public sealed record WipeSeen(int Failed, string Left);

/// <summary>Somebody was kept out by a host because the desktop that runs under their account there is another person's.</summary>
/// <param name="User">Account name.</param>
/// <param name="Session">Session of the granted ticket, 1 to 64 characters.</param>
/// <param name="Person">Whose ticket it was.</param>
/// <param name="Holder">Whose desktop it is.</param>
public sealed record KeptOutSeen(string User, string Session, string Person, string Holder);

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
public sealed record HostObservation(DateTimeOffset SeenAt, DateTimeOffset? DetachedAt, string BootId, string CertificateSha256, double LoadPerCore, double MemoryUsed)
{
    /// <summary>When it was heard.</summary>
    public HostVoice Voice => new(SeenAt, DetachedAt);
}
