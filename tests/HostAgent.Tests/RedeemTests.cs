using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

public sealed class RedeemTests : IAsyncLifetime
{
    private const string Ticket = "tIcKeT_0123456789-abcdefghijklmnopqrstuvwxy";
    private readonly HostRig _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _host.EndAsync();

    [Fact]
    public async Task A_granted_ticket_and_only_that_lets_in()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(broker);
        await broker.AttachedAsync();
        broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7 };

        Assert.Equal(0, await _host.RedeemAsync("amelie.durand", Ticket));
        var asked = broker.Asked.Single();
        Assert.Equal(("amelie.durand", Ticket), (asked.User, asked.Ticket));
        Assert.NotEmpty(asked.Attempt);

        foreach (var refusal in Enum.GetValues<Redemption>().Except([Redemption.Granted]))
        {
            broker.Redeem = _ => new RedeemTicketReply { Redemption = refusal, SessionId = "s1", Fence = 8 };
            Assert.Equal(1, await _host.RedeemAsync("jean.petit", Ticket + refusal));
        }
        // Each logon has a name of its own.
        Assert.Equal(broker.Asked.Count, broker.Asked.Select(each => each.Attempt).Distinct().Count());
        Assert.Contains("ticket of jean.petit refused: already used", _host.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Ticket, _host.Log + await File.ReadAllTextAsync(_host.At("redeem.log")), StringComparison.Ordinal);
        Assert.DoesNotContain(Ticket, await File.ReadAllTextAsync(_host.Socket + ".grants"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.Socket + ".grants"));
    }

    [Fact]
    public async Task No_ticket_no_user_or_no_agent_is_a_refusal()
    {
        Assert.Equal(1, await _host.RedeemAsync("amelie.durand", Ticket));
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7 };
        _host.StartAgent(broker);
        await broker.AttachedAsync();

        Assert.Equal(1, await _host.RedeemAsync("amelie.durand", ""));
        Assert.Equal(1, await _host.RedeemAsync("", Ticket));
        Assert.Equal(1, await _host.RedeemAsync("amelie durand 12\nredeem root", Ticket));
        Assert.Empty(broker.Asked);
    }

    [Fact]
    public async Task The_longest_person_that_a_broker_can_know_is_said_again_with_the_session()
    {
        var person = $"{new string('t', AccountNames.LongestTenant)}/{new string('é', AccountNames.Longest)}";
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7, Person = person, Pool = "office" };
        await using var desktop = new Desktop(_host);
        await desktop.StartAsync();
        _host.StartAgent(broker);
        var host = await broker.AttachedAsync();

        Assert.Equal(0, await _host.RedeemAsync(desktop.Nameless, Ticket));
        await Soon.HoldsAsync("said again", () => Seen(host, desktop)?.Person == person);
        // An account's name as long, whatever its letters.
        Assert.Equal(0, await _host.RedeemAsync(new string('é', AccountNames.Longest), Ticket));
    }

    [Fact]
    public async Task A_second_person_of_the_same_account_is_kept_out_of_the_first_one_s_desktop_and_the_broker_is_told()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.Redeem = asked => asked.Ticket.Split(' ') is [var person, var session, var fence]
            ? new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = session, Fence = ulong.Parse(fence, null), Person = person, Pool = "office" }
            : new RedeemTicketReply { Redemption = Redemption.Unknown };
        await using var desktop = new Desktop(_host);
        await desktop.StartAsync();
        var first = _host.StartAgent(broker);
        var host = await broker.AttachedAsync();
        Assert.Equal(0, await _host.RedeemAsync(desktop.Nameless, "drancy/amelie s-amelie 1"));
        await Soon.HoldsAsync("hers", () => Seen(host, desktop)?.Person == "drancy/amelie");

        Assert.Equal(1, await _host.RedeemAsync(desktop.Nameless, "dugny/amelie s-other 9"));

        await Soon.HoldsAsync("told", () => host.Latest!.KeptOut.Count == 1);
        var kept = host.Latest!.KeptOut.Single();
        Assert.Equal((desktop.Nameless, "s-other", "dugny/amelie", "drancy/amelie"), (kept.User, kept.SessionId, kept.Person, kept.Holder));
        Assert.Equal(("s-amelie", 1UL, "drancy/amelie"), (Seen(host, desktop)!.SessionId, Seen(host, desktop)!.Fence, Seen(host, desktop)!.Person));
        Assert.Contains("error dugny/amelie is NOT let in", _host.Log, StringComparison.Ordinal);
        // She herself comes back to it, and the next agent knows it too.
        Assert.Equal(0, await _host.RedeemAsync(desktop.Nameless, "drancy/amelie s-amelie 2"));
        first.Send(Signal.Kill);
        await first.ExitedAsync(Soon.Deadline);
        _host.StartAgent(broker);
        await broker.AttachedAsync(2);
        Assert.Equal(1, await _host.RedeemAsync(desktop.Nameless, "dugny/amelie s-other 10"));
    }

    [Fact]
    public async Task More_than_the_longest_ticket_is_not_read()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(broker);
        await broker.AttachedAsync();

        Assert.Equal(1, await _host.RedeemAsync("amelie.durand", new string('x', 5000)));

        Assert.Equal(1024, broker.Asked.Single().Ticket.Length);
    }

    [Fact]
    public async Task Another_broker_is_asked_when_the_first_cannot_be_reached_and_nobody_means_refused()
    {
        var first = await ScriptedBroker.StartAsync(_host.City);
        await using var second = await ScriptedBroker.StartAsync(_host.City);
        second.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7 };
        _host.StartAgent(first, second);
        await first.AttachedAsync();

        await first.DisposeAsync();
        Assert.Equal(0, await _host.RedeemAsync("amelie.durand", Ticket));

        await second.StopAsync();
        var clock = Stopwatch.StartNew();
        Assert.Equal(1, await _host.RedeemAsync("amelie.durand", Ticket));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
        Assert.Contains("ticket of amelie.durand refused: no broker could be reached", _host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_hangs_does_not_keep_a_good_ticket_out()
    {
        await using var hanging = await ScriptedBroker.StartAsync(_host.City);
        await using var next = await ScriptedBroker.StartAsync(_host.City);
        await using var wire = new Wire(hanging.Place);
        next.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7 };
        _host.Start("run", "--config", _host.WriteConfig(new Uri($"https://{wire.Place}"), next.Address));
        await hanging.AttachedAsync();

        wire.Freeze();

        Assert.Equal(0, await _host.RedeemAsync("amelie.durand", Ticket));
        Assert.Empty(hanging.Asked);
    }

    [Fact]
    public async Task Slow_and_hostile_clients_hurt_only_themselves()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7 };
        _host.StartAgent(broker);
        await broker.AttachedAsync();

        var slow = new List<Socket>();
        for (var number = 0; number < 100; number++) slow.Add(await SayAsync("redeem amelie.durand 43\nhalf a tick"));
        using var endless = await SayAsync(new string('r', 4000));
        using var nonsense = await SayAsync("open sesame\n");
        Assert.Equal(0, await _host.RedeemAsync("amelie.durand", Ticket));

        Assert.Equal("refused not understood\n", await HearAsync(nonsense));
        Assert.Equal("", await HearAsync(endless));
        foreach (var client in slow)
        {
            Assert.Equal("", await HearAsync(client));
            client.Dispose();
        }
        Assert.Single(broker.Asked);
    }

    [Fact]
    public async Task Only_root_is_heard()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = "s1", Fence = 7 };
        _host.StartAgent(broker);
        await broker.AttachedAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(_host.Socket)!));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.Socket));

        // Even with the doors left open:
        File.SetUnixFileMode(Path.GetDirectoryName(_host.Socket)!, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_host.Socket, (UnixFileMode)0b110_110_110);
        await using var stranger = ServerProcess.Start("a stranger", _host.At("stranger.log"), "setpriv",
            ["--reuid=65534", "--regid=65534", "--clear-groups", "perl", "-e",
                $"use IO::Socket::UNIX; $s=IO::Socket::UNIX->new(Peer=>'{_host.Socket}') or die; print $s \"redeem amelie.durand 3\\nabc\"; print <$s>, 'end'"]);
        await stranger.ExitedAsync(Soon.Deadline);

        Assert.Equal("end", (await File.ReadAllTextAsync(stranger.LogFile)).Trim());
        Assert.Empty(broker.Asked);
        await Soon.HoldsAsync("the log says so", () => _host.Log.Contains("user id 65534 is not heard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hook_makes_the_agent_report_at_once_and_never_fails()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.ReportEvery = TimeSpan.FromSeconds(60);
        Assert.Equal(0, await HookAsync());
        _host.StartAgent(broker);
        var host = await broker.AttachedAsync();
        var before = host.Observations.Count;

        Assert.Equal(0, await HookAsync());

        await Soon.HoldsAsync("an observation out of turn", () => host.Observations.Count > before);
        Assert.Contains("PAM: open_session of amelie.durand", _host.Log, StringComparison.Ordinal);
    }

    private static ObservedSession? Seen(AttachedHost host, Desktop desktop) => host.Latest!.Sessions.SingleOrDefault(session => session.Display == desktop.Display);

    private async Task<int> HookAsync()
    {
        await using var hook = ServerProcess.Start("vdi-agent session", _host.At("hook.log"), HostRig.Program, ["session", "--socket", _host.Socket],
            new Dictionary<string, string> { ["PAM_USER"] = "amelie.durand", ["PAM_TYPE"] = "open_session" });
        await hook.ExitedAsync(Soon.Deadline);
        return hook.ExitCode;
    }

    private async Task<Socket> SayAsync(string text)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_host.Socket));
        await socket.SendAsync(Encoding.UTF8.GetBytes(text));
        return socket;
    }

    private static async Task<string> HearAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(Soon.Deadline);
        var buffer = new byte[1000];
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, deadline.Token));
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
