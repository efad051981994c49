namespace VdiBroker.Agent.Watching;

/// <summary>A session that runs on this host: one X server of xrdp.</summary>
/// <param name="User">Account name of the X server's owner.</param>
/// <param name="UserId">User id of the owner.</param>
/// <param name="Display">X display number.</param>
/// <param name="Connected">A station is connected to it now.</param>
/// <param name="Since">Start of the X server.</param>
/// <param name="Server">The X server itself.</param>
internal sealed record RunningSession(string User, uint UserId, uint Display, bool Connected, DateTimeOffset Since, SessionServer Server)
{
    /// <summary>sesman has lost it: nobody can come back to it, and whoever logs on gets another desktop beside it.</summary>
    public bool Orphaned { get; init; }
}

/// <summary>The X server of a session.</summary>
/// <param name="Process">Process id.</param>
/// <param name="StartTicks">Its start in clock ticks; with <paramref name="Process"/> it names one process for ever.</param>
/// <param name="Leader">Process id of its parent, the sesman process that leads the session; 1 where that has died.</param>
internal readonly record struct SessionServer(int Process, ulong StartTicks, int Leader)
{
    /// <summary>True for the same process, whoever its parent is now.</summary>
    public bool IsSameAs(SessionServer other) => Process == other.Process && StartTicks == other.StartTicks;
}
