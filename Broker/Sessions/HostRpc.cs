using Grpc.Core;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Protocol;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;
using VdiBroker.Trust;

namespace VdiBroker.Sessions;

/// <summary>The agents' edge. It stands in this room because an agent's report is where the hosts' truth meets the sessions' ledger.</summary>
internal sealed class HostRpc(Caller caller, HostCatalogue hosts, AttachHost attach, RedeemTicket redeem, StreamsEnd ending, ReportReader reports) : HostService.HostServiceBase
{
    private const int LongestText = 128;
    private const int LongestTicket = 1024;

    /// <inheritdoc/>
    public override async Task Attach(IAsyncStreamReader<HostReport> requestStream, IServerStreamWriter<HostOrder> responseStream, ServerCallContext context)
    {
        var host = Host(context);
        using var end = ending.With(context);
        if (!await requestStream.MoveNext(end.Token) || requestStream.Current.Hello is not { } hello) throw Invalid("the first report must be 'hello'");
        if (hello.CertificateSha256.Length != 32) throw Invalid("hello.certificate_sha256 must have 32 bytes");
        if (!ReportReader.IsText(hello.BootId, LongestText)) throw Invalid($"hello.boot_id must have 1 to {LongestText} printable characters");
        if (!ReportReader.IsText(hello.AgentVersion, LongestText)) throw Invalid($"hello.agent_version must have 1 to {LongestText} printable characters");
        await attach.RunAsync(new Attaching(host, hello), Readings(hosts.Hosts[host], hello, requestStream, end.Token), responseStream.WriteAsync, end.Token);
    }

    /// <inheritdoc/>
    public override async Task<RedeemTicketReply> RedeemTicket(RedeemTicketRequest request, ServerCallContext context)
    {
        var host = Host(context);
        if (!ReportReader.IsText(request.User, AccountNames.Longest)) throw Invalid($"user must have 1 to {AccountNames.Longest} printable characters");
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

    private async IAsyncEnumerable<HostReading> Readings(
        SessionHost host, Hello hello, IAsyncStreamReader<HostReport> requests, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        while (await requests.MoveNext(cancel))
            yield return reports.Read(host, hello, requests.Current.Observation ?? throw Invalid("after 'hello' every report must be an 'observation'"));
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
