using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Core;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Stations that come without a visit: admitted by their code, renewed, copied, shut out, at real brokers on a Redis of their own.</summary>
[Collection(StationsTownCollection.Name)]
public sealed class EnrolmentEdgeTests(Town town)
{
    // 2 s, and what a machine that plays four towns at a time may add.
    private static readonly TimeSpan _atOnce = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task An_admitted_station_signs_a_person_in_at_every_broker_with_the_settings_and_hosts_of_its_place()
    {
        await using var city = await CityAsync("enrol-admit", 110);
        await using var three = await AgentPeer.AttachAsync(town, city.One, "blade3");
        await using var four = await AgentPeer.AttachAsync(town, city.One, "blade4");
        using var station = new UnknownStation(town);
        using var asking = station.Ask(city.One);
        var waiting = await asking.WaitingAsync();
        Assert.Matches("^[A-Z2-9]{4}-[A-Z2-9]{4}$", waiting.Code);
        Assert.Equal(station.Fingerprint, waiting.Fingerprint);
        Assert.Contains(waiting.Code, waiting.Text, StringComparison.Ordinal);

        using var listed = JsonDocument.Parse((await city.Two.OperatorAsync("station", "waiting", "--json")).Output);
        var row = Assert.Single(listed.RootElement.EnumerateArray());
        Assert.Equal((waiting.Code, station.Fingerprint, "nouveau", "Igel UD3", "3c:52:82:01:0a:ff"), (Text(row, "code"), Text(row, "fingerprint"), Text(row, "name"), Text(row, "model"), Text(row, "cards")));

        var nowhere = await city.Two.OperatorAsync("station", "accept", waiting.Code, "--name", "accueil-7", "--place", "cave");
        Assert.Equal(2, nowhere.Status);
        Assert.Contains("couloir", nowhere.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await city.Two.OperatorAsync("station", "accept", waiting.Code, "--name", "accueil-7", "--place", "couloir", "--kind", "throne")).Status);

        // By the other broker's operator, as it is read out: small letters, no hyphen.
        var accepted = await city.Two.OperatorAsync("station", "accept", waiting.Code.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant(), "--name", "accueil-7", "--place", "couloir", "--kind", "public", "--why", "guichet neuf");
        Assert.Equal((0, ""), (accepted.Status, accepted.Error));
        var clock = Stopwatch.StartNew();
        var told = (await asking.NextAsync()).Accepted;
        Assert.True(clock.Elapsed < _atOnce, $"told after {clock.Elapsed}");
        Assert.Equal("accueil-7", told.Name);
        Assert.Contains("no station waits", (await city.One.OperatorAsync("station", "waiting")).Output, StringComparison.Ordinal);
        var list = (await city.One.OperatorAsync("station", "list")).Output;
        Assert.Contains("accueil-7 is admitted with the certificate", list, StringComparison.Ordinal);
        Assert.Contains("at couloir (public)", list, StringComparison.Ordinal);

        var person = town.Only("le-bourget", "agents");
        foreach (var broker in (BrokerProcess[])[city.One, city.Two])
        {
            using var peer = station.At(broker, told.Certificate);
            var reply = await peer.SignInAsync(town, person);
            // The place's own words, and what its kind says where the place is silent: not the kind of the place, the station's.
            Assert.Equal(("us", IdleAct.Disconnect, 300L), (reply.Settings.Keyboard, reply.Settings.WhenIdle.Act, reply.Settings.WhenIdle.After.Seconds));
            Assert.Equal("blade4", (await peer.OpenAsync(reply.SignIn)).Host);
        }
        Assert.Contains("corridor", (await city.One.OperatorAsync("profile", "show", $"le-bourget/{person}", "--station", "accueil-7")).Output, StringComparison.Ordinal);

