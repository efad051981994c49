using System.Text.Json.Nodes;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>What <c>broker explain</c> tells of sign-ins at real brokers.</summary>
[Collection(TownCollection.Name)]
public sealed class ExplainTests(Town town)
{
    [Fact]
    public async Task A_desktop_that_was_opened_is_explained_by_person_station_and_session()
    {
        var person = town.People.Everybody.Last(p => p.Tenant == "le-bourget" && p.Groups.Contains("agents")).Login;
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade3");
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-explique");
        var signIn = (await station.SignInAsync(town, person)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(desktop.User, desktop.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(desktop.User, connected: true));
        var told = await ToldAsync(person, text => text.Contains("à l'écran", StringComparison.Ordinal));
        Assert.Contains("votre bureau « Paire » vous a été donné sur blade3", told, StringComparison.Ordinal);
        Assert.Contains("→ blade3", told, StringComparison.Ordinal);
        Assert.Contains("blade4", told, StringComparison.Ordinal);
        Assert.Contains("billet présenté par blade3 : accepté", told, StringComparison.Ordinal);
        foreach (var segment in (string[])["poste", "annuaire", "profil", "attente", "placement", "serveur", "première image"]) Assert.Matches($@"\n      {segment} +", told);
        Assert.Contains(desktop.SessionId, await ToldAsync("poste-explique"), StringComparison.Ordinal);
        Assert.Contains("blade3", await ToldAsync(desktop.SessionId), StringComparison.Ordinal);

        var json = JsonNode.Parse((await town.First.OperatorAsync("explain", person, "--json", "--language", "en")).Output)!;
        Assert.Equal(2, json[0]!["forThePerson"]!.AsArray().Count);
        Assert.Equal(7, json[0]!["openings"]![0]!["segments"]!.AsArray().Count);
        await station.CloseAsync(signIn, desktop, Closing.SignOut);
        await agent.ObserveAsync();
        await ToldAsync(person, text => text.Contains("Vous avez ensuite fermé votre session.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_reference_of_a_wrong_password_finds_its_record_and_what_was_typed_is_nowhere()
    {
        using var station = await StationPeer.ConnectAsync(town, town.Second, "poste-refus");
        var person = town.People.Everybody.Last(p => p.Tenant == "drancy").Login;
        var known = await RefusalAsync(station, person, "wrong-one");
        var text = await ToldAsync(known.Reference.ToUpperInvariant());
        Assert.Contains($"drancy/{person}", text, StringComparison.Ordinal);
        Assert.Contains("vous n'avez pas pu vous identifier : le nom ou le mot de passe n'a pas été reconnu.", text, StringComparison.Ordinal);
        Assert.Contains("l'annuaire connaît la personne et a refusé", text, StringComparison.Ordinal);

        // Somebody typed a password where the name belongs.
        const string typed = "Secret-4711-Pass";
        var unknown = await RefusalAsync(station, typed, "x");
        text = await ToldAsync(unknown.Reference, language: "en");
        Assert.Contains("no directory knows this name", text, StringComparison.Ordinal);
        Assert.DoesNotContain(typed, text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(unknown.Reference, await ToldAsync(typed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_no_right_and_who_finds_no_server_is_told_why()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-sans");
        var without = town.People.Everybody.First(p => p.Tenant == "le-bourget" && !p.Groups.Contains("agents")).Login;
        var refused = await Peers.RefusalAsync(() => station.SignInAsync(town, without));
        Assert.Equal(ErrorCode.NoEntitlement, refused.Code);
        Assert.Contains("no desktop was given to your account", await ToldAsync(refused.Reference, language: "en"), StringComparison.Ordinal);
        Assert.Contains(refused.Reference, await ToldAsync(without), StringComparison.Ordinal);
    }

    private async Task<ErrorDetail> RefusalAsync(StationPeer station, string login, string password) =>
        await Peers.RefusalAsync(async () => await station.Calls.SignInAsync(new SignInRequest { Login = login, Password = password, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience));

    // Records are written behind the answers.
    private async Task<string> ToldAsync(string what, Func<string, bool>? until = null, string language = "fr")
    {
        var text = "";
        await Eventually.HoldsAsync($"explanation of {what}", Peers.Patience, async () =>
        {
            var answer = await town.First.OperatorAsync("explain", what, "--language", language);
            text = answer.Output;
            return answer.Status == 0 && (until is null || until(text));
        });
        return text;
    }
}
