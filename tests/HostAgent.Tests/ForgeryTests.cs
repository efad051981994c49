using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

/// <summary>People of a host run what they like under any name: nothing of it may look like somebody's session.</summary>
public sealed class ForgeryTests : IAsyncLifetime
{
    private readonly HostRig _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _host.EndAsync();

    [Fact]
    public async Task Only_a_child_of_roots_sesman_is_a_session_and_it_stays_one_when_sesmans_process_dies()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        await using Desktop genuine = new(_host), strangers = new(_host), renamed = new(_host), alone = new(_host);
        await Task.WhenAll(genuine.StartAsync(), strangers.StartStrangersAsync(), renamed.StartRenamedAsync(), alone.StartAloneAsync());
        _host.StartAgent(broker);
        var agent = await broker.AttachedAsync();
        await Soon.HoldsAsync("the genuine one is seen", () => Seen(agent, genuine) is not null);

        // sesman, whose child it was, ends with it.
        Signal.Send(genuine.Leader, Signal.Kill);
        await genuine.Process.ExitedAsync(Soon.Deadline);
        await MoreAsync(agent, 3);

        Assert.NotNull(Seen(agent, genuine));
        foreach (var forged in (Desktop[])[strangers, renamed, alone])
        {
            Assert.True(Directory.Exists($"/proc/{forged.Server}"));
            Assert.DoesNotContain(agent.Observations.SelectMany(observation => observation.Sessions), session => session.Display == forged.Display);
        }
    }

    [Fact]
    public async Task A_session_is_of_the_user_whom_PAM_named_and_never_of_whom_it_names_itself()
    {
        var named = new Dictionary<string, string> { ["USER"] = "the.victim", ["PAM_USER"] = "amelie.durand", ["PAM_TYPE"] = "open_session" };
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        await using Desktop silent = new(_host), told = new(_host);
        var first = _host.StartAgent(broker);
        var agent = await broker.AttachedAsync();

        await silent.StartAsync(environment: named);
        await told.StartAsync($"system '{HostRig.Program}', 'session', '--socket', '{_host.Socket}'", named);
        await Soon.HoldsAsync("both are seen", () => Seen(agent, silent) is not null && Seen(agent, told) is not null);
        Assert.Equal((silent.Nameless, "amelie.durand"), (Seen(agent, silent)!.User, Seen(agent, told)!.User));

        first.Send(Signal.Kill);
        await first.ExitedAsync(Soon.Deadline);
        _host.StartAgent(broker);
        agent = await broker.AttachedAsync(2);
        Assert.Equal((silent.Nameless, "amelie.durand"), (Seen(agent, silent)!.User, Seen(agent, told)!.User));
        Assert.DoesNotContain("the.victim", _host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_only_bears_the_name_of_a_display_is_no_station()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        await using var desktop = new Desktop(_host);
        await desktop.StartAsync();
        await using var stranger = await desktop.ConnectElsewhereAsync();
        _host.StartAgent(broker);
        var agent = await broker.AttachedAsync();
        await Soon.HoldsAsync("seen", () => Seen(agent, desktop) is not null);
        await MoreAsync(agent, 3);
        Assert.DoesNotContain(agent.Observations, observation => observation.Sessions.Any(session => session.Display == desktop.Display && session.Connected));

        await using (await desktop.ConnectAsync()) await Soon.HoldsAsync("a station", () => Seen(agent, desktop) is { Connected: true });
        await Soon.HoldsAsync("no station", () => Seen(agent, desktop) is { Connected: false });
    }

    [Fact]
    public async Task A_pipe_in_the_place_of_the_displays_lock_delays_no_order()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        await using var desktop = new Desktop(_host);
        await desktop.StartAsync();
        _host.StartAgent(broker);
        var agent = await broker.AttachedAsync();
        await Soon.HoldsAsync("seen", () => Seen(agent, desktop) is not null);
        var lockFile = $"/tmp/.X{desktop.Display}-lock";
        await using (var pipe = ServerProcess.Start("mkfifo", _host.At("mkfifo.log"), "mkfifo", [lockFile])) await pipe.ExitedAsync(Soon.Deadline);

        await agent.OrderAsync(new EndSession { User = desktop.Nameless });
        await Soon.HoldsAsync("no longer seen", () => Seen(agent, desktop) is null);

        await Soon.HoldsAsync("the pipe is gone", () => !File.Exists(lockFile));
        await Eventually.HoldsAsync("the next order is heard", Soon.Deadline, async () =>
        {
            await agent.OrderAsync(new EndSession { User = desktop.Nameless });
            return _host.Log.Contains($"order to end the session of {desktop.Nameless}: there is none", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task An_order_for_an_earlier_session_of_the_user_ends_nothing()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        await using var desktop = new Desktop(_host);
        await desktop.StartAsync();
        _host.StartAgent(broker);
        var agent = await broker.AttachedAsync();
        foreach (var session in (string[])["s1", "s2", "s3"])
        {
            broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = session, Fence = 7 };
            Assert.Equal(0, await _host.RedeemAsync(desktop.Nameless, "a ticket"));
        }
        await Soon.HoldsAsync("seen as the third", () => Seen(agent, desktop) is { SessionId: "s3" });

        foreach (var earlier in (string[])["s1", "s2"])
        {
            await agent.OrderAsync(new EndSession { User = desktop.Nameless, SessionId = earlier });
            await Soon.HoldsAsync("out of date", () => _host.Log.Contains($"order to end session {earlier} of {desktop.Nameless} is out of date", StringComparison.Ordinal));
        }
        await MoreAsync(agent, 3);
        Assert.NotNull(Seen(agent, desktop));

        await agent.OrderAsync(new EndSession { User = desktop.Nameless, SessionId = "s3" });
        await Soon.HoldsAsync("no longer seen", () => Seen(agent, desktop) is null);
    }

    [Fact]
    public async Task An_x_server_that_does_not_answer_leaves_its_idle_time_unknown_and_the_reports_go_on()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        await using var desktop = new Desktop(_host);
        await desktop.StartAsync();
        await using var station = await desktop.ConnectAsync();
        _host.StartAgent(broker);
        var agent = await broker.AttachedAsync();

        await Soon.HoldsAsync("asked in vain", () =>
            _host.Log.Contains($"session of {desktop.Nameless} on display {desktop.Display} is untouched is unknown: no answer in time", StringComparison.Ordinal));

        await Soon.HoldsAsync("reported on", () => agent.Observations.Count >= 3);
        Assert.All(agent.Observations.SelectMany(observation => observation.Sessions), session => Assert.True(session.Display != desktop.Display || session.Idle is null));
    }

    private static ObservedSession? Seen(AttachedHost agent, Desktop desktop) => agent.Latest!.Sessions.SingleOrDefault(session => session.Display == desktop.Display);

    private static Task MoreAsync(AttachedHost agent, int observations)
    {
        var before = agent.Observations.Count;
        return Soon.HoldsAsync($"{observations} more observations", () => agent.Observations.Count >= before + observations);
    }
}
