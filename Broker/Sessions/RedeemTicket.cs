using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What came of a presented ticket.</summary>
internal sealed record Redeemed(TicketVerdict Verdict, Ticket? Ticket);

/// <summary>Answers a host that asks whether somebody may log on with what they presented.</summary>
internal sealed class RedeemTicket(SessionStore sessions, SeatLedger ledger, ILogger<RedeemTicket> logger)
{
    /// <summary>Looks, judges, commits.</summary>
    /// <param name="host">The host, by its certificate.</param>
    /// <param name="user">The account that wants to log on.</param>
    /// <param name="presented">What was sent as the password.</param>
    public async Task<Redeemed> RunAsync(HostId host, string user, string presented)
    {
        var digest = SecretDigest.Of(presented);
        var (ticket, session, now) = await sessions.FindTicketAsync(digest);
        var verdict = await ledger.RedeemAsync(digest, ticket, Tickets.Judge(ticket, session, user, host, now), user, host);
        if (verdict == TicketVerdict.Granted) SessionsLog.TicketRedeemed(logger, digest.ToString(), ticket!.Session, host);
        else SessionsLog.TicketRefused(logger, digest.ToString(), host, user, verdict, ticket?.Session.Value ?? "unknown");
        return new Redeemed(verdict, ticket);
    }
}