        // The same code again, by somebody who has not seen that it is done.
        Assert.Contains("accepted before, as accueil-7", (await city.One.OperatorAsync("station", "accept", waiting.Code, "--name", "autre", "--place", "couloir")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_station_gets_nothing_but_its_code_whatever_name_it_writes_into_its_certificate()
    {
        await using var city = await CityAsync("enrol-nothing", 114);
        foreach (var claims in (string?[])[null, "vdi://test-city/station/accueil-1", "vdi://test-city/host/blade1", "vdi://test-city/operator/astreinte"])
        {
            using var station = new UnknownStation(town, claims);
            var channel = station.Connect(city.One);
            var refused = new List<RpcException>
            {
                await Assert.ThrowsAsync<RpcException>(async () => await new StationService.StationServiceClient(channel).SignInAsync(new SignInRequest { Login = "x", Password = "y" }, deadline: DateTime.UtcNow + Peers.Patience)),
                await Assert.ThrowsAsync<RpcException>(async () => await new HostService.HostServiceClient(channel).RedeemTicketAsync(new RedeemTicketRequest { User = "x", Ticket = "y" }, deadline: DateTime.UtcNow + Peers.Patience)),
                await Assert.ThrowsAsync<RpcException>(async () => await new EnrolmentService.EnrolmentServiceClient(channel).RenewAsync(UnknownStation.Request(station.Key), deadline: DateTime.UtcNow + Peers.Patience)),
            };
            Assert.All(refused, one => Assert.Empty(one.Trailers));
            using var asking = station.Ask(city.One);
            Assert.NotEqual("", (await asking.WaitingAsync()).Code);
        }
        // Of a city that enrols nobody the handshake is all that they see.
        using var stranger = new UnknownStation(town);
        using var elsewhere = stranger.Ask(town.First);
        await Assert.ThrowsAsync<RpcException>(elsewhere.NextAsync);
        // Who is known has nothing to ask there.
        using var known = Peers.Connect(town, city.One, await town.CertificateAsync("station", "poste-connu"));
        using var needless = new Asking(new EnrolmentService.EnrolmentServiceClient(known).Enrol(new EnrolRequest(), deadline: DateTime.UtcNow + Peers.Patience));
        Assert.Equal(ErrorCode.CallerNotAllowed, (await Peers.RefusalAsync(needless.NextAsync)).Code);
    }

    [Fact]
    public async Task A_code_is_the_key_s_own_at_every_broker_and_a_refused_station_shows_why()
    {
        await using var city = await CityAsync("enrol-code", 118);
        using var station = new UnknownStation(town);
        using var other = new UnknownStation(town);
        string code;
        using (var asking = station.Ask(city.One)) code = (await asking.WaitingAsync()).Code;
        // What the other one says of itself is word for word the same.
        using var others = other.Ask(city.One);
        Assert.NotEqual(code, (await others.WaitingAsync()).Code);
        using var again = station.Ask(city.Two);
        Assert.Equal(code, (await again.WaitingAsync()).Code);

        Assert.Equal(0, (await city.One.OperatorAsync("station", "refuse", code, "--why", "pas de poste prévu ici")).Status);
        Assert.Contains("pas de poste prévu ici", (await again.NextAsync()).Refused.Text, StringComparison.Ordinal);
        // A refusal was a mistake: the code is still good.
        Assert.Equal(0, (await city.One.OperatorAsync("station", "accept", code, "--name", "poste-9", "--place", "couloir")).Status);
        using var last = station.Ask(city.One);
        Assert.Equal("poste-9", (await last.NextAsync()).Accepted.Name);

        // The name is somebody's now.
        using var asked = other.Ask(city.One);
        var second = (await asked.WaitingAsync()).Code;
        var taken = await city.Two.OperatorAsync("station", "accept", second, "--name", "poste-9", "--place", "couloir");
        Assert.Equal(1, taken.Status);
        Assert.Contains("--replace", taken.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await city.Two.OperatorAsync("station", "accept", "AAAA-2222", "--name", "poste-8", "--place", "couloir")).Status);
        Assert.Equal(2, (await city.Two.OperatorAsync("station", "accept", "O0l1", "--name", "poste-8", "--place", "couloir")).Status);
    }

    [Fact]
    public async Task A_machine_that_takes_a_name_over_shuts_the_former_one_out_and_a_revoked_one_is_out_at_once()
    {
        await using var city = await CityAsync("enrol-replace", 122);
        using var former = new UnknownStation(town);
        using var machine = new UnknownStation(town);
        var first = await former.AdmittedAsync(city.One, "poste-3");
        using var old = former.At(city.One, first);
        Assert.True(await old.MayAsync());
        var second = await machine.AdmittedAsync(city.Two, "poste-3", "--replace");
        // At the broker that has not heard of it yet, too: what it would refuse it looks for.
        using var atOne = machine.At(city.One, second);
        Assert.True(await atOne.MayAsync());
        await Eventually.HoldsAsync("the former one is out", _atOnce, async () => !await old.MayAsync());

        Assert.Equal(0, (await city.Two.OperatorAsync("station", "revoke", "poste-3")).Status);
        await Eventually.HoldsAsync("out", _atOnce, async () => !await atOne.MayAsync());
        // Given back it is what it was: this certificate, this place.
        Assert.Equal(0, (await city.Two.OperatorAsync("station", "restore", "poste-3")).Status);
        await Eventually.HoldsAsync("in", _atOnce, () => atOne.MayAsync());
        Assert.False(await old.MayAsync());
        Assert.Contains("at couloir", (await city.One.OperatorAsync("station", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_station_goes_on_and_its_former_certificate_is_good_until_the_next_one_is_shown()
    {
        await using var city = await CityAsync("enrol-renew", 126);
        using var station = new UnknownStation(town);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var first = await station.AdmittedAsync(city.One, "poste-5");
        var second = await station.RenewAsync(city.One, station.With(first), next);
        // The answer was lost: the same one, at any broker.
        Assert.Equal(second, await station.RenewAsync(city.Two, station.With(first), next));
        using var before = station.At(city.Two, first);
        Assert.True(await before.MayAsync());

        // A copy of the disk asks with a key of its own.
        using var copy = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(ErrorCode.CertificateCopied, (await Peers.RefusalAsync(() => station.RenewAsync(city.Two, station.With(first), copy))).Code);
        await Eventually.HoldsAsync("told loudly", Peers.Patience, () => city.Two.Log().Contains("[304]", StringComparison.Ordinal));

        var renewed = X509Certificate2.CreateFromPem(second, next.ExportPkcs8PrivateKeyPem());
        using var after = new StationPeer(station.Connect(city.One, renewed));
        Assert.True(await after.MayAsync());
        Assert.Equal("", await station.RenewAsync(city.One, renewed, next));
        await Eventually.HoldsAsync("the former one is out", _atOnce, async () => !await before.MayAsync());
        await Eventually.HoldsAsync("told loudly", Peers.Patience, () => city.Two.Log().Contains("[305]", StringComparison.Ordinal));
        // What was refused to the copy stays refused.
        Assert.Equal(ErrorCode.StationRevoked, (await Peers.RefusalAsync(() => station.RenewAsync(city.Two, station.With(first), copy))).Code);
        Assert.Contains("at couloir", (await city.One.OperatorAsync("station", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_of_the_former_certificate_ends_so_that_the_station_opens_it_anew()
    {
        await using var city = await CityAsync("enrol-streams", 130);
        await using var agent = await AgentPeer.AttachAsync(town, city.One, "blade1");
        using var station = new UnknownStation(town);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var first = await station.AdmittedAsync(city.One, "poste-6");
        using var before = station.At(city.One, first);
        var person = town.Only("drancy", "agents", 3);
        var signIn = (await before.SignInAsync(town, person)).SignIn;
        var desktop = await before.OpenAsync(signIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(person, desktop.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(person, connected: true));
        using var following = before.Follow(signIn, desktop);
        await following.HearsAsync(SessionState.Active);

        var second = await station.RenewAsync(city.One, station.With(first), next);
        using var after = new StationPeer(station.Connect(city.One, X509Certificate2.CreateFromPem(second, next.ExportPkcs8PrivateKeyPem())));
        await after.NoticeAsync(signIn, desktop, SessionState.Active);
        // Not "taken out of service", at which a station takes the picture away.
        var cut = await Assert.ThrowsAsync<RpcException>(() => following.HearsAsync(SessionState.SignedOut));
        Assert.Equal(ErrorCode.BrokerStopping, City.Callers.StationCaller.Refusal(cut).Code);
        await after.NoticeAsync(signIn, desktop, SessionState.Active);
    }

    [Fact]
    public async Task A_certificate_in_the_first_half_of_its_life_is_not_renewed()
    {
        await using var city = await CityAsync("enrol-early", 134, "8760h");
        using var station = new UnknownStation(town);
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var first = await station.AdmittedAsync(city.One, "poste-7");
        Assert.Equal(ErrorCode.RenewalTooEarly, (await Peers.RefusalAsync(() => station.RenewAsync(city.One, station.With(first), next))).Code);
    }

    private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;

    // Certificates hold from five minutes ago: one of four minutes is in the second half of its life.
    private Task<TwoBrokers> CityAsync(string name, int host, string valid = "4m") => TwoBrokers.StartAsync(town, name, host, valid);
}
