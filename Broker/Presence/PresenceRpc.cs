using System.Runtime.CompilerServices;
using Grpc.Core;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Rpc;
using VdiBroker.Stations;
using VdiBroker.Trust;

namespace VdiBroker.Presence;

/// <summary>The stations' stream at the edge.</summary>
internal sealed class PresenceRpc(Caller caller, AttachStation attach, StreamsEnd ending) : PresenceService.PresenceServiceBase
{
    private const int LongestNumber = 20;

    // A station that comes back over another connection may be there twice for a moment.
    private static readonly PeerLimits _streams = new(4);

    /// <inheritdoc/>
    public override async Task Attach(IAsyncStreamReader<StationReport> requestStream, IServerStreamWriter<StationOrder> responseStream, ServerCallContext context)
    {
        var station = new StationId(caller.Require(context, PeerKind.Station));
        using var place = _streams.Enter(station.Value);
        using var end = ending.With(context);
        if (!await requestStream.MoveNext(end.Token) || requestStream.Current.Hello is not { } hello) throw Invalid("the first report must be 'hello'");
        if (!StationText.IsVersion(hello.Version)) throw Invalid($"hello.version must have 1 to {StationText.LongestVersion} printable characters");
        if (StationSheet.Read("", hello.Model, hello.Macs, out var fault) is not { } sheet) throw Invalid($"hello: {fault}");
        var said = new SaidOfItself { Version = hello.Version, Model = sheet.Model, Macs = [.. sheet.Cards.Select(card => card.ToString())] };
        await attach.RunAsync(station, said, Words(said, requestStream, end.Token), responseStream.WriteAsync, end.Token);
    }

    private static async IAsyncEnumerable<StationWord> Words(SaidOfItself said, IAsyncStreamReader<StationReport> reports, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await reports.MoveNext(cancel))
        {
            yield return reports.Current.ReportCase switch
            {
                StationReport.ReportOneofCase.Status => new StationWord.Status(said = With(said, reports.Current.Status)),
                StationReport.ReportOneofCase.Outcome => Of(reports.Current.Outcome),
                _ => throw Invalid("after 'hello' every report must be a 'status' or an 'outcome'"),
            };
        }
    }

    private static SaidOfItself With(SaidOfItself said, StationStatus status) => said with
    {
        Activity = ActivityOf(status.Activity).ToString(),
        RoundTripMs = status.BrokerRoundTrip is { Seconds: >= 0 and < 3600 } took ? took.ToTimeSpan().TotalMilliseconds : null,
        Cuts = (int)Math.Min(status.NetworkCuts, int.MaxValue),
    };

    private static StationWord.Outcome Of(OrderOutcome outcome)
    {
        if (outcome.OrderId.Length is 0 or > LongestNumber || !outcome.OrderId.All(char.IsAsciiDigit)) throw Invalid($"outcome.order_id must have 1 to {LongestNumber} digits");
        if (!StationText.IsOutcome(outcome.Text)) throw Invalid($"outcome.text must have at most {StationText.LongestOutcome} printable characters, in lines");
        return new StationWord.Outcome(outcome.OrderId, outcome.Kind switch
        {
            OutcomeKind.Done => "done",
            OutcomeKind.NotNow => "not-now",
            OutcomeKind.Failed => "failed",
            OutcomeKind.Unknown => "unknown",
            _ => throw Invalid("outcome.kind is missing"),
        }, outcome.Text);
    }

    // A word of a newer shim says nothing here.
    private static StationActivity ActivityOf(Protocol.Station.V1.StationActivity activity) => activity switch
    {
        Protocol.Station.V1.StationActivity.Free => StationActivity.Free,
        Protocol.Station.V1.StationActivity.Opening => StationActivity.Opening,
        Protocol.Station.V1.StationActivity.Desktop => StationActivity.Desktop,
        Protocol.Station.V1.StationActivity.Locked => StationActivity.Locked,
        _ => StationActivity.Unknown,
    };

    private static RefusalException Invalid(string what) => new(ErrorCode.InvalidRequest, what);
}
