using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.HostAgent.Tests;

public sealed class FootprintTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly HostRig _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _host.EndAsync();

    [Fact]
    public async Task An_attached_agent_takes_little_memory_and_hardly_any_time()
    {
        // The published agent (VDI_AGENT) keeps the promise of the product; the one with a run-time compiler is only kept from leaking.
        var published = Environment.GetEnvironmentVariable("VDI_AGENT") is { Length: > 0 };
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        broker.ReportEvery = TimeSpan.FromSeconds(2);
        var agent = _host.StartAgent(broker);
        var host = await broker.AttachedAsync();

        await Soon.HoldsAsync("settled", () => host.Observations.Count >= 3);
        using var process = Process.GetProcessById(agent.Pid);
        var (before, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
        await Soon.HoldsAsync("a while of idle looking", () => host.Observations.Count >= 7);
        process.Refresh();
        var share = (process.TotalProcessorTime - before) / clock.Elapsed;
        var resident = process.WorkingSet64 / 1024.0 / 1024.0;

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"resident {resident:0.0} MiB, {share:P2} of a core over {clock.Elapsed.TotalSeconds:0.0} s, threads {process.Threads.Count}"));
        Assert.InRange(resident, 1, published ? 30 : 150);
        Assert.InRange(share, 0, published ? 0.02 : 0.2);
    }

    [Fact]
    public async Task The_machines_own_authorities_are_left_unread()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        var store = Path.Combine(Directory.CreateDirectory(_host.At("store")).FullName, "store.pem");
        File.Copy(_host.At("ca.crt"), store);
        using var readings = new FileReadings(_host.At("store"));
        _host.Surroundings["SSL_CERT_FILE"] = store;
        var agent = _host.StartAgent(broker);
        await broker.AttachedAsync();
        Assert.Contains("SSL_CERT_FILE=", await File.ReadAllTextAsync($"/proc/{agent.Pid}/environ"), StringComparison.Ordinal);
        Assert.False(await readings.HaveAsync("store.pem"));
    }
}
