using Grpc.Core;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Visitors;
using VdiBroker.Agent.Watching;
using VdiBroker.Protocol;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Agent.Link;

/// <summary>Asks a broker whether a ticket is good; the attached broker first, then the others.</summary>
internal sealed class TicketDesk(BrokerLink link, GrantBook grants, SessionWatch watch, VisitorBook visitors, AgentLog log, TimeProvider time)
{
    /// <summary>From the question to the answer, over all brokers; PAM's command gives up after 5 s.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(4.5);

    /// <summary>Redeems a ticket.</summary>
    /// <returns>Null when it was granted, else the reason of the refusal in words.</returns>
    public async Task<string?> RedeemAsync(string user, string ticket, CancellationToken cancel)
    {
        var clock = time.GetTimestamp();
        // One name for this logon: a broker that is asked again after a lost answer gives the same verdict, not "used".
        var request = new RedeemTicketRequest { User = user, Ticket = ticket, Attempt = Guid.NewGuid().ToString("n") };
        var known = link.Lines;
        var lines = known?.AttachedFirst().ToList() ?? [];
        for (var index = 0; index < lines.Count; index++)
        {
            var left = Within - time.GetElapsedTime(clock);
            if (left <= TimeSpan.Zero) break;
            try
            {
                // Each broker gets its share of the time that is left.
                var reply = await lines[index].Service.RedeemTicketAsync(request,
                    deadline: DateTime.UtcNow + left / (lines.Count - index), cancellationToken: cancel);
                return Settle(user, reply);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested && fault is RpcException or OperationCanceledException or ObjectDisposedException)
            {
                log.Warning($"broker {lines[index].Address.Authority} could not be asked about {user}'s ticket: {link.Reason(fault, known!.Identity)}");
            }
        }
        return Refuse(user, "no broker could be reached");
    }

    private string? Settle(string user, RedeemTicketReply reply)
    {
        if (reply.Redemption != Redemption.Granted) return Refuse(user, Words(reply.Redemption));
        if (reply.SessionId.Length is 0 or > 64 || reply.SessionId.Any(sign => !char.IsAsciiLetterOrDigit(sign) && sign is not ('-' or '_')))
            return Refuse(user, "the broker's answer names no session");
        var grant = new Grant(user, reply.SessionId, reply.Fence, Kept(reply.Person), Kept(reply.Pool), time.GetUtcNow()) { Printers = string.Join(',', QueueNames.Of(reply.Printers)), Settings = reply.Settings };
        // Before PAM hears of it: the next thing that it asks is who that is.
        if (reply.Visitor && visitors.Admit(grant) is { } reason) return Refuse(user, reason);
        if (grants.Add(grant, runs: watch.Look().Any(session => session.User == user)) is { } holder) return KeepOut(grant, holder);
        log.Notice($"ticket of {user} granted: session {reply.SessionId}, fence {reply.Fence}");
        watch.Expect();
        return null;
    }

    // Never by itself: something is wrong that somebody has to mend, and the broker is told at once.
    private string KeepOut(Grant grant, Grant holder)
    {
        log.Error($"{grant.Person} is NOT let in as {grant.User} (session {grant.SessionId}): the desktop of that account here is {holder.Person}'s (session {holder.SessionId}); two people must not share an account");
        watch.Expect();
        return "the desktop of that account here is another person's";
    }

    // What cannot be kept in a line is no reason to keep the person out: it is not said again then.
    private static string Kept(string name) => name.Length <= AccountNames.LongestPerson && !name.Any(char.IsControl) ? name : "";

    private string Refuse(string user, string reason)
    {
        log.Warning($"ticket of {user} refused: {reason}");
        return reason;
    }

    private static string Words(Redemption redemption) => redemption switch
    {
        Redemption.Unknown => "unknown (never issued, or too long ago)",
        Redemption.Used => "already used",
        Redemption.Expired => "expired",
        Redemption.OtherHost => "issued for another host",
        Redemption.OtherUser => "issued for another user",
        Redemption.Superseded => "superseded by a newer ticket",
        _ => $"not granted (answer {(int)redemption})",
    };
}
