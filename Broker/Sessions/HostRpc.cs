using Grpc.Core;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;
using VdiBroker.Trust;
using ReportedSession = VdiBroker.Protocol.Host.V1.ObservedSession;
using SeenSession = VdiBroker.Hosts.ObservedSession;

namespace VdiBroker.Sessions;

/// <summary>The agents' edge. It stands in this room because an agent's report is where the hosts' truth meets the sessions' ledger.</summary>
internal sealed class HostRpc(Caller caller, HostCatalogue hosts, AttachHost attach, RedeemTicket redeem, StreamsEnd ending) : HostService.HostServiceBase
{
    private const int LongestAccount = 64;
    private const int LongestText = 128;
    private const int LongestTicket = 1024;
    private const int LongestPerson = 320;
    private const int MostWiped = 1000;
    private const int LongestLeft = 300;
    private const long LongestIdle = 10 * 366 * 86400L;
    private const long LatestSecond = 253402300799;

    /// <inheritdoc/>
    public override async Task Attach(IAsyncStreamReader<HostReport> requestStream, IServerStreamWriter<HostOrder> responseStream, ServerCallContext context)
    {
        var host = Host(context);
        using var end = ending.With(context);
        if (!await requestStream.MoveNext(end.Token) || requestStream.Current.Hello is not { } hello) throw Invalid("the first report must be 'hello'");
        if (hello.CertificateSha256.Length != 32) throw Invalid("hello.certificate_sha256 must have 32 bytes");
        if (!IsText(hello.BootId, LongestText)) throw Invalid($"hello.boot_id must have 1 to {LongestText} printable characters");
        if (!IsText(hello.AgentVersion, LongestText)) throw Invalid($"hello.agent_version must have 1 to {LongestText} printable characters");
        await attach.RunAsync(new Attaching(host, hello), Readings(hosts.Hosts[host], hello, requestStream, end.Token), responseStream.WriteAsync, end.Token);
    }

    /// <inheritdoc/>
    public override async Task<RedeemTicketReply> RedeemTicket(RedeemTicketRequest request, ServerCallContext context)
    {
        var host = Host(context);
        if (!IsText(request.User, LongestAccount)) throw Invalid($"user must have 1 to {LongestAccount} printable characters");
        if (request.Attempt.Length > LongestText) throw Invalid($"attempt must have at most {LongestText} characters");
        if (request.Ticket.Length is 0 or > LongestTicket) return new RedeemTicketReply { Redemption = Redemption.Unknown };
        var redeemed = await redeem.RunAsync(new Presentation(host, request.User, request.Attempt), request.Ticket);
        var reply = new RedeemTicketReply { Redemption = Of(redeemed.Verdict) };
        if (redeemed is { Verdict: TicketVerdict.Granted, Ticket: { } ticket })
        {
            reply.SessionId = ticket.Session.Value;
            reply.Fence = (ulong)ticket.Fence.Value;
            reply.Person = redeemed.Session?.Person.Value ?? "";
            reply.Pool = redeemed.Session?.Pool.Value ?? "";
            reply.Visitor = redeemed.Session?.Person.IsVisitor ?? false;
            reply.Printers.AddRange(PrinterList.NamesIn(ticket.Printers));
            if (ticket.Look is { } look) reply.Settings = new DesktopSettings { Language = look.Language, TextSize = look.TextSize, Contrast = look.Contrast };
        }
        return reply;
    }

    private static async IAsyncEnumerable<HostReading> Readings(
        SessionHost host, Hello hello, IAsyncStreamReader<HostReport> reports, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        while (await reports.MoveNext(cancel))
            yield return Reading(host, hello, reports.Current.Observation ?? throw Invalid("after 'hello' every report must be an 'observation'"));
    }

    private static HostReading Reading(SessionHost host, Hello hello, Observation observation)
    {
        // More than any honest host can have: its strays are read by every opening of its pools.
        var most = (2 * host.Seats) + 16;
        if (observation.Sessions.Count > most) throw Invalid($"an observation of {host.Id} must have at most {most} sessions");
        var load = observation.Load ?? new HostLoad();
        var total = Math.Max(load.MemoryTotalBytes, 1);
        return new HostReading(
            hello.BootId,
            Convert.ToHexStringLower(hello.CertificateSha256.Span),
            load.Cores == 0 || !double.IsFinite(load.Load1) ? 0 : load.Load1 / load.Cores,
            Math.Clamp(1 - ((double)load.MemoryAvailableBytes / total), 0, 1),
            [.. observation.Sessions.Select(Seen)])
        {
            Wiped = [.. observation.WipedSessionIds.Where(id => IsText(id, LongestAccount)).Take(MostWiped).Select(id => new SessionId(id))],
        };
    }

    private static SeenSession Seen(ReportedSession session)
    {
        if (!IsText(session.User, LongestAccount)) throw Invalid($"observation.sessions.user must have 1 to {LongestAccount} printable characters");
        if (session.Since is { Seconds: < 0 or > LatestSecond }) throw Invalid("observation.sessions.since must be a time from 1970 to 9999");
        if (session.Idle is { Seconds: < 0 or > LongestIdle } or { Nanos: < 0 or > 999_999_999 }) throw Invalid("observation.sessions.idle must be from 0 to ten years");
        return new SeenSession(session.User, (int)session.Display, session.Connected, DateTimeOffset.FromUnixTimeSeconds(session.Since?.Seconds ?? 0))
        {
            Idle = session.Idle?.ToTimeSpan(),
            Grant = GrantOf(session),
            Wipe = session.Wiping is { } wiping ? new WipeSeen((int)Math.Min(wiping.Failed, int.MaxValue), IsText(wiping.Left, LongestLeft) ? wiping.Left : "") : null,
        };
    }

    private static GrantSeen? GrantOf(ReportedSession session)
    {
        if (session.SessionId.Length == 0) return null;
        if (!IsText(session.SessionId, LongestAccount)) throw Invalid($"observation.sessions.session_id must have at most {LongestAccount} printable characters");
        if (session.Fence > long.MaxValue) throw Invalid("observation.sessions.fence is none that a broker gave");
        if (session.Person.Length > 0 && !IsText(session.Person, LongestPerson)) throw Invalid($"observation.sessions.person must have at most {LongestPerson} printable characters");
        if (session.Pool.Length > 0 && !PeerName.IsName(session.Pool)) throw Invalid("observation.sessions.pool must be the id of a pool");
        return new GrantSeen(session.SessionId, (long)session.Fence, session.Person, session.Pool);
    }

    private static bool IsText(string text, int longest)
    {
        if (text.Length == 0 || text.Length > longest) return false;
        foreach (var letter in text)
            if (char.IsControl(letter)) return false;
        return true;
    }

    private HostId Host(ServerCallContext context)
    {
        var host = new HostId(caller.Require(context, PeerKind.Host));
        return hosts.Hosts.ContainsKey(host) ? host : throw new RefusalException(ErrorCode.CallerNotAllowed, $"host '{host}' is not in the city file");
    }

    private static Redemption Of(TicketVerdict verdict) => verdict switch
    {
        TicketVerdict.Granted => Redemption.Granted,
        TicketVerdict.Used => Redemption.Used,
        TicketVerdict.Expired => Redemption.Expired,
        TicketVerdict.OtherHost => Redemption.OtherHost,
        TicketVerdict.OtherUser => Redemption.OtherUser,
        TicketVerdict.Superseded => Redemption.Superseded,
        _ => Redemption.Unknown,
    };

    private static RefusalException Invalid(string what) => new(ErrorCode.InvalidRequest, what);
}
