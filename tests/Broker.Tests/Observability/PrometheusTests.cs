using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using VdiBroker.Broker.Tests.Edge;
using VdiBroker.City;
using VdiBroker.City.Callers;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>The shipped dashboard and alert rules, in the Prometheus of Debian, on what a real broker tells.</summary>
[Collection(TownCollection.Name)]
public sealed partial class PrometheusTests(Town town)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly string _shipped = Path.Combine(CityPrograms.Root(), "deploy/monitoring");

    /// <summary>Metrics that are there once something has happened, and not before: names are compared with the code's instead.</summary>
    private static readonly string[] _rare = ["vdibroker_session_warnings_total"];

    [Fact]
    public async Task Every_expression_that_is_shipped_names_metrics_that_a_broker_tells()
    {
        await using var city = await MeasuredTown.StartAsync(town);
        await city.LiveADayAsync();
        await Eventually.HoldsAsync("a second look of Prometheus at everything", _patience, () => city.HasAsync("count(vdibroker_opening_segment_duration_seconds_bucket) > 0"));
        var known = (await city.NamesAsync()).Concat(_rare).ToHashSet(StringComparer.Ordinal);
        var used = Expressions().SelectMany(shipped => Names(shipped.Text).Select(name => (shipped.Where, name))).ToList();
        Assert.NotEmpty(used);
        Assert.Equal([], used.Where(one => !known.Contains(one.name)).Select(one => $"{one.Where}: {one.name}").Distinct());
        // Nothing is told that nobody looks at, but for what the runtime and the web server tell besides.
        Assert.Equal([], known.Where(name => name.StartsWith("vdibroker_", StringComparison.Ordinal) && !Besides().IsMatch(name)).Except(used.Select(one => one.name)));

        var panels = Expressions().Where(shipped => shipped.Where.StartsWith("dashboard", StringComparison.Ordinal)).ToList();
        await Eventually.HoldsAsync("every panel has data", _patience, async () => (await Task.WhenAll(panels.Select(async panel => Names(panel.Text).Intersect(_rare).Any() || await city.HasAsync(panel.Text)))).All(has => has));
        Assert.Equal([], await city.PrivateWordsAsync());
    }

    [Fact]
    public async Task The_rules_are_sound_loaded_and_each_has_its_page()
    {
        var check = await Tool.RunAsync("promtool", ["check", "rules", Path.Combine(_shipped, "alerts.yml")]);
        Assert.True(check.Status == 0, check.Output + check.Error);
        await using var city = await MeasuredTown.StartAsync(town);
        var rules = await city.RulesAsync();
        Assert.Equal(Expressions().Count(shipped => shipped.Where.StartsWith("alerts", StringComparison.Ordinal)), rules.Count);
        Assert.Equal([], rules.Where(rule => rule.Health == "err").Select(rule => rule.Name));
        var text = await File.ReadAllTextAsync(Path.Combine(_shipped, "alerts.yml"));
        var pages = Page().Matches(text).Select(found => found.Groups[1].Value).ToList();
        Assert.Equal(rules.Count, pages.Count);
        foreach (var told in (string[])["README.md", "deploy/monitoring/README.md"])
            Assert.Contains($" {rules.Count} alerts", await File.ReadAllTextAsync(Path.Combine(CityPrograms.Root(), told)), StringComparison.Ordinal);
        Assert.DoesNotContain(pages, page => !File.Exists(Path.Combine(CityPrograms.Root(), "deploy/runbooks", page)));
    }

    [Fact]
    public async Task Metrics_are_told_on_their_own_address_alone()
    {
        await using var city = await MeasuredTown.StartAsync(town);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"http://{city.Endpoint}/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"http://{city.Endpoint}/vdibroker.station.v1.StationService/SignIn")).StatusCode);
        using var station = new HttpClient(CityChannel.Handler(town.Certificates.CaFile, await town.CertificateAsync("station", "poste-curieux"))) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        Assert.Equal(HttpStatusCode.NotFound, (await station.GetAsync($"{city.Broker.Uri}/metrics")).StatusCode);
    }

    private static IEnumerable<(string Where, string Text)> Expressions()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(_shipped, "dashboard.json")));
        var panels = from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
                     where panel.TryGetProperty("targets", out _)
                     from target in panel.GetProperty("targets").EnumerateArray()
                     select ($"dashboard: {panel.GetProperty("title").GetString()}", target.GetProperty("expr").GetString()!);
        var alerts = Rule().Matches(File.ReadAllText(Path.Combine(_shipped, "alerts.yml"))).Select(found => ($"alerts: {found.Groups[1].Value}", found.Groups[2].Value));
        return [.. panels, .. alerts];
    }

    // Names of metrics: this broker's, Redis calls', gRPC's, the web server's, the runtime's.
    private static IEnumerable<string> Names(string expression) => Metric().Matches(Labels().Replace(expression, "")).Select(found => found.Value).Distinct();

    // What stands in braces or behind 'by' and 'on' are labels.
    [GeneratedRegex(@"\{[^}]*\}|\b(by|on) \([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(vdibroker|db_client|rpc_server|kestrel|dotnet)_[a-z0-9_]+")]
    private static partial Regex Metric();

    // A histogram has its buckets, and with each counter stands since when.
    [GeneratedRegex("_(sum|count|created)$")]
    private static partial Regex Besides();

    [GeneratedRegex(@"- alert: (\w+)\s+expr: (.+)")]
    private static partial Regex Rule();

    [GeneratedRegex(@"runbook_url: .*/runbooks/(\S+\.md)")]
    private static partial Regex Page();
}
