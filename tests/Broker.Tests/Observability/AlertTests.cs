using System.Text.RegularExpressions;
using VdiBroker.Broker.Tests.Edge;
using VdiBroker.City;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>The shipped alerts fire when they must and not when they must not, and reach whoever is to be woken.</summary>
[Collection(TownCollection.Name)]
public sealed partial class AlertTests(Town town)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly string _root = CityPrograms.Root();
    private static readonly string _scenes = Path.Combine(_root, "tests/Broker.Tests/Observability/alerts-fire.yml");

    [Fact]
    public async Task Each_alert_on_something_rare_fires_at_the_first_one_after_a_start()
    {
        var tested = await Tool.RunAsync("promtool", ["test", "rules", _scenes]);
        Assert.True(tested.Status == 0, tested.Output + tested.Error);
        var settings = await Tool.RunAsync("promtool", ["check", "config", Path.Combine(MeasuredTown.Shipped, "prometheus.yml")]);
        Assert.True(settings.Status == 0, settings.Output + settings.Error);
    }

    [Fact]
    public async Task A_broker_that_has_just_started_tells_0_of_what_alerts_look_for()
    {
        await using var city = await MeasuredTown.StartAsync(town);
        var scenes = Scene().Matches(await File.ReadAllTextAsync(_scenes)).Select(found => found.Groups[1].Value).ToList();
        Assert.True(scenes.Count >= 7);
        foreach (var one in scenes.Concat(Calls())) await Eventually.HoldsAsync($"{one} is 0", _patience, () => city.HasAsync($"{one} == 0"));
    }

    [Fact]
    public async Task An_alert_reaches_the_mailbox_of_whoever_it_is_for()
    {
        await using var city = await MeasuredTown.StartAsync(town);
        await Eventually.HoldsAsync("Prometheus has seen the start", _patience, () => city.HasAsync("vdibroker_tickets_total{vdibroker_verdict=\"Used\"} == 0"));
        using var station = await StationPeer.ConnectAsync(town, city.Broker, "poste-alerte");
        await using (var agent = await AgentPeer.AttachAsync(town, city.Broker, "blade5")) await StealAsync(city, station, agent);
        // A stolen ticket waits until the office opens; a host that is silent wakes somebody.
        await Eventually.HoldsAsync("the office is told", _patience, () => city.Post.Mails.Any(mail => mail.To == "informatique" && mail.Subject.Contains("VdiTicketsRefused", StringComparison.Ordinal)));
        await Eventually.HoldsAsync("somebody is woken", 2 * _patience, () => city.Post.Mails.Any(mail => mail.To == "astreinte" && mail.Subject.Contains("VdiHostSilent", StringComparison.Ordinal)));
        Assert.DoesNotContain(city.Post.Mails, mail => mail.To == "astreinte" && mail.Subject.Contains("VdiTicketsRefused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_alert_is_somebody_s()
    {
        var settings = Path.Combine(MeasuredTown.Shipped, "alertmanager.yml");
        var check = await Tool.RunAsync("amtool", ["check-config", settings]);
        Assert.True(check.Status == 0, check.Output + check.Error);
        var rules = Rule().Matches(await File.ReadAllTextAsync(Path.Combine(MeasuredTown.Shipped, "alerts.yml")));
        Assert.True(rules.Count >= 19);
        foreach (Match rule in rules)
        {
            var to = await Tool.RunAsync("amtool", ["config", "routes", "test", $"--config.file={settings}", $"alertname={rule.Groups[1].Value}", $"severity={rule.Groups[2].Value}"]);
            Assert.Equal((0, rule.Groups[2].Value == "critical" ? "on-call" : "office"), (to.Status, to.Output.Trim()));
        }
    }

    [Fact]
    public async Task A_host_that_is_drained_and_empty_may_be_switched_off_without_an_alert()
    {
        await using var city = await MeasuredTown.StartAsync(town);
        await using (await ReportingHost.AttachAsync(town, city.Broker, "blade5"))
            await Eventually.HoldsAsync("it reports", _patience, () => city.HasAsync("vdibroker_hosts{vdibroker_host_health=\"Live\"} == 1"));
        // Other tests of the town have left silent hosts behind. Only when nothing is on its way any more is their number the last one.
        await Eventually.HoldsAsync("it is silent, as those are that others left", _patience, async () =>
            await city.HasAsync("sum(vdibroker_hosts{vdibroker_host_health=~\"Live|Suspect|Awaited|Missed\"}) == 0 and sum(vdibroker_hosts{vdibroker_host_health=\"Silent\"}) > 0"));
        var (silent, off) = (await HostsAsync(city, "Silent"), await HostsAsync(city, "OutOfService"));
        try
        {
            Assert.Equal(0, (await city.Broker.OperatorAsync("host", "drain", "blade5", "--at", "now", "--grace", "0s")).Status);
            await Eventually.HoldsAsync("it is off for maintenance", _patience, async () => await HostsAsync(city, "OutOfService") == off + 1);
            await Eventually.HoldsAsync("and no cause of an alert", _patience, async () => await HostsAsync(city, "Silent") == silent - 1);
        }
        finally
        {
            // The host is the town's.
            await city.Broker.OperatorAsync("host", "undrain", "blade5");
        }
        await Eventually.HoldsAsync("it is silent again", _patience, async () => await HostsAsync(city, "Silent") == silent && await city.HasAsync("ALERTS{alertname=\"VdiHostSilent\"}"));
    }

    // A ticket that is presented once more was stolen.
    private async Task StealAsync(MeasuredTown city, StationPeer station, AgentPeer agent)
    {
        var person = town.Only("habitat", "agents");
        var signIn = await station.SignInAsync(town, person);
        var desktop = await station.OpenAsync(signIn.SignIn);
        Assert.Equal(Redemption.Granted, await agent.RedeemAsync(person, desktop.Ticket));
        for (var stolen = 0; stolen < 5; stolen++) Assert.NotEqual(Redemption.Granted, await agent.RedeemAsync(person, desktop.Ticket));
        await station.CloseAsync(signIn.SignIn, desktop, Protocol.Station.V1.Closing.SignOut);
        await agent.ObserveAsync();
    }

    private static async Task<int> HostsAsync(MeasuredTown city, string health) => (int)(await city.ValueAsync($"vdibroker_hosts{{vdibroker_host_health=\"{health}\"}}") ?? -1);

    // Every call of the protocol may meet a fault of the broker.
    private static List<string> Calls() =>
    [
        .. from file in System.IO.Directory.EnumerateFiles(Path.Combine(_root, "Protos"), "*.proto", SearchOption.AllDirectories)
           let text = File.ReadAllText(file)
           from service in Service().Matches(text)
           from call in Call().Matches(service.Value)
           select $"vdibroker_refusals_total{{rpc_method=\"{Package().Match(text).Groups[1].Value}.{service.Groups[1].Value}/{call.Groups[1].Value}\",error_type=\"UNSPECIFIED\"}}",
    ];

    // What is told as 0 in the scenes, but for gauges.
    [GeneratedRegex(@"series: '(\w+_total(?:\{[^}]*\})?)'\s+values: '0")]
    private static partial Regex Scene();

    [GeneratedRegex(@"alert: (\w+).*?severity: (\w+)", RegexOptions.Singleline)]
    private static partial Regex Rule();

    [GeneratedRegex(@"^package (\S+);", RegexOptions.Multiline)]
    private static partial Regex Package();

    [GeneratedRegex(@"^service (\w+) \{.*?^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Service();

    [GeneratedRegex(@"^  rpc (\w+)", RegexOptions.Multiline)]
    private static partial Regex Call();
}
