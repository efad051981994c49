using System.Globalization;
using System.Text.RegularExpressions;
using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>A PC that is not migrated yet, as its owner's station sees it, at two real brokers.</summary>
[Collection(TownCollection.Name)]
public sealed class MachineEdgeTests(Town town)
{
    [Fact]
    public async Task A_person_s_own_machine_is_opened_with_the_password_shown_moved_and_let_go()
    {
        var pc = town.Machines.Own;
        var owner = TownMachines.Logins(town.People, "stagiaires")[0];
        using var a = await StationPeer.ConnectAsync(town, town.First, "poste-m1");
        using var b = await StationPeer.ConnectAsync(town, town.Second, "poste-m2");
        var atA = await a.SignInAsync(town, owner);

        // Switched off: it is said whose fault it is not, and what to do.
        var off = await Peers.RefusalAsync(() => a.OpenAsync(atA.SignIn));
        Assert.Equal(ErrorCode.MachineSilent, off.Code);
        Assert.StartsWith("Votre ordinateur ne répond pas", off.Text, StringComparison.Ordinal);

        pc.SwitchOn();
        try
        {
            var first = await a.OpenAsync(atA.SignIn);
            Assert.Equal(("pc-1", pc.Address, (uint)pc.Port, Credential.Password, "", owner), (first.Host, first.Address, first.Port, first.Credential, first.Ticket, first.User));
            Assert.Equal(pc.CertificateSha256, Convert.ToHexStringLower(first.CertificateSha256.Span));
            Assert.Equal("Votre ordinateur : PC de l'accueil.", first.Why);
            await a.NoticeAsync(atA.SignIn, first, SessionState.Opening);
            await a.ShownAsync(atA.SignIn, first);
            await a.NoticeAsync(atA.SignIn, first, SessionState.Active);

            // At the other station: the same session, and the first one is told. The first one's late word changes nothing.
            var atB = await b.SignInAsync(town, owner, "en");
            Assert.Equal([true, false, false], atB.Desktops.Select(desktop => desktop.Running));
            var second = await b.OpenAsync(atB.SignIn);
            Assert.Equal((first.SessionId, true, true), (second.SessionId, second.Resumed, second.Fence > first.Fence));
            Assert.Equal("poste-m2", (await a.NoticeAsync(atA.SignIn, first, SessionState.Moved)).Station);
            await a.ShownAsync(atA.SignIn, first);
            await b.NoticeAsync(atB.SignIn, second, SessionState.Opening);
            await b.ShownAsync(atB.SignIn, second);
            await b.NoticeAsync(atB.SignIn, second, SessionState.Active);

            await b.CloseAsync(atB.SignIn, second, Closing.SignOut);
            await b.NoticeAsync(atB.SignIn, second, SessionState.SignedOut);
            var again = await b.OpenAsync((await b.SignInAsync(town, owner)).SignIn);
            Assert.Equal((false, "pc-1"), (again.Resumed, again.Host));
        }
        finally
        {
            await pc.SwitchOffAsync();
        }
    }

