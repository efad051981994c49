using System.Text.Json.Nodes;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>What an operator types beside running brokers: check, whois, directories, refresh.</summary>
[Collection(OtherTownCollection.Name)]
public sealed class OperatorTests(Town town)
{
    [Fact]
    public async Task Check_tries_every_thing_and_says_of_each_what_where_and_what_to_do()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade4");
        var (status, text) = await RunAsync(["check"]);
        Assert.Equal(1, status);
        Assert.Contains("ok   broker's certificate", text, StringComparison.Ordinal);
        Assert.Contains("ok   store", text, StringComparison.Ordinal);
        Assert.Contains($"ok   directory agglo ({town.Directory.LdapsUri}): takes the broker's account", text, StringComparison.Ordinal);
        Assert.Matches("tenant drancy has [0-9]+ people", text);
        Assert.Contains("group 'agents' of tenant drancy is there", text, StringComparison.Ordinal);
        // No xrdp runs in this town.
        Assert.Contains("BAD  host blade1 (127.0.0.1:3391): cannot be connected from here: ConnectionRefused", text, StringComparison.Ordinal);
        Assert.Contains("→ look at its xrdp", text, StringComparison.Ordinal);
        Assert.Contains("ok   host blade4 (its agent): reported", text, StringComparison.Ordinal);
        Assert.DoesNotContain("amelie", text, StringComparison.OrdinalIgnoreCase);

