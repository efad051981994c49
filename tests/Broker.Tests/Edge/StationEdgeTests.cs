using Grpc.Core;
using VdiBroker.City.Callers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Stations that are shut out, at real brokers on a Redis of their own.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class StationEdgeTests(Town town)
{
    // 2 s, and what a machine that plays four towns at a time may add.
    private static readonly TimeSpan _atOnce = TimeSpan.FromSeconds(5);

    private string Person => town.Only("drancy", "agents", 2);

    [Fact]
    public async Task A_revoked_station_is_cut_at_once_and_refused_by_every_broker_and_the_person_goes_on_elsewhere()
    {
        await using var city = await CityAsync("stations-revoke", 80);
        await using var agent = await AgentPeer.AttachAsync(town, city.One, "blade1");
        using var station = await StationPeer.ConnectAsync(town, city.One, "poste-perdu");
        using var beside = await StationPeer.ConnectAsync(town, city.Two, "poste-a-cote");
        using var atTwo = await StationPeer.ConnectAsync(town, city.Two, "poste-perdu");
        var signIn = (await station.SignInAsync(town, Person)).SignIn;
        var desktop = await station.OpenAsync(signIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(Person, desktop.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(Person, connected: true));
        using var following = station.Follow(signIn, desktop);
        await following.HearsAsync(SessionState.Active);

        // Through the other broker: nobody tells the first one but the store.
        var revoked = await city.Two.OperatorAsync("station", "revoke", "poste-perdu", "--why", "volé au guichet");
        Assert.Equal((0, ""), (revoked.Status, revoked.Error));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var cut = await Assert.ThrowsAsync<RpcException>(() => following.HearsAsync(SessionState.SignedOut));
        Assert.True(clock.Elapsed < _atOnce, $"cut after {clock.Elapsed}");
        var told = StationCaller.Refusal(cut);
        Assert.Equal((ErrorCode.StationRevoked, Retry.Never), (told.Code, told.Retry));
        Assert.Contains("retiré du service", told.Text, StringComparison.Ordinal);
        foreach (var at in (StationPeer[])[station, atTwo])
        {
            // Each broker hears of it by itself.
            await Eventually.HoldsAsync("refused here", _atOnce, async () => !await at.MayAsync());
            Assert.Equal(ErrorCode.StationRevoked, (await Peers.RefusalAsync(() => at.SignInAsync(town, Person))).Code);
            Assert.Equal(ErrorCode.StationRevoked, (await Peers.RefusalAsync(() => at.OpenAsync(signIn))).Code);
        }
        Assert.Contains("poste-perdu is revoked", (await city.One.OperatorAsync("station", "list")).Output, StringComparison.Ordinal);

        // Their desktop runs, and is theirs at the station beside.
        var again = await beside.OpenAsync((await beside.SignInAsync(town, Person)).SignIn);
        Assert.Equal((desktop.SessionId, true), (again.SessionId, again.Resumed));

        Assert.Equal(0, (await city.One.OperatorAsync("station", "restore", "poste-perdu")).Status);
        await Eventually.HoldsAsync("admitted again", _atOnce, async () => await atTwo.MayAsync());
    }

    [Fact]
    public async Task A_name_that_was_given_to_a_new_machine_admits_its_certificate_and_not_the_stolen_one()
    {
        await using var city = await CityAsync("stations-new", 83);
        using var stolen = await StationPeer.ConnectAsync(town, city.One, "poste-vole");
        Assert.True(await stolen.MayAsync());
        Assert.Equal(0, (await city.One.OperatorAsync("station", "revoke", "poste-vole")).Status);
        var certificate = await town.CertificateAsync("station", "poste-vole");
        var other = await town.CertificateAsync("station", "poste-autre");
        Assert.Equal(2, (await city.One.OperatorAsync("station", "restore", "poste-vole", "--certificate", other.Certificate)).Status);
        Assert.Equal(0, (await city.One.OperatorAsync("station", "restore", "poste-vole", "--certificate", certificate.Certificate)).Status);
        using var renewed = new StationPeer(Peers.Connect(town, city.One, certificate));
        await Eventually.HoldsAsync("the new machine is admitted", _atOnce, () => renewed.MayAsync());
        Assert.False(await stolen.MayAsync());
    }

    [Fact]
    public async Task Who_was_revoked_stays_out_without_a_store_after_a_restart_and_in_a_store_that_was_emptied()
    {
        await using var city = await CityAsync("stations-kept", 86);
        Assert.Equal(0, (await city.One.OperatorAsync("station", "revoke", "poste-perdu")).Status);
        using var station = await StationPeer.ConnectAsync(town, city.One, "poste-perdu");
        await Eventually.HoldsAsync("refused", _atOnce, async () => !await station.MayAsync());

        Assert.Equal("OK", await city.Redis.AskAsync("flushall"));
        await Eventually.HoldsAsync("put back", Peers.Patience, async () => (await city.Two.OperatorAsync("station", "list")).Output.Contains("poste-perdu is revoked", StringComparison.Ordinal));
        Assert.False(await station.MayAsync());

        await city.One.StopAsync();
        await city.Redis.KillAsync();
        await city.One.StartAsync();
        Assert.Equal(ErrorCode.StationRevoked, (await Peers.RefusalAsync(() => station.SignInAsync(town, Person))).Code);
    }

    [Fact]
    public async Task What_nobody_can_read_of_a_station_shuts_it_out_alone_until_its_certificate_is_admitted_anew()
    {
        await using var city = await CityAsync("stations-unread", 88);
        var certificate = await town.CertificateAsync("station", "poste-abime");
        using var station = new StationPeer(Peers.Connect(town, city.One, certificate));
        using var beside = await StationPeer.ConnectAsync(town, city.One, "poste-voisin");
        Assert.True(await station.MayAsync());
        Assert.Equal("1", await city.Redis.AskAsync("hset", "vdi:{test}:standings", "poste-abime", """{"revoked":"""));
        await Eventually.HoldsAsync("refused", Peers.Patience, async () => !await station.MayAsync());
        Assert.True(await beside.MayAsync());
        Assert.Contains("poste-abime is refused: what was decided of it cannot be read", (await city.Two.OperatorAsync("station", "list")).Output, StringComparison.Ordinal);

        // Any certificate might be the stolen one.
        Assert.Equal(1, (await city.One.OperatorAsync("station", "restore", "poste-abime")).Status);
        Assert.False(await station.MayAsync());
        Assert.Equal(0, (await city.One.OperatorAsync("station", "restore", "poste-abime", "--certificate", certificate.Certificate)).Status);
        await Eventually.HoldsAsync("admitted", _atOnce, () => station.MayAsync());
    }

    [Theory]
    [InlineData("station", "revoke", "Poste 3")]
    [InlineData("station", "restore", "poste-3", "--fingerprint", "12:34")]
    [InlineData("station", "restore", "poste-3", "--certificate", "/nowhere.crt")]
    public async Task What_cannot_be_is_told_and_changes_nothing(params string[] words)
    {
        var answer = await town.First.OperatorAsync(words);
        Assert.Equal((2, ""), (answer.Status, answer.Output));
        Assert.NotEqual("", answer.Error);
        Assert.DoesNotContain("poste-3", (await town.First.OperatorAsync("station", "list")).Output, StringComparison.Ordinal);
    }

    private Task<TwoBrokers> CityAsync(string name, int host) => TwoBrokers.StartAsync(town, name, host);
}
