using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using VdiBroker.Broker.Tests.Edge;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Observability;

/// <summary>A rule as Prometheus has it.</summary>
internal sealed record LoadedRule(string Name, string Health);

/// <summary>A broker of the town that tells of itself, Debian's Prometheus that asks it with the shipped rules, and Debian's Alertmanager that writes to whom the shipped file says.</summary>
internal sealed class MeasuredTown : IAsyncDisposable
{
    /// <summary>The files as they are shipped.</summary>
    public static readonly string Shipped = Path.Combine(CityPrograms.Root(), "deploy/monitoring");

    private static int _hosts = 70;
    private readonly Town _town;
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-prometheus-").FullName;
    private readonly HttpClient _http = new();
    private ServerProcess? _alertmanager;
    private ServerProcess? _prometheus;
    private string _person = "";

    private MeasuredTown(Town town, BrokerProcess broker, string endpoint) => (_town, Broker, Endpoint) = (town, broker, endpoint);

    public BrokerProcess Broker { get; }

    /// <summary>Where it tells.</summary>
    public string Endpoint { get; }

    /// <summary>Where the mails come to those who are told of alerts.</summary>
    public MailServer Post { get; } = new();

    public static async Task<MeasuredTown> StartAsync(Town town)
    {
        var endpoint = "";
        var host = Interlocked.Increment(ref _hosts);
        var broker = await town.StartMeasuredAsync($"measured-{host}", host, address =>
        {
            endpoint = $"{address}:{Loopback.FreePort(address)}";
            return $$"""{ "prometheus": "{{endpoint}}" }""";
        });
        var measured = new MeasuredTown(town, broker, endpoint);
        await measured.StartPrometheusAsync(await measured.StartAlertmanagerAsync());
        return measured;
    }

