using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>A sign-in that began here a moment ago.</summary>
/// <param name="SignIn">As it stands in the store, <see cref="SignIn.Remembered"/>.</param>
/// <param name="Running">The pools where the person had a desktop then.</param>
internal sealed record FreshSignIn(SignIn SignIn, ImmutableHashSet<PoolId> Running)
{
    /// <summary>When the store began that knew of these desktops; null = it was emptied a moment ago, and whoever has none in it may have one.</summary>
    public DateTimeOffset? Began { get; init; }
}

/// <summary>What a person's way from the password to the first picture asks for again and again, remembered for that way.</summary>
internal sealed class FreshMemory
{
    // From the password to the wish for a desktop, and from the claim to the logon, it is a second or two.
    private static readonly TimeSpan _toOpening = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _toLogon = TimeSpan.FromSeconds(30);
    private const int Most = 10_000;

    /// <summary>Sign-ins.</summary>
    public ShortMemory<SecretDigest, FreshSignIn> SignIns { get; } = new(_toOpening, Most);

    /// <summary>Tickets with the session that each is for, as they were when the ticket was drawn.</summary>
    public ShortMemory<SecretDigest, (Ticket Ticket, Session Session)> Tickets { get; } = new(_toLogon, Most);
}
