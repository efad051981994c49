using System.Globalization;
using Grpc.Net.Client;
using StackExchange.Redis;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Hosts;
using VdiBroker.Storage;

namespace VdiBroker.Bench.Storm;

/// <summary>What a storm breaks on: a real slapd, a real Redis, the real broker in a process of its own; agents and stations at the protocol, in this process.</summary>
internal sealed class StormFarm : IAsyncDisposable
{
    /// <summary>Who may ask after everybody.</summary>
    public const string Operator = "desk";

    /// <summary>The city in every name.</summary>
    public const string City = "storm";

    /// <summary>The farm in every key.</summary>
    public const string Farm = "storm";

    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-storm-").FullName;
    private readonly Loopback _network = Loopback.Pick();
    private CallerCertificates? _callers;

    private StormFarm(StormPlan plan) => Plan = plan;

    /// <summary>How big it is.</summary>
    public StormPlan Plan { get; }

    public Slapd Directory { get; private set; } = null!;

    public RedisNode Redis { get; private set; } = null!;

    public BrokerProcess Broker { get; private set; } = null!;

    /// <summary>Everybody who has a right to a desktop; there is a seat for each.</summary>
    public IReadOnlyList<Townsperson> People { get; private set; } = [];

    /// <summary>By the host's name.</summary>
    public IReadOnlyDictionary<string, StormAgent> Agents { get; private set; } = new Dictionary<string, StormAgent>();

    /// <summary>What the broker held before anybody came.</summary>
    public long IdleBytes { get; private set; }

    /// <summary>Whom everybody trusts.</summary>
    public string CaFile => Path.Combine(CaFolder, "ca.crt");

    /// <summary>A loopback address of the farm's own block.</summary>
    public string Address(int last) => _network.Address(last);

    /// <summary>The authority's folder: its certificate and key.</summary>
    public string CaFolder => Path.Combine(_folder, "ca");

    /// <summary>A certificate and key of a TLS server, PEM.</summary>
    public Task<IssuedCertificate> ServerCertificateAsync(string name, string address) => Certificates.IssueAsync("server", name, Path.Combine(_folder, "tls"), address);

    /// <summary>A certificate of somebody who calls.</summary>
    public Task<IssuedCertificate> OperatorCertificateAsync(string name) => Certificates.IssueAsync("operator", name, Path.Combine(_folder, "tls"));

    private CityCertificates Certificates { get; set; } = null!;

    /// <summary>Starts it; back when every agent is attached.</summary>
    public static async Task<StormFarm> StartAsync(StormPlan plan, CancellationToken cancel)
    {
        var farm = new StormFarm(plan);
        try
        {
            await farm.StartPartsAsync(cancel);
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Back when the store is believed: one that has just begun may have been emptied, so every opening reads all hosts until they have had their time to speak.</summary>
    public async Task SettledAsync(CancellationToken cancel)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Redis.Endpoint);
        var (db, keys) = (connection.GetDatabase(), new KeySpace(Farm));
        await Eventually.HoldsAsync("the store settled", TimeSpan.FromMinutes(2),
            async () => DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds((long)await db.StringGetAsync(keys.Began)) > Plan.DeadAfter + HealthThresholds.Reattachment, cancel);
    }

    /// <summary>A station's connection; made by its first call.</summary>
    public GrpcChannel Station(int number) => Station(number, Broker.Uri);

    /// <summary>The same to another server.</summary>
    public GrpcChannel Station(int number, string uri) => Caller("station", string.Create(CultureInfo.InvariantCulture, $"s{number:00000}"), uri);

    /// <summary>A connection with a certificate of the city.</summary>
    public GrpcChannel Caller(string kind, string name, string uri) => CityChannel.Open(uri, _callers!.Trusted, _callers.Issue(kind, name));

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        _callers?.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private async Task StartPartsAsync(CancellationToken cancel)
    {
        // slapd and Redis run under accounts of their own.
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        var program = Plan.Broker ?? CityPrograms.BuiltBroker;
        Certificates = await CityCertificates.CreateAsync(program, CaFolder, City);
        _callers = new CallerCertificates(CaFolder, City);
        var tls = DirectoryTls.Make(Path.Combine(_folder, "directory-tls"), Address(21));
        Directory = Own(await Slapd.StartAsync(new SlapdPlan(Path.Combine(_folder, "directory"), Address(21), StormCity.Townspeople(Plan), tls) { Verbose = false, Further = Plan.Town is { } town ? [town.AsSuffix] : [] }, cancel));
        People = StormCity.Coming(Plan, Directory.People);
        Redis = Own(await RedisNode.StartAloneAsync(Path.Combine(_folder, "redis"), Address(9)));
        Broker = Own(BrokerProcess.At(program, Path.Combine(_folder, "broker"), Address(11), Loopback.FreePort(Address(11))));
        string[] hosts = [.. Enumerable.Range(1, Plan.Hosts ?? ((People.Count + Plan.Seats - 1) / Plan.Seats)).Select(number => string.Create(CultureInfo.InvariantCulture, $"h{number:0000}"))];
        await File.WriteAllTextAsync(Path.Combine(Broker.Folder, "city.yaml"), StormCity.File(Plan, Directory, hosts), cancel);
        await Broker.ConfigureAsync(Certificates, StoreAddress.Of(Redis.Endpoint));
        await Broker.StartAsync();
        Agents = hosts.ToDictionary(host => host, host => Own(new StormAgent(CityChannel.Open(Broker.Uri, _callers.Trusted, _callers.Issue("host", host)), Plan.ReportEvery, StormCity.Running(Plan, host))));
        await Eventually.HoldsAsync("every agent attached", TimeSpan.FromSeconds(60), () => Agents.Values.All(agent => agent.IsAttached), cancel);
        IdleBytes = ProcessTable.ResidentBytes(Broker.Pid);
    }

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }
}
