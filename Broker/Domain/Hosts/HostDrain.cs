using VdiBroker.Kernel;

namespace VdiBroker.Hosts;

/// <summary>A host that is taken out of service, planned or under way.</summary>
/// <param name="Host">Which.</param>
/// <param name="From">From then on it takes no new person, by the store's clock; who is on nobody's screen then is ended.</param>
/// <param name="Grace">For so long after <paramref name="From"/> people may finish, then they are ended; from 0.</param>
public sealed record HostDrain(HostId Host, DateTimeOffset From, TimeSpan Grace)
{
    /// <summary>The longest that people may be given to finish.</summary>
    public static readonly TimeSpan LongestGrace = TimeSpan.FromDays(1);

    /// <summary>From then on it takes people again, by itself; null = until the drain is taken back. After <see cref="EndsAt"/>.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Who ordered it; empty = not known.</summary>
    public string By { get; init; } = "";

    /// <summary>Why, in the operator's words; may be empty.</summary>
    public string Why { get; init; } = "";

    /// <summary>
    /// What was planned cannot be read any more. Somebody wanted that host to take nobody, so it takes nobody; since when, and for how long its people may finish, nobody knows, so none of them is ended by it. It holds until an
    /// operator plans a drain anew or takes this one back. <see cref="Why"/> says what is wrong.
    /// </summary>
    public bool IsUnreadable { get; init; }

    /// <summary>Of a host whose drain cannot be read: it holds, without an end.</summary>
    /// <param name="host">Which.</param>
    /// <param name="why">What is wrong.</param>
    public static HostDrain Unreadable(HostId host, string why) => new(host, DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())) { IsUnreadable = true, Why = why };

    /// <summary>When the last people are ended.</summary>
    public DateTimeOffset EndsAt => From + Grace;

    /// <summary>It takes no new person now.</summary>
    public bool Holds(DateTimeOffset now) => now >= From && !IsOver(now);

    /// <summary>It takes people again: what remains of it is a row that nobody needs.</summary>
    public bool IsOver(DateTimeOffset now) => Until is { } until && now >= until;
}
