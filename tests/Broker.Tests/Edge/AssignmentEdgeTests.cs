using System.Text.Json.Nodes;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary><c>broker assignment</c> at a real broker: what the operator does, and where people's desktops are then.</summary>
[Collection(TownCollection.Name)]
public sealed class AssignmentEdgeTests(Town town)
{
    [Fact]
    public async Task An_operator_gives_moves_and_takes_a_place_and_the_next_desktop_obeys()
    {
        await using var broker = await StartAsync();
        await using var first = await ReportingHost.AttachAsync(town, broker, "blade-a");
        await using var second = await ReportingHost.AttachAsync(town, broker, "blade-b");
        var person = town.Only("le-bourget", "stagiaires", 1);
        var id = $"le-bourget/{person}";
        Assert.Equal("rien n'est attribué à personne", (await Done(broker, "list", "--pool", "perso")).Trim());
        Assert.Equal($"perso: blade-b is {id}'s", (await Done(broker, "give", id, "blade-b", "--language", "en")).Trim());
        Assert.Contains($"{id} has blade-b already; to change it: broker assignment move", await RefusedAsync(broker, "give", id, "blade-a", "--language", "en"), StringComparison.Ordinal);

        using (var visit = await Visit.BeginAsync(town, broker, second, "poste-a1", person, "perso"))
        {
            Assert.Equal("blade-b", visit.Desktop.Host);
            var refused = await RefusedAsync(broker, "move", id, "blade-a");
            Assert.Contains($"le bureau de {id} est en cours sur blade-b (session {visit.Desktop.SessionId})", refused, StringComparison.Ordinal);
            Assert.Contains("--when-ended", refused, StringComparison.Ordinal);
            Assert.Contains("est en cours", await RefusedAsync(broker, "take", id, "--pool", "perso"), StringComparison.Ordinal);
            var moved = JsonNode.Parse(await Done(broker, "move", id, "blade-a", "--when-ended", "--json"))!;
            Assert.Equal((true, "blade-a", "blade-b"), ((bool)moved["done"]!, (string)moved["host"]!, (string)moved["before"]!));
            var listed = JsonNode.Parse(await Done(broker, "list", "--pool", "perso", "--json"))!.AsArray().Single()!;
            Assert.Equal((id, "blade-a", "assigned", "blade-b"), ((string)listed["person"]!, (string)listed["host"]!, (string)listed["by"]!, (string)listed["running_on"]!));

            // What runs is the person's until it ends.
            using var again = await Visit.BeginAsync(town, broker, second, "poste-a2", person, "perso");
            Assert.Equal((true, visit.Desktop.SessionId), (again.Desktop.Resumed, again.Desktop.SessionId));
            await EndAsync(broker, second, again);
        }
        using (var next = await Visit.BeginAsync(town, broker, first, "poste-a1", person, "perso"))
        {
            Assert.Equal(("blade-a", false), (next.Desktop.Host, next.Desktop.Resumed));
            await EndAsync(broker, first, next);
        }
        Assert.Equal($"perso: blade-a n'est plus à {id}", (await Done(broker, "take", id, "--pool", "perso")).Trim());
        Assert.Contains("rien n'est attribué", await RefusedAsync(broker, "take", id, "--pool", "perso"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_typed_wrong_is_told_with_what_there_is()
    {
        var unknown = await town.First.OperatorAsync("assignment", "give", "drancy/personne", "blade99");
        Assert.Equal(2, unknown.Status);
        Assert.Contains("no pool that is personal or of machines has 'blade99'", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("mon-pc (pc-1, pc-2, pc-3)", unknown.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await town.First.OperatorAsync("assignment", "give", "nowhere/personne", "pc-1")).Status);
        var several = await town.First.OperatorAsync("assignment", "take", "drancy/personne");
        Assert.Equal(2, several.Status);
        Assert.Contains("say which by --pool: ", several.Error, StringComparison.Ordinal);
        Assert.Contains("d'après le fichier de la ville", (await town.First.OperatorAsync("assignment", "list")).Output, StringComparison.Ordinal);
    }

    // What its host has not been seen with yet is only claimed, and its absence is no end.
    private static async Task EndAsync(BrokerProcess broker, ReportingHost host, Visit visit)
    {
        using (var news = visit.Follow()) await news.UntilAsync(notice => notice.State == SessionState.Active);
        host.Forget(visit.Person);
        await Eventually.HoldsAsync("the end of the desktop", Peers.Patience, async () => JsonNode.Parse(await Done(broker, "list", "--pool", "perso", "--json"))![0]!["running_on"] is null);
    }

    private static async Task<string> Done(BrokerProcess broker, params string[] words)
    {
        var answer = await broker.OperatorAsync(["assignment", .. words]);
        Assert.True(answer.Status == 0, $"{string.Join(' ', words)}: {answer.Error}");
        return answer.Output;
    }

    private static async Task<string> RefusedAsync(BrokerProcess broker, params string[] words)
    {
        var answer = await broker.OperatorAsync(["assignment", .. words]);
        Assert.Equal(1, answer.Status);
        return answer.Error;
    }

    private Task<BrokerProcess> StartAsync() => town.StartAnotherAsync("assigning", 16, city => city
        .Replace("hosts:\n", """
            hosts:
              - { id: blade-a, address: 127.0.0.1, port: 3296, seats: 1 }
              - { id: blade-b, address: 127.0.0.1, port: 3297, seats: 1 }

            """, StringComparison.Ordinal)
        .Replace("\npools:\n", """

            pools:
              - { id: perso, name: { fr: Personnel, en: Personal }, kind: personal, hosts: [blade-a, blade-b] }

            """, StringComparison.Ordinal)
        .Replace("\nentitlements:\n", """

            entitlements:
              - { tenant: le-bourget, group: stagiaires, pools: [perso] }

            """, StringComparison.Ordinal));
}
