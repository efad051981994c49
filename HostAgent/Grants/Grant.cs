namespace VdiBroker.Agent.Grants;

/// <summary>A granted redemption: which session of the broker's the user's desktop on this host is.</summary>
/// <param name="User">Account name.</param>
/// <param name="SessionId">The broker's name of the session.</param>
/// <param name="Fence">The broker's number of the opening.</param>
/// <param name="At">When it was granted.</param>
internal sealed record Grant(string User, string SessionId, ulong Fence, DateTimeOffset At);
