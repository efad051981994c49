using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>The broker as stations and agents see it: a real process, real mTLS, real LDAP, real Redis.</summary>
[Collection(TownCollection.Name)]
public sealed class EdgeTests(Town town)
{
    private const string Amelie = "amelie.durand";

    [Fact]
    public async Task A_desktop_is_opened_redeemed_followed_moved_and_signed_out_of()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade1");
        using var a = await StationPeer.ConnectAsync(town, town.First, "poste-a");
        using var b = await StationPeer.ConnectAsync(town, town.Second, "poste-b");

        var atA = await a.SignInAsync(town, Amelie);
        Assert.Equal(("be", 1280u, "Ville de Drancy"), (atA.Settings.Keyboard, atA.Settings.ScreenWidth, atA.Person.TenantName));
        var first = await a.OpenAsync(atA.SignIn);
        Assert.Equal(("blade1", 3391u, false), (first.Host, first.Port, first.Resumed));
        Assert.Equal(("out", "out"), (atA.Settings.Clipboard, first.Settings.Clipboard));
        var granted = await agent.PresentAsync(Amelie, first.Ticket);
        Assert.Equal(Redemption.Granted, granted.Redemption);
        // What the host keeps, so that a lost store can be rebuilt from it.
        Assert.Equal((first.SessionId, first.Fence, $"drancy/{Amelie}", atA.Desktops[0].PoolId), (granted.SessionId, granted.Fence, granted.Person, granted.Pool));
        var refused = await agent.PresentAsync(Amelie, first.Ticket);
        Assert.Equal((Redemption.Used, "", ""), (refused.Redemption, refused.Person, refused.Pool));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true));
        await a.NoticeAsync(atA.SignIn, first, SessionState.Active);

        // At the other station, by the other broker: the same session, and the first station is told.
        var atB = await b.SignInAsync(town, Amelie, "en");
        Assert.True(Assert.Single(atB.Desktops).Running);
        var second = await b.OpenAsync(atB.SignIn);
        Assert.Equal((first.SessionId, true), (second.SessionId, second.Resumed));
        Assert.True(second.Fence > first.Fence);
        var moved = await a.NoticeAsync(atA.SignIn, first, SessionState.Moved);
        Assert.Equal("poste-b", moved.Station);
        Assert.Contains("poste-b", moved.Text, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.MovedElsewhere, (await Peers.RefusalAsync(() => a.OpenAsync(atA.SignIn))).Code);

        // Signed out at the second broker; the agent is attached to the first.
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(Amelie, second.Ticket));
        await agent.ObserveAsync(AgentPeer.Seen(Amelie, connected: true));
        await b.NoticeAsync(atB.SignIn, second, SessionState.Active);
        await b.CloseAsync(atB.SignIn, second, Closing.SignOut);
        await Eventually.HoldsAsync("order to end", Peers.Patience, () => agent.Orders.Any(o => o.EndSession?.User == Amelie));
        await agent.ObserveAsync();
        var ended = await b.NoticeAsync(atB.SignIn, second, SessionState.SignedOut, "en");
        Assert.StartsWith("You are signed out", ended.Text, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(() => b.OpenAsync(atB.SignIn))).Code);
    }

    [Fact]
    public async Task A_place_gives_its_settings_to_who_sits_there()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-couloir-1");
        var settings = (await station.SignInAsync(town, Amelie)).Settings;
        Assert.Equal(("us", "fr", 0u, "off"), (settings.Keyboard, settings.Language, settings.ScreenWidth, settings.Clipboard));
        // By its kind, for nothing else is said of it.
        Assert.Equal((IdleAct.Disconnect, 180, 20), (settings.WhenIdle.Act, settings.WhenIdle.After.Seconds, settings.WhenIdle.Warn.Seconds));
        using var desk = await StationPeer.ConnectAsync(town, town.First, "poste-bureau-1");
        Assert.Equal((IdleAct.Lock, 900), ((await desk.SignInAsync(town, Amelie)).Settings.WhenIdle is { } idle ? (idle.Act, idle.After.Seconds) : default));
    }

    [Fact]
    public async Task What_a_person_prefers_at_a_station_is_in_their_profile_at_every_other()
    {
        var person = town.People.Everybody.Last(p => p.Tenant == "dugny" && p.Groups.Contains("agents")).Login;
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-a");
        using var other = await StationPeer.ConnectAsync(town, town.Second, "poste-b");
        var first = await station.SignInAsync(town, person);
        Assert.Equal(("1", "normal"), (first.Settings.TextSize, first.Settings.Contrast));
        await station.Calls.PreferAsync(new PreferRequest { SignIn = first.SignIn, TextSize = "1.5" });
        await station.Calls.PreferAsync(new PreferRequest { SignIn = first.SignIn, Contrast = "high" });
        var second = await other.SignInAsync(town, person);
        Assert.Equal(("1.5", "high"), (second.Settings.TextSize, second.Settings.Contrast));
        var bad = await Peers.RefusalAsync(async () => await other.Calls.PreferAsync(new PreferRequest { SignIn = second.SignIn, TextSize = "9" }));
        var hyphen = await Peers.RefusalAsync(async () => await other.Calls.PreferAsync(new PreferRequest { SignIn = second.SignIn, TextSize = "-" }));
        var stolen = await Peers.RefusalAsync(async () => await station.Calls.PreferAsync(new PreferRequest { SignIn = second.SignIn, TextSize = "2" }));
        Assert.Equal((ErrorCode.InvalidRequest, ErrorCode.InvalidRequest, ErrorCode.SignInEnded), (bad.Code, hyphen.Code, stolen.Code));

        // The host of a desktop that begins now is told, whichever broker it asks.
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade2");
        var third = await other.SignInAsync(town, person);
        var desktop = await other.OpenAsync(third.SignIn);
        var granted = await agent.PresentAsync(person, desktop.Ticket);
        Assert.Equal((Redemption.Granted, "fr", "1.5", "high"), (granted.Redemption, granted.Settings.Language, granted.Settings.TextSize, granted.Settings.Contrast));
        await agent.ObserveAsync(AgentPeer.Seen(person, connected: true));
        await other.CloseAsync(third.SignIn, desktop, Closing.SignOut);
        await agent.ObserveAsync();
    }

    [Fact]
    public async Task A_restarted_host_is_told_as_lost_and_a_new_desktop_is_given()
    {
        var person = town.People.Everybody.First(p => p.Tenant == "dugny" && p.Groups.Contains("agents")).Login;
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-c");
        Desktop first;
        SignInReply signIn;
        await using (var agent = await AgentPeer.AttachAsync(town, town.First, "blade2"))
        {
            signIn = await station.SignInAsync(town, person);
            first = await station.OpenAsync(signIn.SignIn);
            Assert.Equal(Redemption.Granted, await agent.RedeemAsync(person, first.Ticket));
            await agent.ObserveAsync(AgentPeer.Seen(person, connected: true));
            await station.NoticeAsync(signIn.SignIn, first, SessionState.Active);
        }
        await using var restarted = await AgentPeer.AttachAsync(town, town.First, "blade2", boot: "boot-2");
        await station.NoticeAsync(signIn.SignIn, first, SessionState.HostLost);
        var again = await station.OpenAsync(signIn.SignIn);
        Assert.NotEqual(first.SessionId, again.SessionId);
    }

    [Fact]
    public async Task A_station_is_no_host_and_a_host_is_no_station()
    {
        var (station, host) = (await town.CertificateAsync("station", "poste-d"), await town.CertificateAsync("host", "blade1"));
        using var asStation = Peers.Connect(town, town.First, station);
        using var asHost = Peers.Connect(town, town.First, host);
        var redeem = await Peers.RefusalAsync(async () => await new HostService.HostServiceClient(asStation).RedeemTicketAsync(new RedeemTicketRequest { User = "x", Ticket = "y" }));
        var signIn = await Peers.RefusalAsync(async () => await new StationService.StationServiceClient(asHost).SignInAsync(new SignInRequest { Login = "x", Password = "y" }));
        Assert.Equal((ErrorCode.CallerNotAllowed, ErrorCode.CallerNotAllowed), (redeem.Code, signIn.Code));
    }

    [Fact]
    public async Task A_host_that_the_city_file_does_not_list_is_refused()
    {
        using var channel = Peers.Connect(town, town.First, await town.CertificateAsync("host", "intruder"));
        var refusal = await Peers.RefusalAsync(async () => await new HostService.HostServiceClient(channel).RedeemTicketAsync(new RedeemTicketRequest { User = "x", Ticket = "y" }));
        Assert.Equal(ErrorCode.CallerNotAllowed, refusal.Code);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_not_let_in()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-other-").FullName;
        try
        {
            var other = await VdiBroker.City.Brokers.CityCertificates.CreateAsync(Town.Program, folder, "test-city");
            using var channel = Peers.Connect(town, town.First, await other.IssueAsync("station", "poste-a", folder));
            var failure = await Assert.ThrowsAsync<RpcException>(async () => await new StationService.StationServiceClient(channel).SignInAsync(new SignInRequest { Login = "x", Password = "y" }, deadline: DateTime.UtcNow + Peers.Patience));
            Assert.Null(failure.Trailers.GetValueBytes("vdi-error-bin"));
        }
        finally
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("fr", "Le nom ou le mot de passe n'est pas le bon")]
    [InlineData("en", "The name or the password is not right")]
    [InlineData("de", "Le nom ou le mot de passe n'est pas le bon")]
    public async Task A_refusal_speaks_the_station_s_language(string language, string start)
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-e");
        var refusal = await Peers.RefusalAsync(async () => await station.Calls.SignInAsync(new SignInRequest { Login = Amelie, Password = "wrong", Language = language }));
        Assert.StartsWith(start, refusal.Text, StringComparison.Ordinal);
        Assert.Matches("^[a-km-np-z2-9]{8}$", refusal.Reference);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("amelie.durand", "")]
    [InlineData("*", "x")]
    [InlineData("amelie.durand)(uid=*", "x")]
    public async Task Nothing_typed_and_injections_get_the_one_answer(string login, string password)
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-f");
        var refusal = await Peers.RefusalAsync(async () => await station.Calls.SignInAsync(new SignInRequest { Login = login, Password = password }));
        Assert.Equal(ErrorCode.SignInRejected, refusal.Code);
    }

    [Fact]
    public async Task What_is_too_long_is_refused_by_name()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-g");
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await station.Calls.SignInAsync(new SignInRequest { Login = new string('a', 257), Password = "x" }));
        Assert.Equal(StatusCode.InvalidArgument, failure.StatusCode);
        Assert.Contains("login must have 1 to 256 characters", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_s_impossible_report_hurts_only_itself()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade2", boot: "boot-2");
        await agent.ObserveAsync([.. Enumerable.Repeat(AgentPeer.Seen("somebody", connected: true), 19)]);
        await Eventually.HoldsAsync("end of the stream", Peers.Patience, () => agent.Ended?.StatusCode == StatusCode.InvalidArgument);
    }

    [Fact]
    public async Task A_session_that_cannot_be_read_takes_no_host_away_from_the_others()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.Second, "blade2", boot: "boot-2");
        await agent.ObserveAsync(AgentPeer.Seen("a line\nbreak", connected: true), AgentPeer.Seen(new string('x', 257), connected: true));
        await Eventually.HoldsAsync("the log says so", Peers.Patience, () => town.Second.Log().Contains("host blade2 reports what cannot be", StringComparison.Ordinal));
        // It is listened to further.
        var orders = agent.Orders.Count;
        Assert.Equal(Redemption.Unknown, await agent.RedeemAsync(new string('x', 256), "nothing-that-was-ever-issued"));
        Assert.Equal((null, orders), (agent.Ended, agent.Orders.Count));
        await agent.ObserveAsync();
    }

    [Fact]
    public async Task A_station_fills_its_own_places_and_nobody_else_s()
    {
        using var greedy = await StationPeer.ConnectAsync(town, town.First, "poste-j");
        using var honest = await StationPeer.ConnectAsync(town, town.First, "poste-k");
        var tries = Enumerable.Range(0, 12).Select(_ => Peers.RefusalAsync(async () => await greedy.Calls.SignInAsync(new SignInRequest { Login = Amelie, Password = "wrong" }))).ToList();
        Assert.NotEmpty((await honest.SignInAsync(town, Amelie)).SignIn);
        var codes = (await Task.WhenAll(tries)).Select(refusal => refusal.Code).ToList();
        Assert.Contains(ErrorCode.TooManyAtOnce, codes);
        Assert.Contains(ErrorCode.SignInRejected, codes);
        Assert.Equal(ErrorCode.SignInRejected, (await Peers.RefusalAsync(async () => await greedy.Calls.SignInAsync(new SignInRequest { Login = Amelie, Password = "wrong" }))).Code);
    }

    [Fact]
    public async Task A_sign_out_of_a_sign_in_that_is_not_known_is_not_called_done()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-l");
        var unknown = new string('x', 43);
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(() => station.CloseAsync(unknown, new Desktop { SessionId = "s" }, Closing.SignOut))).Code);
        await station.CloseAsync(unknown, new Desktop(), Closing.Leave);
    }

    [Fact]
    public async Task Another_station_s_secret_is_worth_nothing()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.Second, "blade1");
        using var owner = await StationPeer.ConnectAsync(town, town.First, "poste-h");
        using var thief = await StationPeer.ConnectAsync(town, town.First, "poste-i");
        var person = town.People.Everybody.Where(p => p.Tenant == "drancy" && p.Groups.Contains("agents")).Skip(2).First().Login;
        var signIn = await owner.SignInAsync(town, person);
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(() => thief.OpenAsync(signIn.SignIn))).Code);
    }
}
