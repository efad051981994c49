using System.Text.Json;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A host taken out of service by an operator's command, as its people and the operator see it, at a real broker that is killed in between.</summary>
[Collection(TownCollection.Name)]
public sealed class DrainEdgeTests(Town town)
{
    [Fact]
    public async Task A_drain_is_rehearsed_by_names_warns_who_is_there_ends_who_is_nowhere_first_and_places_nobody_new_until_it_is_taken_back()
    {
        await using var broker = await town.StartLonelyAsync("drain", 61);
        await using var three = await ReportingHost.AttachAsync(town, broker, "blade3");
        var everybody = town.People.Everybody.Where(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).ToList();
        var (people, others) = (everybody.Take(3).ToList(), everybody.Skip(3).ToList());
        using var at = await Visit.BeginAsync(town, broker, three, "poste-r1", people[0].Login);
        using var gone = await Visit.BeginAsync(town, broker, three, "poste-r2", people[1].Login);
        three.See(gone.Person, connected: false);
        await Eventually.HoldsAsync("one has left", Peers.Patience, async () => (await broker.OperatorAsync("host", "show", "blade3", "--language", "en")).Output.Contains("on nobody's screen", StringComparison.Ordinal));
        using var news = at.Follow();

        // Nobody else has a seat: blade4 has never been seen.
        var rehearsed = await broker.OperatorAsync("host", "drain", "blade3", "--at", "2099-01-01T12:00", "--rehearse");
        Assert.Equal(1, rehearsed.Status);
        Assert.Contains("si blade3 est retiré le", rehearsed.Output, StringComparison.Ordinal);
        Assert.Contains("ces 2 personnes", rehearsed.Output, StringComparison.Ordinal);
        Assert.Contains($"{people[0].DisplayName} (le-bourget/{people[0].Login}), paire, à l'écran de poste-r1", rehearsed.Output, StringComparison.Ordinal);
        Assert.Contains("les autres serveurs n'ont pas de place pour 2 personnes", rehearsed.Output, StringComparison.Ordinal);
        await using var four = await ReportingHost.AttachAsync(town, broker, "blade4");
        using var json = JsonDocument.Parse((await broker.OperatorAsync("host", "drain", "blade3", "--at", "now", "--grace", "6s", "--rehearse", "--json")).Output);
        Assert.Equal(0, json.RootElement.GetProperty("without_seat").GetInt32());
        Assert.Equal(["active blade4", "disconnected blade4"], json.RootElement.GetProperty("people").EnumerateArray().Select(one => $"{one.GetProperty("state").GetString()} {one.GetProperty("elsewhere").GetString()}"));
        // Nothing has happened yet.
        Assert.DoesNotContain("drain", (await broker.OperatorAsync("host", "list", "--language", "en")).Output, StringComparison.Ordinal);

        // Planned, and taken back: who was told hears so.
        Assert.Equal(0, (await broker.OperatorAsync("host", "drain", "blade3", "--at", "now", "--grace", "2h")).Status);
        var warned = await news.WarnedAsync();
        Assert.Equal((Limit.Drain, false), (warned.Limit, warned.Extendable));
        Assert.Contains("va être arrêté pour entretien", warned.Text, StringComparison.Ordinal);
        Assert.InRange(warned.EndsIn.ToTimeSpan(), TimeSpan.FromMinutes(118), TimeSpan.FromMinutes(121));
        await three.EndsAsync(gone);
        Assert.Equal(0, (await broker.OperatorAsync("host", "undrain", "blade3")).Status);
        await news.UntilAsync(notice => notice.Warning is null);
        Assert.Equal(1, (await broker.OperatorAsync("host", "undrain", "blade3")).Status);

        // In earnest, over the death of the broker that was told.
        Assert.Equal(0, (await broker.OperatorAsync("host", "drain", "blade3", "--grace", "4s", "--why", "barrette mémoire")).Status);
        Assert.InRange((await news.WarnedAsync()).EndsIn.ToTimeSpan(), TimeSpan.Zero, TimeSpan.FromSeconds(6));
        await three.EndsAsync(at);
        Assert.StartsWith("Votre session a été fermée parce que son serveur est arrêté pour entretien.", await news.EndedAsync(), StringComparison.Ordinal);
        Assert.Contains("blade3: healthy, 0 of 5 seats taken", (await broker.OperatorAsync("host", "list", "--language", "en")).Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync("out of service", Peers.Patience, async () => (await broker.OperatorAsync("host", "list", "--language", "en")).Output.Contains("out of service", StringComparison.Ordinal));
        await broker.KillAsync();
        await broker.StartAsync();
        await using var threeAgain = await ReportingHost.AttachAsync(town, broker, "blade3");
        await using var fourAgain = await ReportingHost.AttachAsync(town, broker, "blade4");
        using var next = await StationPeer.ConnectAsync(town, broker, "poste-r3");
        foreach (var person in people)
            Assert.Equal("blade4", (await next.OpenAsync((await next.SignInAsync(town, person.Login)).SignIn)).Host);

        // Where every host is out of service nobody is told of seats that come free; and who checks the city is told of each.
        Assert.Equal(0, (await broker.OperatorAsync("host", "drain", "blade4", "--at", "now", "--grace", "2h")).Status);
        var late = (await next.SignInAsync(town, others[0].Login)).SignIn;
        var refused = await Peers.RefusalAsync(() => next.OpenAsync(late));
        Assert.Equal(ErrorCode.UnderMaintenance, refused.Code);
        Assert.StartsWith("Ce bureau est arrêté pour entretien.", refused.Text, StringComparison.Ordinal);
        var check = (await broker.OperatorAsync("check")).Output;
        Assert.Contains("warn host blade3 (drains): is out of service since ", check, StringComparison.Ordinal);
        Assert.Contains("warn host blade4 (drains): is being drained since ", check, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "drain", "blade99" }, "there is no host 'blade99' in the city file (hosts: blade1, ")]
    [InlineData(new[] { "drain", "blade2", "--at", "soon" }, "--at soon: use now, a time of day such as 12:00")]
    [InlineData(new[] { "drain", "blade2", "--at", "2020-01-01T12:00" }, "that moment has passed")]
    [InlineData(new[] { "drain", "blade2", "--grace", "long" }, "--grace long: use a time such as 0s, 15m or 2h")]
    [InlineData(new[] { "drain", "blade2", "--grace", "25h" }, "at most 24h")]
    [InlineData(new[] { "drain", "blade2", "--at", "2099-01-01T12:00", "--until", "2099-01-01T12:10" }, "must be later than the end of the grace")]
    [InlineData(new[] { "list", "--language", "de" }, "use fr or en")]
    public async Task What_cannot_be_meant_is_said(string[] words, string says)
    {
        var answer = await town.First.OperatorAsync(["host", .. words]);
        Assert.Equal(2, answer.Status);
        Assert.Contains(says, answer.Error, StringComparison.Ordinal);
    }
}
