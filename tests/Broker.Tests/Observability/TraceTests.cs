using Grpc.Core;
using VdiBroker.Broker.Tests.Edge;
using VdiBroker.City.Processes;
using VdiBroker.City.Telemetry;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>Traces as an observatory receives them, by OTLP, of a real broker with real LDAP and Redis. Station and agent speak the protocol as the shim and vdi-agent do.</summary>
[Collection(TownCollection.Name)]
public sealed class TraceTests(Town town)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static readonly string[] _segments =
        ["vdi-agent host", "vdi-broker directory", "vdi-broker placement", "vdi-broker profile", "vdi-shim first_frame", "vdi-shim station"];

    [Fact]
    public async Task A_sign_in_over_two_brokers_is_one_whole_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync("127.0.0.1");
        await using var one = await MeasuredAsync("traced-1", 61, receiver);
        await using var two = await MeasuredAsync("traced-2", 62, receiver);
        // A member of 'elus' of dugny may use the vault on blade2.
        var person = town.Only("dugny", "elus");
        // The agent is attached to the other broker: what it says reaches the trace by the record.
        await using var agent = await AgentPeer.AttachAsync(town, two, "blade2");
        using var station = await StationPeer.ConnectAsync(town, one, "poste-trace");
        var (trace, own) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        var headers = new Metadata { { "traceparent", $"00-{trace}-{own}-01" } };

        var signIn = await station.Calls.SignInAsync(new SignInRequest { Login = person, Password = town.People[person].Password, Language = "fr" }, headers);
        using var opening = station.Calls.Open(new OpenRequest { SignIn = signIn.SignIn, Language = "fr" }, headers);
        Desktop? desktop = null;
        while (desktop is null && await opening.ResponseStream.MoveNext(CancellationToken.None)) desktop = opening.ResponseStream.Current.Desktop;
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(person, desktop!.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(person, connected: true));
        await station.NoticeAsync(signIn.SignIn, desktop, SessionState.Active);
        var shown = new ShownRequest
        {
            SignIn = signIn.SignIn,
            SessionId = desktop.SessionId,
            Fence = desktop.Fence,
            SignInTook = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(10)),
        };
        await station.Calls.ShownAsync(shown, headers);
        // Told twice: a station whose answer was lost says it again.
        await station.Calls.ShownAsync(shown, headers);
        await station.Calls.CloseAsync(new CloseRequest { SignIn = signIn.SignIn, SessionId = desktop.SessionId, Fence = desktop.Fence, Closing = Closing.SignOut }, headers);
        await agent.ObserveAsync();

        await Eventually.HoldsAsync("the root of the trace", _patience, () => receiver.Spans.Any(span => span.Id == own));
        // Each service sends its own batches: whole when what each sent last has arrived.
        await Eventually.HoldsAsync("the end of the trace", _patience, () => receiver.Spans.Any(span => span.Name.EndsWith("/Close", StringComparison.Ordinal)) && _segments.All(segment => receiver.Spans.Any(span => Segment(span) == segment)));
        var spans = receiver.Spans.Where(span => span.Trace == trace).ToList();
        Assert.Equal(spans.Count, receiver.Spans.Count);
        var root = Assert.Single(spans, span => span.Parent.Length == 0);
        Assert.Equal(("vdi-shim", "sign-in", own), (root.Service, root.Name, root.Id));
        Assert.Equal(("coffre", "blade2", "false"), (root.Tag("vdibroker.pool"), root.Tag("vdibroker.host"), root.Tag("vdibroker.resumed")));
        Assert.True(root.Took > TimeSpan.FromSeconds(9), $"from the person's last key on: {root}");
        // Whole: every span's parent is there.
        Assert.DoesNotContain(spans, span => span != root && spans.All(other => other.Id != span.Parent));
        Assert.Equal(
            _segments,
            spans.Where(span => span.Parent == own && !span.Name.Contains('/', StringComparison.Ordinal)).Select(Segment).Order(StringComparer.Ordinal));
        var calls = spans.Where(span => span.Parent == own && span.Name.Contains('/', StringComparison.Ordinal)).ToDictionary(span => span.Id, span => span.Name.Split('/')[1]);
        Assert.Equal(["Close", "Open", "Shown", "Shown", "SignIn"], calls.Values.Order(StringComparer.Ordinal));
        // Within the sign-in LDAP and Redis, within the opening Redis: the claim.
        Assert.Contains(spans, span => calls.GetValueOrDefault(span.Parent) == "SignIn" && span.Name == "ldap check");
        Assert.Contains(spans, span => calls.GetValueOrDefault(span.Parent) == "SignIn" && span.Tag("db.system.name") == "redis");
        Assert.Contains(spans, span => calls.GetValueOrDefault(span.Parent) == "Open" && span.Name == "claim_seat");
        Assert.Equal("host.active", Assert.Single(spans.Single(span => span.Name == "first_frame").Span.Events).Name);
        Assert.DoesNotContain(spans, span => span.Span.ToString().Contains(person, StringComparison.Ordinal));
        // Metrics go once a minute, and at the end.
        await one.StopAsync();
        await Eventually.HoldsAsync("metrics", _patience, () => receiver.Metrics.Contains("vdibroker.sign_ins"));
    }

    [Fact]
    public async Task A_refusal_is_a_trace_that_says_why()
    {
        await using var receiver = await OtlpReceiver.StartAsync("127.0.0.1");
        await using var broker = await MeasuredAsync("traced-3", 63, receiver);
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-trace");
        var headers = new Metadata { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } };
        await Assert.ThrowsAsync<RpcException>(async () => await station.Calls.SignInAsync(new SignInRequest { Login = "nobody-at-all", Password = "wrong", Language = "fr" }, headers));
        await Eventually.HoldsAsync("the root of the trace", _patience, () => receiver.Spans.Any(span => span.Parent.Length == 0));
        var root = receiver.Spans.Single(span => span.Parent.Length == 0);
        Assert.Equal(("b7ad6b7169203331", "SIGN_IN_REJECTED"), (root.Id, root.Tag("error.type")));
        Assert.Equal(8, root.Tag("vdibroker.reference").Length);
    }

    private static string Segment(ReceivedSpan span) => $"{span.Service} {span.Name}";

    private Task<City.Brokers.BrokerProcess> MeasuredAsync(string name, int host, OtlpReceiver receiver) =>
        town.StartMeasuredAsync(name, host, _ => $$"""{ "otlp": "{{receiver.Uri}}", "traces": 1 }""");
}
