using Grpc.Net.Client;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Records.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Operators ask a broker why sign-ins ended as they did, each for the people whom they look after.</summary>
[Collection(TownCollection.Name)]
public sealed class OperatorRecordTests(Town town)
{
    private const string Helpdesk = "assistance-drancy";
    private const string OnCall = "astreinte";

    [Fact]
    public async Task An_operator_reads_what_happened_to_their_own_people_and_nothing_of_others()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-op-un");
        var (ours, theirs) = (Someone("drancy"), Someone("le-bourget"));
        var own = await RefusedAsync(station, ours);
        var foreign = await RefusedAsync(station, theirs);
        var unknown = await RefusedAsync(station, "nobody-has-this-name");
        using var helpdesk = await ConnectAsync("operator", Helpdesk);
        using var onCall = await ConnectAsync("operator", OnCall);

        // Records are written behind the answers; the last of them was written last.
        await Eventually.HoldsAsync("the records are there", Peers.Patience, async () => (await AskAsync(onCall, unknown)).Explanations.Count == 1);
        var told = Assert.Single((await AskAsync(helpdesk, own)).Explanations);
        Assert.Equal(($"drancy/{ours}", "poste-op-un", 2), (told.Person, told.Station, told.ForThePerson.Count));
        Assert.Contains("the name or the password was not recognised", told.ForThePerson[0], StringComparison.Ordinal);
        Assert.Equal(7, Assert.Single(told.Openings).Segments.Count);
        Assert.NotEmpty(told.Events);

        Assert.Empty((await AskAsync(helpdesk, foreign)).Explanations);
        Assert.Empty((await AskAsync(helpdesk, unknown)).Explanations);
        Assert.Equal($"le-bourget/{theirs}", Assert.Single((await AskAsync(onCall, foreign)).Explanations).Person);
        // The others' newer records at the same station hide none of theirs.
        Assert.Equal($"drancy/{ours}", Assert.Single((await AskAsync(helpdesk, "poste-op-un")).Explanations).Person);
        Assert.Equal(3, (await AskAsync(onCall, "poste-op-un", last: 100)).Explanations.Count);
    }

    [Fact]
    public async Task Who_is_no_declared_operator_is_told_nothing()
    {
        foreach (var (kind, name) in ((string, string)[])[("station", "poste-op-deux"), ("host", "blade1"), ("operator", "parti")])
        {
            using var caller = await ConnectAsync(kind, name);
            Assert.Equal(ErrorCode.CallerNotAllowed, (await Peers.RefusalAsync(() => AskAsync(caller, "amelie.durand"))).Code);
        }
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("   ", 1)]
    [InlineData("amelie.durand", 101)]
    public async Task A_question_that_cannot_be_answered_is_refused_with_the_field(string what, int last)
    {
        using var caller = await ConnectAsync("operator", OnCall);
        Assert.Equal(ErrorCode.InvalidRequest, (await Peers.RefusalAsync(() => AskAsync(caller, what, last))).Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Peers.RefusalAsync(() => AskAsync(caller, new string('x', 321)))).Code);
    }

    [Fact]
    public async Task The_command_asks_a_broker_from_anywhere_and_shows_what_it_shows_beside_the_broker()
    {
        using var station = await StationPeer.ConnectAsync(town, town.Second, "poste-op-trois");
        var reference = await RefusedAsync(station, Someone("drancy"));
        var beside = new ToolAnswer(1, "", "");
        await Eventually.HoldsAsync("the record is there", Peers.Patience, async () => (beside = await town.First.OperatorAsync("explain", reference)).Status == 0);
        var certificate = await town.CertificateAsync("operator", Helpdesk);
        string[] words = ["explain", reference, "--broker", town.First.Uri, "--ca", town.Certificates.CaFile, "--certificate", certificate.Certificate, "--key", certificate.Key];
        var afar = await Tool.RunAsync(Town.Program, words);
        Assert.Equal((0, beside.Output, ""), (afar.Status, afar.Output, afar.Error));

        var stranger = await town.CertificateAsync("station", "poste-op-quatre");
        var refused = await Tool.RunAsync(Town.Program, [.. words[..6], "--certificate", stranger.Certificate, "--key", stranger.Key]);
        Assert.Equal((4, ""), (refused.Status, refused.Output));
        Assert.Contains("CallerNotAllowed", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Tool.RunAsync(Town.Program, words[..6])).Status);
    }

    private string Someone(string tenant) => town.People.Everybody.Last(person => person.Tenant == tenant && person.Groups.Contains("agents")).Login;

    private async Task<GrpcChannel> ConnectAsync(string kind, string name) => Peers.Connect(town, town.First, await town.CertificateAsync(kind, name));

    private static async Task<ExplainOpeningReply> AskAsync(GrpcChannel caller, string what, int last = 1) => await new RecordService.RecordServiceClient(caller).ExplainOpeningAsync(
        new ExplainOpeningRequest { What = what, Last = (uint)last, Language = "en" }, deadline: DateTime.UtcNow + Peers.Patience);

    private static async Task<string> RefusedAsync(StationPeer station, string login) => (await Peers.RefusalAsync(async () =>
        await station.Calls.SignInAsync(new SignInRequest { Login = login, Password = "not-the-one", Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience))).Reference;
}
