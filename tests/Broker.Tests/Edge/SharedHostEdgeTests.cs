using System.Text.Json.Nodes;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A host that serves several pools has one account for each person: whoever has a desktop of one pool there gets none of another. A look that people share does not know of it; the claim and a look of their own do.</summary>
[Collection(TownCollection.Name)]
public sealed class SharedHostEdgeTests(Town town)
{
    [Fact]
    public async Task Where_a_host_carries_somebodys_desktop_of_another_pool_they_are_seated_elsewhere_or_told_so_at_once()
    {
        await using var broker = await StartAsync();
        await using var both = await ReportingHost.AttachAsync(town, broker, "blade-m");
        await using var other = await ReportingHost.AttachAsync(town, broker, "blade-n");
        var person = town.Only("habitat", "gardiens");
        using var visit = await Visit.BeginAsync(town, broker, both, "poste-m1", person, "premier");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-m2");
        var signIn = (await station.SignInAsync(town, person)).SignIn;

        // By a look that is shared their own host comes first: it is the fullest.
        var second = await station.OpenAsync(signIn, "second");
        Assert.Equal(("blade-n", false), (second.Host, second.Resumed));
        Assert.NotEqual(visit.Desktop.SessionId, second.SessionId);

        var refusal = await Peers.RefusalAsync(() => station.OpenAsync(signIn, "troisieme"));
        Assert.Equal(ErrorCode.AllHostsFull, refusal.Code);
        // Told by a look of their own after the first claim, not by the eighth claim in a row that was lost.
        var told = await ExplainedAsync(broker, person, opening => opening["hosts"]!.AsArray() is [{ } host] && (string?)host["host"] == "blade-m" && (string?)host["verdict"] == "CarriesOtherDesktop");
        Assert.DoesNotContain("overtaken", told, StringComparison.Ordinal);

        // What they have stays theirs.
        var again = await station.OpenAsync(signIn, "premier");
        Assert.Equal((visit.Desktop.SessionId, true), (again.SessionId, again.Resumed));
    }

    // Records are written behind the answers. All that is told of their last sign-in, when its last opening is told so.
    private static async Task<string> ExplainedAsync(BrokerProcess broker, string person, Func<JsonNode, bool> holds)
    {
        var told = "";
        await Eventually.HoldsAsync($"the last opening of {person} told", Peers.Patience, async () =>
        {
            var answer = await broker.OperatorAsync("explain", person, "--json");
            told = answer.Output;
            return answer.Status == 0 && holds(JsonNode.Parse(told)![0]!["openings"]!.AsArray()[^1]!) ? true : throw new InvalidOperationException($"status {answer.Status}: {told}{answer.Error}");
        });
        return told;
    }

    private Task<BrokerProcess> StartAsync() => town.StartAnotherAsync("sharing", 17, city => city
        .Replace("hosts:\n", """
            hosts:
              - { id: blade-m, address: 127.0.0.1, port: 3298, seats: 4 }
              - { id: blade-n, address: 127.0.0.1, port: 3299, seats: 4 }

            """, StringComparison.Ordinal)
        .Replace("\npools:\n", """

            pools:
              - { id: premier, name: { fr: Premier, en: First }, hosts: [blade-m] }
              - { id: second, name: { fr: Second, en: Second }, hosts: [blade-m, blade-n], placement: pack }
              - { id: troisieme, name: { fr: Troisième, en: Third }, hosts: [blade-m], waiting: { longest: 0s } }

            """, StringComparison.Ordinal)
        .Replace("\nentitlements:\n", """

            entitlements:
              - { tenant: habitat, group: gardiens, pools: [premier, second, troisieme] }

            """, StringComparison.Ordinal));
}
