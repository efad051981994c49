using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Who presents a ticket.</summary>
/// <param name="Host">The host, by its certificate.</param>
/// <param name="User">The account that wants to log on.</param>
/// <param name="Attempt">The host's name for this logon: asked again after a lost answer, it gets the same verdict. Empty = none.</param>
internal sealed record Presentation(HostId Host, string User, string Attempt);

/// <summary>What came of a presented ticket.</summary>
/// <param name="Verdict">The judgement.</param>
/// <param name="Ticket">What was issued by that secret; null = nothing.</param>
/// <param name="Session">The session it is for; null = forgotten.</param>
internal sealed record Redeemed(TicketVerdict Verdict, Ticket? Ticket, Session? Session);

/// <summary>Answers a host that asks whether somebody may log on with what they presented.</summary>
internal sealed class RedeemTicket(SessionStore sessions, FreshMemory fresh, SeatLedger ledger, SessionNotes notes, ILogger<RedeemTicket> logger)
{
    /// <summary>Looks, judges, commits. What was never issued goes to the log only: anybody who reaches a host could fill the event stream with it.</summary>
    public async Task<Redeemed> RunAsync(Presentation presentation, string presented)
    {
        var digest = SecretDigest.Of(presented);
        // What was issued here a moment ago need not be read: the script looks at all that may have changed since, the time too.
        var (ticket, session, now) = fresh.Tickets.TryTake(digest, out var issued) ? (issued.Ticket, issued.Session, DateTimeOffset.MinValue) : await sessions.FindTicketAsync(digest);
        var verdict = ticket is null
            ? TicketVerdict.Unknown
            : await ledger.RedeemAsync(digest, ticket, Tickets.Judge(ticket, session, presentation.User, presentation.Host, now), presentation);
        if (verdict == TicketVerdict.Granted) SessionsLog.TicketRedeemed(logger, digest.ToString(), ticket!.Session, presentation.Host);
        else SessionsLog.TicketRefused(logger, digest.ToString(), presentation.Host, presentation.User, verdict, ticket?.Session.Value ?? "unknown");
        if (ticket is not null && session is not null) notes.Presented(session, ticket, presentation.Host, verdict);
        return new Redeemed(verdict, ticket, session);
    }
}
