using System.Security.Cryptography;
using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Race.History;
using VdiBroker.Race.Machines;

namespace VdiBroker.Race.Farm;

/// <summary>Everything that a race is run on: a real slapd, a real store, real broker processes; hosts and stations that speak the real protocol.</summary>
internal sealed class RaceFarm : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();
    private readonly string _folder;

    private RaceFarm(RacePlan plan, string folder) => (Plan, _folder) = (plan, folder);

    /// <summary>How large.</summary>
    public RacePlan Plan { get; }

    /// <summary>Those who race.</summary>
    public IReadOnlyList<Townsperson> People { get; private set; } = [];

    /// <summary>The brokers.</summary>
    public IReadOnlyList<BrokerProcess> Brokers { get; private set; } = [];

    /// <summary>The store.</summary>
    public CityStore Store { get; private set; } = null!;

    /// <summary>The hosts, by name.</summary>
    public IReadOnlyDictionary<string, Machine> Machines { get; private set; } = null!;

    /// <summary>The city's authority.</summary>
    public string CaFile => Path.Combine(_folder, "ca", "ca.crt");

    /// <summary>Signs for stations.</summary>
    public CallerCertificates Callers { get; private set; } = null!;

    /// <summary>Starts one; back when every host's agent is attached.</summary>
    /// <param name="plan">How large.</param>
    /// <param name="history">Takes what the hosts see.</param>
    /// <param name="clock">The race's clock.</param>
    /// <param name="broker">The broker's program; null = that of the repository.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<RaceFarm> StartAsync(RacePlan plan, RaceHistory history, RaceClock clock, string? broker, CancellationToken cancel)
    {
        var farm = new RaceFarm(plan, Path.Combine(Path.GetTempPath(), "vdi-race-" + RandomNumberGenerator.GetHexString(6, lowercase: true)));
        try
        {
            await farm.StartPartsAsync(history, clock, broker ?? CityPrograms.BuiltBroker, cancel);
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>A built program of the repository.</summary>
    public static string Program(string folder, string name) => Path.Combine(CityPrograms.Root(), folder, "bin/Release/net10.0", name);

    /// <summary>Copies every log to a folder that stays.</summary>
    public void KeepLogs(string target)
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(_folder, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        Callers?.Dispose();
        if (System.IO.Directory.Exists(_folder)) System.IO.Directory.Delete(_folder, recursive: true);
    }

    private async Task StartPartsAsync(RaceHistory history, RaceClock clock, string broker, CancellationToken cancel)
    {
        // slapd runs under its own account.
        System.IO.Directory.CreateDirectory(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        var network = Loopback.Pick();
        var certificates = await CityCertificates.CreateAsync(broker, Path.Combine(_folder, "ca"), RaceCity.Name);
        Callers = new CallerCertificates(Path.Combine(_folder, "ca"), RaceCity.Name);
        var tls = DirectoryTls.Make(Path.Combine(_folder, "directory-tls"), network.Address(21));
        var directory = await OwnedAsync(Slapd.StartAsync(new SlapdPlan(Path.Combine(_folder, "directory"), network.Address(21), Townspeople.Make(Plan.People, tenants: RaceCity.Tenant), tls) { Verbose = false }, cancel));
        People = [.. directory.People.Everybody.TakeLast(Plan.People)];
        // What one Redis has answered is on its disk: a kill loses nothing, and the history excuses nothing.
        Store = await OwnedAsync(CityStore.StartAsync(Plan.Store, Path.Combine(_folder, "store"), network, farm: RaceCity.Name, lines: "appendfsync always"));
        var city = RaceCity.Of(Plan, directory, network.Address(31));
        Brokers = await Task.WhenAll(Enumerable.Range(1, Plan.Brokers).Select(async number =>
        {
            var at = network.Address(10 + number);
            var process = BrokerProcess.At(broker, Path.Combine(_folder, $"broker{number}"), at, Loopback.FreePort(at));
            lock (_parts) _parts.Push(process);
            await File.WriteAllTextAsync(Path.Combine(process.Folder, "city.yaml"), city, cancel);
            await process.ConfigureAsync(certificates, Store.Address);
            await process.StartAsync();
            return process;
        }));
        var uris = Brokers.Select(one => one.Uri).ToList();
        var machines = await Task.WhenAll(Plan.Hosts.Select(async host =>
        {
            var own = await certificates.IssueAsync("host", host, Path.Combine(_folder, "hosts"));
            var machine = new Machine(host, new AgentPlan(Program("tests/Race", "vdi-race"), CaFile, own, uris, Path.Combine(_folder, "hosts", host + ".log")), history, clock);
            lock (_parts) _parts.Push(machine);
            machine.Start();
            return machine;
        }));
        Machines = machines.ToDictionary(machine => machine.Name);
        await Eventually.HoldsAsync("every agent attached", TimeSpan.FromSeconds(30), () => machines.All(machine => machine.IsAttached), cancel);
    }

    private async Task<T> OwnedAsync<T>(Task<T> starting) where T : IAsyncDisposable
    {
        var part = await starting;
        lock (_parts) _parts.Push(part);
        return part;
    }
}