    [Fact]
    public async Task A_machine_of_two_carries_one_at_a_time()
    {
        var pupils = TownMachines.Logins(town.People, "eleves");
        town.Machines.Shared.SwitchOn();
        try
        {
            using var a = await StationPeer.ConnectAsync(town, town.First, "poste-m3");
            using var b = await StationPeer.ConnectAsync(town, town.Second, "poste-m4");
            var (first, second) = (await a.SignInAsync(town, pupils[0]), await b.SignInAsync(town, pupils[1]));
            var held = await a.OpenAsync(first.SignIn);
            await a.ShownAsync(first.SignIn, held);
            // Another person's word about it changes nothing.
            await b.ShownAsync(second.SignIn, held);
            Assert.Equal(ErrorCode.MachineTaken, (await Peers.RefusalAsync(() => b.OpenAsync(second.SignIn))).Code);
            await a.CloseAsync(first.SignIn, held, Closing.SignOut);
            await a.NoticeAsync(first.SignIn, held, SessionState.SignedOut);

            // Both ask at once, over and over: one of them has it.
            first = await a.SignInAsync(town, pupils[0]);
            var tries = await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => new[] { TryAsync(a, first.SignIn), TryAsync(b, second.SignIn) }));
            Assert.Equal(("pc-2", 1), (Assert.Single(tries.OfType<Desktop>().Select(desktop => desktop.Host).Distinct()), tries.OfType<Desktop>().Select(desktop => desktop.User).Distinct().Count()));
        }
        finally
        {
            await town.Machines.Shared.SwitchOffAsync();
        }
    }

    [Fact]
    public async Task Who_has_no_machine_is_told_so()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-m7");
        var signIn = await station.SignInAsync(town, TownMachines.Logins(town.People, "stagiaires")[1]);
        Assert.Equal(ErrorCode.NoMachine, (await Peers.RefusalAsync(() => station.OpenAsync(signIn.SignIn))).Code);
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(() => station.ShownAsync(new string('x', 43), new Desktop { SessionId = "s" }))).Code);
    }

    [Fact]
    public async Task What_shows_another_certificate_is_never_shown_a_password()
    {
        var elected = TownMachines.Logins(town.People, "elus")[0];
        town.Machines.Stranger.SwitchOn();
        try
        {
            using var station = await StationPeer.ConnectAsync(town, town.Second, "poste-m8");
            var signIn = await station.SignInAsync(town, elected);
            var refusal = await Peers.RefusalAsync(() => OpenAsync(station, signIn.SignIn, "mon-pc", []));
            Assert.Equal(ErrorCode.MachineUntrusted, refusal.Code);
            Assert.Contains("votre mot de passe ne lui est pas envoyé", refusal.Text, StringComparison.Ordinal);
        }
        finally
        {
            await town.Machines.Stranger.SwitchOffAsync();
        }
    }

    [Fact]
    public async Task A_machine_that_sleeps_is_woken_while_its_owner_waits_and_how_long_it_takes_is_learnt()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-m9");
        var owner = TownMachines.Logins(town.People, "stagiaires")[1];
        var times = new List<string>();
        for (var round = 0; round < 2; round++)
        {
            town.Machines.Sleeper.Sleep(TownMachines.Card, town.Machines.Broadcast, TimeSpan.FromSeconds(2));
            var signIn = await station.SignInAsync(town, owner);
            var told = new List<Preparing>();
            var desktop = await OpenAsync(station, signIn.SignIn, "reveil", told);
            Assert.Equal(("pc-4", Credential.Password), (desktop.Host, desktop.Credential));
            Assert.StartsWith("Nous allumons votre ordinateur (pc-4)", told[0].Text, StringComparison.Ordinal);
            times.Add($"{told[0].Text} [{told[0].About}]");
            await station.CloseAsync(signIn.SignIn, desktop, Closing.SignOut);
            await town.Machines.Sleeper.SwitchOffAsync();
        }
        Assert.Contains("une ou deux minutes", times[0], StringComparison.Ordinal);
        Assert.EndsWith("[]", times[0], StringComparison.Ordinal);
        // How long it took is said in steps of 5 s.
        var took = double.Parse(Regex.Match(town.First.Log(), "pc-4 answers, ([0-9.]+) s after").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Contains($"environ {5 * Math.Ceiling(took / 5):0} s", times[1], StringComparison.Ordinal);
        Assert.False(times[1].EndsWith("[]", StringComparison.Ordinal), times[1]);
    }

    [Fact]
    public async Task A_machine_that_does_not_wake_is_told_when_its_time_is_over()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-m10");
        var signIn = await station.SignInAsync(town, TownMachines.Logins(town.People, "stagiaires")[0]);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var told = new List<Preparing>();
        var refusal = await Peers.RefusalAsync(() => OpenAsync(station, signIn.SignIn, "prise", told));
        Assert.Equal((ErrorCode.MachineSilent, 1), (refusal.Code, told.Count));
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task An_operator_sees_of_each_machine_whether_it_is_there_and_the_declared_one()
    {
        var pc = town.Machines.Stranger;
        pc.SwitchOn();
        try
        {
            var text = (await Tool.RunAsync(Town.Program, ["check", "--config", Path.Combine(town.First.Folder, "broker.json")], deadline: TimeSpan.FromSeconds(60))).Output;
            Assert.Contains($"BAD  machine pc-3 ({pc.Address}:{pc.Port}): shows another certificate than the declared one, SHA-256 {pc.CertificateSha256}", text, StringComparison.Ordinal);
            Assert.Contains("warn machine pc-5", text, StringComparison.Ordinal);
            Assert.Contains("it is woken (3c:52:82:01:0a:05 by", text, StringComparison.Ordinal);
            var look = await Tool.RunAsync(Town.Program, ["machine", "look", pc.Address, "--port", $"{pc.Port}"]);
            Assert.Contains($"certificate: {pc.CertificateSha256}", look.Output, StringComparison.Ordinal);
            Assert.Contains("of CN=pc, until", look.Output, StringComparison.Ordinal);
        }
        finally
        {
            await pc.SwitchOffAsync();
        }
        Assert.Equal(1, (await Tool.RunAsync(Town.Program, ["machine", "look", pc.Address, "--port", $"{pc.Port}"])).Status);
    }

    private static async Task<Desktop> OpenAsync(StationPeer station, string signIn, string pool, List<Preparing> told)
    {
        using var stream = station.Calls.Open(new OpenRequest { SignIn = signIn, PoolId = pool, Language = "fr" }, deadline: DateTime.UtcNow + Peers.Patience);
        await foreach (var reply in stream.ResponseStream.ReadAllAsync())
        {
            if (reply.Desktop is { } desktop) return desktop;
            told.Add(reply.Preparing);
        }
        throw new InvalidOperationException("the stream ended without a desktop");
    }

    private static async Task<Desktop?> TryAsync(StationPeer station, string signIn)
    {
        try
        {
            return await station.OpenAsync(signIn);
        }
        catch (RpcException)
        {
            return null;
        }
    }
}
