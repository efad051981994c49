using System.Text.Json.Nodes;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Calls for help at real brokers, and what the helpdesk sees of them.</summary>
[Collection(TownCollection.Name)]
public sealed class HelpEdgeTests(Town town)
{
    [Fact]
    public async Task Who_calls_for_help_is_found_by_the_helpdesk_with_place_desktop_and_timeline()
    {
        var person = town.People.Everybody.Where(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).SkipLast(1).Last().Login;
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade3");
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-couloir-7");
        var signIn = (await station.SignInAsync(town, person)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        var reply = await station.Calls.CallForHelpAsync(new CallForHelpRequest { SignIn = signIn, SessionId = desktop.SessionId, Language = "en" });
        Assert.Contains($"(call {reply.Number}): you are {person}, at station poste-couloir-7 (corridor)", reply.Text, StringComparison.Ordinal);
        Assert.Equal(reply.Number, (await station.Calls.CallForHelpAsync(new CallForHelpRequest { SignIn = signIn, SessionId = desktop.SessionId, Language = "fr" })).Number);

        var listed = JsonNode.Parse((await town.First.OperatorAsync("help", "list", "--json")).Output)!.AsArray().Single(one => (string?)one!["station"] == "poste-couloir-7")!;
        Assert.Equal(("couloir", desktop.SessionId, desktop.Host, "fr", null), ((string?)listed["place"], (string?)listed["session"], (string?)listed["host"], (string?)listed["language"], (string?)listed["taker"]));
        var number = reply.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var shown = "";
        // The record is written beside the answers.
        await Eventually.HoldsAsync("the timeline of the sign-in", Peers.Patience, async () =>
            (shown = (await town.First.OperatorAsync("help", "show", number, "--language", "en")).Output).Contains('→', StringComparison.Ordinal));
        Assert.Contains($"{person} at station poste-couloir-7 in couloir, desktop {desktop.SessionId}", shown, StringComparison.Ordinal);
        Assert.Equal(0, (await town.First.OperatorAsync("help", "take", number)).Status);
        Assert.Contains("taken by", (await town.First.OperatorAsync("help", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await town.First.OperatorAsync("help", "close", number)).Status);
        Assert.Equal(1, (await town.First.OperatorAsync("help", "show", number)).Status);
        await station.CloseAsync(signIn, desktop, Closing.SignOut);
        await agent.ObserveAsync();
    }

    [Fact]
    public async Task A_call_needs_a_sign_in_of_this_very_station_and_another_s_desktop_does_not_go_with_it()
    {
        var person = town.People.Everybody.First(p => p.Tenant == "dugny" && p.Groups.Contains("agents")).Login;
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-aide-1");
        using var other = await StationPeer.ConnectAsync(town, town.Second, "poste-aide-2");
        var signIn = (await station.SignInAsync(town, person)).SignIn;
        var stolen = await Peers.RefusalAsync(async () => await other.Calls.CallForHelpAsync(new CallForHelpRequest { SignIn = signIn }));
        Assert.Equal(ErrorCode.SignInEnded, stolen.Code);
        var reply = await station.Calls.CallForHelpAsync(new CallForHelpRequest { SignIn = signIn, SessionId = "01ANOTHERSDESKTOP" });
        var listed = JsonNode.Parse((await town.First.OperatorAsync("help", "list", "--json")).Output)!.AsArray().Single(one => (ulong)one!["call"]! == reply.Number)!;
        Assert.Equal(("", ""), ((string?)listed["session"], (string?)listed["host"]));
    }
}
