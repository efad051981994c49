using System.Diagnostics;
using System.Net;
using Grpc.Core;
using VdiBroker.Agent.Link;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

public sealed class AttachTests : IAsyncLifetime
{
    private readonly HostRig _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _host.EndAsync();

    [Fact]
    public async Task An_agent_says_who_the_host_is_and_reports_again_and_again()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(broker);
        var host = await broker.AttachedAsync();
        await Soon.HoldsAsync("five observations", () => host.Observations.Count >= 5);

        Assert.Equal("0.1.0", host.Hello!.AgentVersion);
        Assert.StartsWith((await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id")).Trim(), host.Hello.BootId, StringComparison.Ordinal);
        Assert.Equal(_host.RdpFingerprint, host.Hello.CertificateSha256.ToByteArray());
        var seen = host.Observations.ToArray();
        Assert.Equal(Enumerable.Range(1, seen.Length).Select(number => (ulong)number), seen.Select(observation => observation.Sequence));
        Assert.All(seen, observation => Assert.InRange(observation.Load.MemoryAvailableBytes, 1UL << 20, observation.Load.MemoryTotalBytes));
        Assert.All(seen, observation => Assert.Equal((uint)Environment.ProcessorCount, observation.Load.Cores));
        Assert.True(seen[^1].Load.Load1 > 0);
    }

    [Fact]
    public async Task A_stopped_broker_is_left_for_the_next_within_two_seconds()
    {
        await using var first = await ScriptedBroker.StartAsync(_host.City);
        await using var second = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(first, second);
        await first.AttachedAsync();

        var clock = Stopwatch.StartNew();
        await first.StopAsync();
        await second.AttachedAsync();

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
    }

    [Theory]
    [MemberData(nameof(BrokenWrites))]
    public async Task A_connection_that_ends_in_the_middle_of_a_report_is_a_broken_stream_like_any_other(Exception fault)
    {
        var told = await Assert.ThrowsAsync<RpcException>(() => Attachment.SendAsync(new BrokenWriter(fault), new HostReport(), CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, told.StatusCode);
        Assert.Same(fault, told.Status.DebugException);
    }

    [Fact]
    public async Task A_restarted_broker_is_found_again()
    {
        var broker = await ScriptedBroker.StartAsync(_host.City);
        var place = broker.Place;
        _host.StartAgent(broker);
        await broker.AttachedAsync();
        await broker.DisposeAsync();
        await Soon.HoldsAsync("the agent noticed and tried again", () => _host.Log.Contains("failure 2 in a row", StringComparison.Ordinal));

        await using var again = await ScriptedBroker.StartAsync(_host.City, place);
        await again.AttachedAsync();
    }

    [Fact]
    public async Task A_broker_that_hangs_is_left_for_the_next()
    {
        await using var hanging = await ScriptedBroker.StartAsync(_host.City);
        await using var next = await ScriptedBroker.StartAsync(_host.City);
        await using var wire = new Wire(hanging.Place);
        _host.Start("run", "--config", _host.WriteConfig(new Uri($"https://{wire.Place}"), next.Address));
        await hanging.AttachedAsync();

        wire.Freeze();
        await next.AttachedAsync();
    }

    [Fact]
    public async Task A_renewed_rdp_certificate_is_announced_by_attaching_again()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(broker);
        var before = await broker.AttachedAsync();

        _host.RenewRdpCertificate();

        var after = await broker.AttachedAsync(2);
        Assert.NotEqual(before.Hello!.CertificateSha256, after.Hello!.CertificateSha256);
        Assert.Equal(_host.RdpFingerprint, after.Hello.CertificateSha256.ToByteArray());
        Assert.Equal(1UL, after.Observations.First().Sequence);
        await Soon.HoldsAsync("the old stream is over", () => before.IsOver);
    }

    [Fact]
    public async Task A_second_renewal_soon_after_the_first_is_taken_up_as_fast()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(broker);
        await broker.AttachedAsync();
        _host.RenewRdpCertificate();
        await broker.AttachedAsync(2);

        // The lines of before are kept for 10 s.
        var clock = Stopwatch.StartNew();
        _host.RenewRdpCertificate();
        var third = await broker.AttachedAsync(3);

        Assert.Equal(_host.RdpFingerprint, third.Hello!.CertificateSha256.ToByteArray());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(8), $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task A_renewal_leaves_the_host_at_the_broker_that_it_is_attached_to()
    {
        var first = await ScriptedBroker.StartAsync(_host.City);
        await using var second = await ScriptedBroker.StartAsync(_host.City);
        var place = first.Place;
        _host.StartAgent(first, second);
        await first.AttachedAsync();
        await first.DisposeAsync();
        await second.AttachedAsync();
        await using var back = await ScriptedBroker.StartAsync(_host.City, place);

        _host.RenewRdpCertificate();

        var after = await second.AttachedAsync(2);
        Assert.Equal(_host.RdpFingerprint, after.Hello!.CertificateSha256.ToByteArray());
        Assert.Empty(back.Attachments);
    }

    [Fact]
    public async Task A_server_with_a_foreign_certificate_or_name_is_no_broker()
    {
        var foreigner = new Authority();
        var place = new IPEndPoint(IPAddress.Parse(Loopback.Pick().Address(1)), 0);
        await using var foreign = await ScriptedBroker.StartAsync(_host.City, place, foreigner.Issue("broker", "broker1", place.Address));
        await using var misnamed = await ScriptedBroker.StartAsync(_host.City, null, _host.City.Issue("broker", "broker1", IPAddress.Parse("127.0.0.250")));
        await using var right = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(foreign, misnamed, right);

        await right.AttachedAsync();

        Assert.Empty(foreign.Attachments);
        Assert.Empty(misnamed.Attachments);
    }

    [Fact]
    public async Task An_agent_that_is_asked_to_end_does_so_within_two_seconds()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        var agent = _host.StartAgent(broker);
        await broker.AttachedAsync();

        var clock = Stopwatch.StartNew();
        agent.Send(Signal.Terminate);
        await agent.ExitedAsync(Soon.Deadline);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
        Assert.Equal(0, agent.ExitCode);
    }

    // What .NET's client was seen to say of a broker that stops (GOAWAY), and of one that is gone.
    public static TheoryData<Exception> BrokenWrites() => [new HttpRequestException("The request was aborted."), new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.")];

    private sealed class BrokenWriter(Exception fault) : IClientStreamWriter<HostReport>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(HostReport message) => Task.FromException(fault);

        public Task WriteAsync(HostReport message, CancellationToken cancellationToken) => Task.FromException(fault);

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
