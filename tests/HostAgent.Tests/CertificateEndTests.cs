using System.Globalization;
using VdiBroker.Agent;
using VdiBroker.Agent.Configuration;
using VdiBroker.Agent.Link;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

/// <summary>A host's certificate ends one day: its log says so in time, and says what it was afterwards.</summary>
public sealed class CertificateEndTests : IAsyncLifetime
{
    private readonly HostRig _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _host.EndAsync();

    [Fact]
    public async Task The_end_of_a_certificate_is_said_each_day_for_thirty_days_before_it_and_after_it()
    {
        var start = DateTimeOffset.UtcNow;
        Renew(start.AddDays(40));
        var settings = SettingsReader.Read(_host.WriteConfig(new Uri("https://127.0.0.1:1")), []).Settings!;
        using var identity = Identity.Read(settings);
        var clock = new HandClock(start);
        using var written = new StringWriter();
        var ends = new IdentityEnd(settings, new AgentLog(written), clock);
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => ends.WatchAsync(identity, stop.Token));

        var said = new List<(double DaysLeft, string Line)>();
        while (clock.GetUtcNow() < identity.Until.AddDays(3))
        {
            await clock.NextAsync(Soon.Deadline);
            await Soon.HoldsAsync("looked, and waits again", () => clock.Waiting > 0);
            said.AddRange(written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(said.Count).Select(line => ((identity.Until - clock.GetUtcNow()).TotalDays, line)));
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);

        var (before, after) = (said.Where(one => one.DaysLeft >= 0).ToList(), said.Where(one => one.DaysLeft < 0).ToList());
        Assert.InRange(before.Count, 29, 31);
        Assert.InRange(before[0].DaysLeft, 29.9, 30);
        Assert.All(before.Zip(before.Skip(1)), pair => Assert.InRange(pair.First.DaysLeft - pair.Second.DaysLeft, 0.999, 1.05));
        var day = identity.Until.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        Assert.All(before, one => Assert.Contains($" warn  this host's certificate ends on {day}, in ", one.Line, StringComparison.Ordinal));
        Assert.All(said, one => Assert.Contains("broker ca issue --dir CA --kind host --name blade1", one.Line, StringComparison.Ordinal));
        Assert.InRange(after.Count, 3, 4);
        Assert.InRange(after[0].DaysLeft, -0.001, 0);
        Assert.All(after, one => Assert.Contains($" error this host's certificate ended on {day}", one.Line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_whose_certificate_has_ended_says_that_this_is_why_it_is_refused_and_takes_up_a_new_one()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        var until = DateTimeOffset.UtcNow.AddMinutes(-2);
        Renew(until);
        _host.StartAgent(broker);
        var ended = $"this host's certificate ended on {until.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}";
        await Soon.HoldsAsync("the end is said", () => _host.Log.Contains($" error {ended}", StringComparison.Ordinal));
        await Soon.HoldsAsync("it is the reason", () => _host.Log.Contains($"broker {broker.Address.Authority}: {ended} (", StringComparison.Ordinal));
        Assert.NotEqual(0, await _host.RedeemAsync("amelie.durand", "any"));
        Assert.Contains($"could not be asked about amelie.durand's ticket: {ended} (", _host.Log, StringComparison.Ordinal);
        Assert.Empty(broker.Attachments);

        Renew(DateTimeOffset.UtcNow.AddDays(90));
        await broker.AttachedAsync();
    }

    [Fact]
    public async Task A_certificate_that_is_good_for_long_is_not_talked_about()
    {
        await using var broker = await ScriptedBroker.StartAsync(_host.City);
        _host.StartAgent(broker);
        await broker.AttachedAsync();
        Assert.DoesNotContain("certificate", _host.Log, StringComparison.Ordinal);
    }

    private void Renew(DateTimeOffset until)
    {
        using var certificate = _host.City.Issue("host", "blade1", until: until);
        Authority.Write(certificate, _host.At("host.crt"), _host.At("host.key"));
    }
}
