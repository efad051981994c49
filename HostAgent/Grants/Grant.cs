using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Grants;

/// <summary>A granted redemption: which session of the broker's the user's desktop on this host is.</summary>
/// <param name="User">Account name.</param>
/// <param name="SessionId">The broker's name of the session.</param>
/// <param name="Fence">The broker's number of the opening.</param>
/// <param name="Person">The broker's name of the person; empty where an older broker granted it.</param>
/// <param name="Pool">The pool of the session; empty likewise.</param>
/// <param name="At">When it was granted.</param>
internal sealed record Grant(string User, string SessionId, ulong Fence, string Person, string Pool, DateTimeOffset At)
{
    /// <summary>Print queues of the place where the person sits, the usual one first, by commas.</summary>
    public string Printers { get; init; } = "";

    /// <summary>The same, each by itself.</summary>
    public IReadOnlyList<string> Queues => QueueNames.Of(Printers.Split(','));

    /// <summary>What a desktop that begins now is like; null = the broker did not say, or an earlier agent was told. Not kept with the grant.</summary>
    public DesktopSettings? Settings { get; init; }
}
