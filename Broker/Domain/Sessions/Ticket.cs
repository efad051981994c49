using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>What the ledger knows of an issued ticket; the secret itself is nowhere.</summary>
/// <param name="User">The account it opens.</param>
/// <param name="Host">The host it opens.</param>
/// <param name="Session">The session it is for.</param>
/// <param name="Fence">The fence it was issued with.</param>
/// <param name="ExpiresAt">Its end, by the store's clock.</param>
/// <param name="Spent">It has been presented before, rightly or wrongly.</param>
public sealed record Ticket(string User, HostId Host, SessionId Session, Fence Fence, DateTimeOffset ExpiresAt, bool Spent)
{
    /// <summary>Print queues of the place that it was issued for, as the setting <c>printers</c> has them.</summary>
    public string Printers { get; init; } = "";

    /// <summary>What a desktop that begins with it is like; null = issued by an older broker.</summary>
    public DesktopLook? Look { get; init; }
}

/// <summary>What a person's profile says of a desktop that begins now.</summary>
/// <param name="Language">IETF tag.</param>
/// <param name="TextSize">Factor of the size of letters, as the setting <c>text_size</c> has it.</param>
/// <param name="Contrast"><c>normal</c> or <c>high</c>.</param>
public sealed record DesktopLook(string Language, string TextSize, string Contrast)
{
    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <returns>Null when it is nothing of the kind.</returns>
    public static DesktopLook? Parse(string? text) => text?.Split(' ') is [{ Length: > 0 } language, { Length: > 0 } size, { Length: > 0 } contrast] ? new(language, size, contrast) : null;

    /// <summary>The three, with a blank between: how it stands in the store.</summary>
    public override string ToString() => $"{Language} {TextSize} {Contrast}";
}

/// <summary>What becomes of a presented ticket.</summary>
public enum TicketVerdict
{
    /// <summary>It opens the session.</summary>
    Granted,

    /// <summary>Never issued, or longer ago than is remembered.</summary>
    Unknown,

    /// <summary>Presented before.</summary>
    Used,

    /// <summary>Too late.</summary>
    Expired,

    /// <summary>Issued for another host.</summary>
    OtherHost,

    /// <summary>Issued for another person.</summary>
    OtherUser,

    /// <summary>A newer ticket, another station, or the session's end has taken its place.</summary>
    Superseded,
}

/// <summary>
/// Judges a presented ticket. Whatever the verdict, a ticket that was issued is spent by being presented: one that turns up where it does not
/// belong has leaked. Its owner is told at once to take a fresh one.
/// </summary>
public static class Tickets
{
    /// <summary>How long a ticket lives.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>How long a spent or late ticket is remembered, so that its second use can be named.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    /// <summary>The verdict on a ticket.</summary>
    /// <param name="ticket">What was issued; null = nothing by that secret.</param>
    /// <param name="session">The session it was issued for, now; null = forgotten.</param>
    /// <param name="user">Account that presents it.</param>
    /// <param name="host">Host that presents it, by its certificate.</param>
    /// <param name="now">The store's time.</param>
    public static TicketVerdict Judge(Ticket? ticket, Session? session, string user, HostId host, DateTimeOffset now) => ticket switch
    {
        null => TicketVerdict.Unknown,
        { Spent: true } => TicketVerdict.Used,
        _ when ticket.Host != host => TicketVerdict.OtherHost,
        _ when ticket.User != user => TicketVerdict.OtherUser,
        _ when now >= ticket.ExpiresAt => TicketVerdict.Expired,
        _ when session is null or { IsFinal: true } or { Phase: SessionPhase.Ending } => TicketVerdict.Superseded,
        _ when session.Fence != ticket.Fence || session.Host != host => TicketVerdict.Superseded,
        _ => TicketVerdict.Granted,
    };
}
