using System.Globalization;
using System.Text;
using Grpc.Net.Client;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Callers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Storm;

/// <summary>What a storm breaks on: a real slapd, a real Redis, the real broker in a process of its own; agents and stations at the protocol, in this process.</summary>
internal sealed class StormFarm : IAsyncDisposable
{
    /// <summary>Seats of each host.</summary>
    public const int Seats = 50;

    private const string City = "storm";
    private const string Tenant = "drancy";
    private const string Group = "agents";
    private static readonly TimeSpan _reportEvery = TimeSpan.FromSeconds(2);

    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-storm-").FullName;
    private readonly Loopback _network = Loopback.Pick();
    private CallerCertificates? _callers;

    private StormFarm()
    {
    }

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
    public string CaFile => Path.Combine(_folder, "ca", "ca.crt");

    /// <summary>A loopback address of the farm's own block.</summary>
    public string Address(int last) => _network.Address(last);

    /// <summary>A certificate and key of a TLS server, PEM.</summary>
    public Task<IssuedCertificate> ServerCertificateAsync(string name, string address) => Certificates.IssueAsync("server", name, Path.Combine(_folder, "tls"), address);

    private CityCertificates Certificates { get; set; } = null!;

    /// <summary>Starts it; back when every agent is attached.</summary>
    /// <param name="people">How many; there are as many seats.</param>
    /// <param name="broker">The broker's program; null = that of the repository's build.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<StormFarm> StartAsync(int people, string? broker, CancellationToken cancel)
    {
        var farm = new StormFarm();
        try
        {
            await farm.StartPartsAsync(people, broker, cancel);
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>A station's connection; made by its first call.</summary>
    public GrpcChannel Station(int number) => Station(number, Broker.Uri);

    /// <summary>The same to another server.</summary>
    public GrpcChannel Station(int number, string uri) => CityChannel.Open(uri, _callers!.Trusted, _callers.Issue("station", string.Create(CultureInfo.InvariantCulture, $"s{number:00000}")));

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        _callers?.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private async Task StartPartsAsync(int people, string? broker, CancellationToken cancel)
    {
        // slapd and Redis run under accounts of their own.
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        var program = broker ?? Path.Combine(CityPrograms.Root(), "Broker/bin/Release/net10.0/broker");
        Certificates = await CityCertificates.CreateAsync(program, Path.Combine(_folder, "ca"), City);
        _callers = new CallerCertificates(Path.Combine(_folder, "ca"), City);
        var tls = DirectoryTls.Make(Path.Combine(_folder, "directory-tls"), Address(21));
        Directory = Own(await Slapd.StartAsync(new SlapdPlan(Path.Combine(_folder, "directory"), Address(21), Townspeople.Make(people, tenants: Tenant), tls) { Verbose = false }, cancel));
        People = [.. Directory.People.Everybody.Where(person => person.Groups.Contains(Group)).TakeLast(people)];
        Redis = Own(await RedisNode.StartAloneAsync(Path.Combine(_folder, "redis"), Address(9)));
        Broker = Own(BrokerProcess.At(program, Path.Combine(_folder, "broker"), Address(11), Loopback.FreePort(Address(11))));
        string[] hosts = [.. Enumerable.Range(1, (People.Count + Seats - 1) / Seats).Select(number => string.Create(CultureInfo.InvariantCulture, $"h{number:0000}"))];
        await File.WriteAllTextAsync(Path.Combine(Broker.Folder, "city.yaml"), CityFile(hosts), cancel);
        await Broker.ConfigureAsync(Certificates, StoreAddress.Of(Redis.Endpoint));
        await Broker.StartAsync();
        Agents = hosts.ToDictionary(host => host, host => Own(new StormAgent(CityChannel.Open(Broker.Uri, _callers.Trusted, _callers.Issue("host", host)), _reportEvery)));
        await Eventually.HoldsAsync("every agent attached", TimeSpan.FromSeconds(60), () => Agents.Values.All(agent => agent.IsAttached), cancel);
        IdleBytes = ProcessTable.ResidentBytes(Broker.Pid);
    }

    private T Own<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Push(part);
        return part;
    }

    private string CityFile(IReadOnlyList<string> hosts)
    {
        var people = Directory.People;
        var yaml = new StringBuilder($$"""
            city: {{City}}
            farm: storm
            health: { report_every: {{_reportEvery.TotalMilliseconds:0}}ms, dead_after: 20s, detached_for: 10s }
            directories:
              - id: agglo
                servers: ["{{Directory.LdapsUri}}"]
                ca: "{{Directory.CaFile}}"
                bind_dn: "{{Directory.BrokerDn}}"
                bind_password_file: "{{Directory.BrokerPasswordFile}}"
                people: { base: "{{people.PeopleBase}}", login: uid, name: displayName }
                groups: { base: "{{people.GroupsBase}}", name: cn }
                connections: 8
            tenants:
              - { id: {{Tenant}}, name: "Ville", directory: agglo, people_under: "{{people.PeopleOf(Tenant)}}" }
            hosts:

            """);
        foreach (var (host, index) in hosts.Select((host, index) => (host, index))) yaml.AppendLine(CultureInfo.InvariantCulture, $$"""  - { id: {{host}}, address: 127.0.0.1, port: {{20_000 + index}}, seats: {{Seats}} }""");
        yaml.AppendLine(CultureInfo.InvariantCulture, $$"""
            pools:
              - { id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [{{string.Join(", ", hosts)}}] }
            entitlements:
              - { tenant: {{Tenant}}, group: {{Group}}, pools: [bureau] }
            profiles:
              - { tenant: {{Tenant}}, keyboard: fr, language: fr, screen: full }
            """);
        return yaml.ToString();
    }
}
