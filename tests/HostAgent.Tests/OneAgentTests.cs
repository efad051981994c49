using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

public sealed class OneAgentTests : IAsyncLifetime
{
    private readonly HostRig _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _host.EndAsync();

    [Fact]
    public async Task A_second_agent_does_not_start_and_a_killed_ones_place_is_taken_over()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        var first = _host.StartAgent(broker);
        await broker.AttachedAsync();

        var second = _host.StartAgent(broker);
        await second.ExitedAsync(Soon.Deadline);
        Assert.Equal(3, second.ExitCode);
        Assert.Contains("another vdi-agent holds", _host.Log, StringComparison.Ordinal);

        first.Send(Signal.Kill);
        await first.ExitedAsync(Soon.Deadline);
        Assert.True(File.Exists(_host.Socket));
        _host.StartAgent(broker);
        await broker.AttachedAsync(2);
        Assert.Equal(1, await _host.RedeemAsync("amelie.durand", "a ticket"));
        Assert.Single(broker.Asked);
    }

    [Fact]
    public async Task A_directory_open_to_others_is_not_used()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        Directory.CreateDirectory(Path.GetDirectoryName(_host.Socket)!, (UnixFileMode)0b111_101_101);

        var agent = _host.StartAgent(broker);
        await agent.ExitedAsync(Soon.Deadline);

        Assert.Equal(3, agent.ExitCode);
        Assert.Contains("mode 0700", _host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_fault_of_the_configuration_is_said_at_once_with_its_line()
    {
        var config = _host.At("wrong.conf");
        File.WriteAllLines(config, ["# wrong", "broker = http://127.0.0.1:1", "brokre = x", "ca = ca.crt", "ca = ca.crt", "certificate = rdp.crt",
            "key = rdp.key", "socket", "rdp-certificate = nowhere.pem"]);

        var agent = _host.Start("run", "--config", config, "--socket", "run/agent.sock");
        await agent.ExitedAsync(Soon.Deadline);

        Assert.Equal(2, agent.ExitCode);
        foreach (var place in (string[])[":2: broker", ":3: unknown key", ":5: ca is already given", ":8: no '='", ":9: rdp-certificate cannot be read"])
            Assert.Contains(config + place, _host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_names_no_host_is_refused_and_options_win_over_the_file()
    {
        var config = _host.WriteConfig(new Uri("https://127.0.0.1:1"));

        var agent = _host.Start("run", "--config", config, "--certificate", _host.At("rdp.crt"), "--key", _host.At("rdp.key"));
        await agent.ExitedAsync(Soon.Deadline);

        Assert.Equal(2, agent.ExitCode);
        Assert.Contains("--certificate: certificate and key cannot be used (the certificate has no name vdi://city/host/name", _host.Log, StringComparison.Ordinal);
    }
}