        var json = JsonNode.Parse((await RunAsync(["check", "--json"])).Text)!;
        var findings = json["findings"]!.AsArray();
        Assert.Equal((int)json["bad"]!, findings.Count(finding => (string)finding!["verdict"]! == "Bad"));
        Assert.All(findings.Where(finding => (string)finding!["verdict"]! == "Bad"), finding => Assert.NotEmpty((string)finding!["remedy"]!));
    }

    [Theory]
    [InlineData("group: elus", "group: elu", "there is no group 'elu' that counts for tenant dugny", "did you mean 'elus'?")]
    [InlineData("people: { base: \"ou=people", "people: { base: \"ou=peuple", "is not at or below the directory's people base", "correct it")]
    [InlineData("bind_dn: \"cn=broker", "bind_dn: \"cn=breaker", "refused the broker's own account (LDAP result 49", "ldapwhoami")]
    [InlineData("groups: { base: \"ou=groups", "groups: { base: \"ou=grupos", "sees no such base", "correct the DN")]
    [InlineData("id: blade1, address: 127.0.0.1", "id: blade1, address: no-such-host.invalid", "cannot be connected from here", "look at its xrdp")]
    public async Task A_fault_in_the_city_file_is_named_with_what_to_do(string right, string wrong, string message, string remedy)
    {
        var folder = CopyOf(town.First.Folder, city => city.Replace(right, wrong, StringComparison.Ordinal));
        try
        {
            var (status, text) = await RunAsync(["check"], folder);
            Assert.InRange(status, 1, 2);
            Assert.Contains(message, text, StringComparison.Ordinal);
            Assert.Contains(remedy, text, StringComparison.Ordinal);
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Whois_says_what_is_known_of_a_person_and_from_where()
    {
        var (status, text) = await RunAsync(["whois", "Amelie.DURAND"]);
        Assert.Equal(0, status);
        foreach (var part in (string[])["drancy/amelie.durand: Amélie Durand", "Ville de Drancy", $"{town.People.Amelie.Dn} (directory agglo)", "bureau, by group agents", "keyboard: be"])
            Assert.Contains(part, text, StringComparison.Ordinal);
        var json = JsonNode.Parse((await RunAsync(["whois", "amelie.durand@drancy", "--json"])).Text)!;
        Assert.Equal("drancy/amelie.durand", (string)Assert.Single(json["people"]!.AsArray())!["person"]!);
        Assert.Contains("agents", json["people"]![0]!["groups"]!.AsArray().Select(group => (string)group!["name"]!));
        Assert.Equal(1, (await RunAsync(["whois", "nobody.atall"])).Status);
    }

    [Fact]
    public async Task A_right_that_was_taken_away_opens_nothing_more_after_a_refresh()
    {
        var person = town.People["gaetan.sanschagrin"];
        var (agents, renforts) = ($"cn=agents,{town.People.GroupsOf("drancy")}", $"cn=renforts,{town.People.GroupsOf("drancy")}");
        await town.Directory.Accounts.ChangeAsync($"dn: {renforts}\nchangetype: add\nobjectClass: groupOfNames\ncn: renforts\nmember: {person.Dn}\n\ndn: {agents}\nchangetype: modify\nadd: member\nmember: {renforts}\n");
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade1");
        using var station = await StationPeer.ConnectAsync(town, town.Second, "poste-r1");
        // What an earlier test made the brokers know of these groups is not waited for.
        Assert.Equal(0, (await RunAsync(["refresh", "--all"])).Status);
        string signIn = "";
        await Eventually.HoldsAsync("the nested right", Peers.Patience, async () => (signIn = (await station.SignInAsync(town, person.Login)).SignIn).Length > 0);
        Assert.Contains("agents, because renforts is in agents", (await RunAsync(["whois", person.Login])).Text, StringComparison.Ordinal);

        await town.Directory.Accounts.ChangeAsync($"dn: {agents}\nchangetype: modify\ndelete: member\nmember: {renforts}\n");
        var refreshed = await RunAsync(["refresh", $"drancy/{person.Login}"]);
        Assert.Equal((0, true), (refreshed.Status, refreshed.Text.Contains("are read anew", StringComparison.Ordinal)));
        Assert.Equal(ErrorCode.NoEntitlement, (await Peers.RefusalAsync(() => station.OpenAsync(signIn))).Code);
        Assert.Equal(ErrorCode.NoEntitlement, (await Peers.RefusalAsync(() => station.SignInAsync(town, person.Login))).Code);
        Assert.Equal(2, (await RunAsync(["refresh", "nowhere/x"])).Status);
        Assert.Equal(2, (await RunAsync(["refresh"])).Status);
    }

    [Fact]
    public async Task A_right_that_was_taken_away_opens_nothing_more_after_the_stated_age_without_anybody_doing_anything()
    {
        var person = town.People.Everybody.First(one => one.Tenant == "le-bourget" && one.Groups.SequenceEqual(["agents"]));
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade3");
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-r3");
        var signIn = (await station.SignInAsync(town, person.Login)).SignIn;
        var agents = $"cn=agents,{town.People.GroupsOf("le-bourget")}";
        await town.Directory.Accounts.ChangeAsync($"dn: {agents}\nchangetype: modify\ndelete: member\nmember: {person.Dn}\n");
        try
        {
            await Eventually.HoldsAsync("the right is gone", Peers.Patience, async () =>
            {
                try
                {
                    await station.OpenAsync(signIn);
                    return false;
                }
                catch (Grpc.Core.RpcException refused)
                {
                    return City.Callers.StationCaller.Refusal(refused).Code == ErrorCode.NoEntitlement;
                }
            });
        }
        finally
        {
            await town.Directory.Accounts.ChangeAsync($"dn: {agents}\nchangetype: modify\nadd: member\nmember: {person.Dn}\n");
        }
        // Given back, it counts as soon.
        await Eventually.HoldsAsync("the right is back", Peers.Patience, async () => (await station.OpenAsync((await station.SignInAsync(town, person.Login)).SignIn)).Host == "blade3");
    }

    [Fact]
    public async Task An_account_that_was_switched_off_since_opens_nothing_more()
    {
        var person = town.People.Everybody.Last(one => one.Tenant == "drancy" && one.Groups.Contains("agents"));
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade1");
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-r4");
        var signIn = (await station.SignInAsync(town, person.Login)).SignIn;
        await town.Directory.Accounts.LockAsync(person.Dn);
        try
        {
            // In another spelling, as somebody at the helpdesk types it.
            Assert.Contains($"drancy/{person.Login} are read anew", (await RunAsync(["refresh", $"drancy/{person.Login.ToUpperInvariant()}"])).Text, StringComparison.Ordinal);
            Assert.Equal(ErrorCode.NoEntitlement, (await Peers.RefusalAsync(() => station.OpenAsync(signIn))).Code);
        }
        finally
        {
            await town.Directory.Accounts.UnlockAsync(person.Dn);
        }
    }

    [Fact]
    public async Task The_breakers_of_all_brokers_are_seen()
    {
        await Eventually.HoldsAsync("both brokers have said", Peers.Patience, async () => (await RunAsync(["directories"])).Text.Split("\nbroker ").Length >= 2);
        Assert.Equal(0, (await RunAsync(["directories"])).Status);
        await town.Directory.StopAsync();
        try
        {
            using var station = await StationPeer.ConnectAsync(town, town.First, "poste-r2");
            await Eventually.HoldsAsync("one of them knows", Peers.Patience, async () =>
            {
                await Peers.RefusalAsync(() => station.SignInAsync(town, "loic.legoff"));
                var (status, text) = await RunAsync(["directories"]);
                return status == 1 && text.Contains("OUT", StringComparison.Ordinal) && text.Contains("nothing listens there (connection refused)", StringComparison.Ordinal);
            });
        }
        finally
        {
            await town.Directory.StartAgainAsync();
        }
        await Eventually.HoldsAsync("all asked again", Peers.Patience, async () => (await RunAsync(["directories"])).Status == 0);
    }

    private async Task<(int Status, string Text)> RunAsync(string[] arguments, string? folder = null)
    {
        var answer = await Tool.RunAsync(Town.Program, [.. arguments, "--config", Path.Combine(folder ?? town.First.Folder, "broker.json")], deadline: TimeSpan.FromSeconds(60));
        return (answer.Status, answer.Output + answer.Error);
    }

    private static string CopyOf(string folder, Func<string, string> change)
    {
        var copy = System.IO.Directory.CreateTempSubdirectory("vdi-check-").FullName;
        File.WriteAllText(Path.Combine(copy, "city.yaml"), change(File.ReadAllText(Path.Combine(folder, "city.yaml"))));
        var settings = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "broker.json")))!.AsObject();
        settings["city"] = Path.Combine(copy, "city.yaml");
        foreach (var (name, value) in settings["tls"]!.AsObject().ToArray()) settings["tls"]![name] = Path.GetFullPath((string)value!, folder);
        File.WriteAllText(Path.Combine(copy, "broker.json"), settings.ToJsonString());
        return copy;
    }
}