    /// <summary>A person signs in, waits, opens, sees the desktop, leaves; another mistypes; nobody's ticket is presented.</summary>
    public async Task LiveADayAsync()
    {
        _person = _town.Only("habitat", "agents");
        var second = _town.Only("habitat", "agents", 1);
        await using var agent = await AgentPeer.AttachAsync(_town, Broker, "blade5");
        using var station = await StationPeer.ConnectAsync(_town, Broker, "poste-mesure");
        await Assert.ThrowsAsync<RpcException>(async () => await station.Calls.SignInAsync(new SignInRequest { Login = _person, Password = "mistyped", Language = "fr" }));
        var signIn = await station.SignInAsync(_town, _person);
        var desktop = await station.OpenAsync(signIn.SignIn);
        var grant = await agent.PresentAsync(_person, desktop.Ticket);
        Assert.Equal(Redemption.Granted, grant.Redemption);
        await agent.ObserveAsync(AgentPeer.Seen(_person, connected: true, grant));
        await station.NoticeAsync(signIn.SignIn, desktop, SessionState.Active);
        await station.Calls.ShownAsync(new ShownRequest
        {
            SignIn = signIn.SignIn,
            SessionId = desktop.SessionId,
            Fence = desktop.Fence,
            SignInTook = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromSeconds(3)),
        });
        // The one seat of the pool is taken: a second person waits until it is free.
        var other = await station.SignInAsync(_town, second);
        var waiting = station.OpenAsync(other.SignIn, within: TimeSpan.FromMinutes(2));
        await Eventually.HoldsAsync("somebody waits, as Prometheus sees it", TimeSpan.FromSeconds(60), () => HasAsync("max(vdibroker_queue_length) > 0"));
        await station.CloseAsync(signIn.SignIn, desktop, Closing.SignOut);
        await agent.ObserveAsync();
        var got = await waiting;
        await station.ShownAsync(other.SignIn, got);
        await station.CloseAsync(other.SignIn, got, Closing.SignOut);
    }

    /// <summary>True when an expression has a result now.</summary>
    public async Task<bool> HasAsync(string expression) => (await QueryAsync(expression)).Length > 0;

    /// <summary>What an expression is now; null when it has no result.</summary>
    public async Task<double?> ValueAsync(string expression) => await QueryAsync(expression) is [var first, ..] ? double.Parse(first, CultureInfo.InvariantCulture) : null;

    /// <summary>The names of all metrics that Prometheus has.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync()
    {
        using var answer = await AskAsync("/api/v1/label/__name__/values");
        return [.. answer.RootElement.GetProperty("data").EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>The alert rules that Prometheus has loaded and evaluated.</summary>
    public async Task<IReadOnlyList<LoadedRule>> RulesAsync()
    {
        IReadOnlyList<LoadedRule> rules = [];
        await Eventually.HoldsAsync("rules evaluated", TimeSpan.FromSeconds(60), async () =>
        {
            using var answer = await AskAsync("/api/v1/rules");
            rules = [.. from grouped in answer.RootElement.GetProperty("data").GetProperty("groups").EnumerateArray()
                        from rule in grouped.GetProperty("rules").EnumerateArray()
                        select new LoadedRule(rule.GetProperty("name").GetString()!, rule.GetProperty("health").GetString()!)];
            return rules.Count > 0 && rules.All(rule => rule.Health != "unknown");
        });
        return rules;
    }

    /// <summary>Lines of what the broker tells in which a person, a station or a session is named.</summary>
    public async Task<IReadOnlyList<string>> PrivateWordsAsync()
    {
        var told = await _http.GetStringAsync(new Uri($"http://{Endpoint}/metrics"));
        return [.. told.Split('\n').Where(line => _town.People.Everybody.Any(person => line.Contains(person.Login, StringComparison.OrdinalIgnoreCase)) || line.Contains("poste-mesure", StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null) await _prometheus.DisposeAsync();
        if (_alertmanager is not null) await _alertmanager.DisposeAsync();
        await Post.DisposeAsync();
        await Broker.DisposeAsync();
        _http.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    // The shipped file with this mail server, and quicker.
    private async Task<int> StartAlertmanagerAsync()
    {
        var settings = Path.Combine(_folder, "alertmanager.yml");
        await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(Path.Combine(Shipped, "alertmanager.yml")))
            .Replace("\"mail.city.example:587\"", $"\"127.0.0.1:{Post.Port}\"\n  smtp_require_tls: false", StringComparison.Ordinal).Replace("15s", "1s", StringComparison.Ordinal));
        var port = Loopback.FreePort();
        _alertmanager = ServerProcess.Start("alertmanager", Path.Combine(_folder, "alertmanager.log"), "prometheus-alertmanager",
            [$"--config.file={settings}", $"--storage.path={_folder}/alerts", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]);
        await _alertmanager.ReadyAsync(() => Task.FromResult(Loopback.Listens("127.0.0.1", port)), TimeSpan.FromSeconds(30));
        return port;
    }

    private async Task StartPrometheusAsync(int alertmanager)
    {
        File.Copy(Path.Combine(Shipped, "alerts.yml"), Path.Combine(_folder, "alerts.yml"));
        // The shipped file with this broker's address and this Alertmanager's, and quicker.
        var settings = (await File.ReadAllTextAsync(Path.Combine(Shipped, "prometheus.yml"))).Replace("127.0.0.1:9464", Endpoint, StringComparison.Ordinal)
            .Replace("127.0.0.1:9093", $"127.0.0.1:{alertmanager}", StringComparison.Ordinal).Replace("15s", "1s", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder, "prometheus.yml"), settings);
        var port = Loopback.FreePort();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _prometheus = ServerProcess.Start("prometheus", Path.Combine(_folder, "prometheus.log"), "prometheus",
            [$"--config.file={_folder}/prometheus.yml", $"--storage.tsdb.path={_folder}/data", $"--web.listen-address=127.0.0.1:{port}"]);
        await _prometheus.ReadyAsync(() => Task.FromResult(Loopback.Listens("127.0.0.1", port)), TimeSpan.FromSeconds(30));
    }

    // The values of its results.
    private async Task<string[]> QueryAsync(string expression)
    {
        using var answer = await AskAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(result => result.GetProperty("value")[1].GetString()!)];
    }

    private async Task<JsonDocument> AskAsync(string path)
    {
        var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException($"{path}: {text}");
    }
}
