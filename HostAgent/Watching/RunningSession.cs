namespace VdiBroker.Agent.Watching;

/// <summary>A session that runs on this host: one X server of xrdp.</summary>
/// <param name="User">Account name of the X server's owner.</param>
/// <param name="UserId">User id of the owner.</param>
/// <param name="Display">X display number.</param>
/// <param name="Connected">A station is connected to it now.</param>
/// <param name="Since">Start of the X server.</param>
/// <param name="Server">Process id of the X server.</param>
/// <param name="ServerStart">Its start in clock ticks.</param>
/// <param name="Leader">Process id of its parent, the sesman process that leads the session; 1 where that has died.</param>
internal sealed record RunningSession(
    string User, uint UserId, uint Display, bool Connected, DateTimeOffset Since, int Server, ulong ServerStart, int Leader);
