using System.Security.Cryptography;
using VdiBroker.City.Brokers;
using VdiBroker.City.Directory;
using VdiBroker.City.Hosts;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;

namespace VdiBroker.City;

/// <summary>
/// A whole city of real parts on this machine's loopback: directory, broker with its Redis, session hosts, stations. Everything is in one
/// folder of its own and is gone after disposing; nothing outside is changed. Needs root (namespaces) and the packages of deploy/packages.txt.
/// </summary>
public sealed class RunningCity : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    private RunningCity(CityPlan plan, CityPrograms programs, string folder)
    {
        Plan = plan;
        Programs = programs;
        Folder = folder;
    }

    /// <summary>What it was made from.</summary>
    public CityPlan Plan { get; }

    /// <summary>The built programs.</summary>
    public CityPrograms Programs { get; }

    /// <summary>Its folder; readable by the services that run under other accounts.</summary>
    public string Folder { get; }

    /// <summary>Everybody who can sign in.</summary>
    public Townspeople People => Directory.People;

    /// <summary>The slapd that the hosts ask for names, and where an administrator writes. The broker does not ask it.</summary>
    public Slapd Directory { get; private set; } = null!;

    /// <summary>The slapds that the broker asks, the preferred one first; the same content as <see cref="Directory"/> at any time.</summary>
    public IReadOnlyList<Slapd> DirectoryServers { get; private set; } = [];

    /// <summary>Who issues certificates.</summary>
    public CityCertificates Certificates { get; private set; } = null!;

    /// <summary>The broker.</summary>
    public BrokerProcess Broker { get; private set; } = null!;

    /// <summary>Its store.</summary>
    public CityStore Store { get; private set; } = null!;

    /// <summary>Session hosts, in the order of the plan.</summary>
    public IReadOnlyList<Blade> Blades { get; private set; } = [];

    /// <summary>PCs that are not migrated yet, in the order of the plan.</summary>
    public IReadOnlyList<Blade> Pcs { get; private set; } = [];

    /// <summary>Stations, in the order of the plan.</summary>
    public IReadOnlyList<Station> Stations { get; private set; } = [];

    /// <summary>Starts a city; comes back when the broker is ready and every host's RDP server listens.</summary>
    /// <param name="plan">What to start.</param>
    /// <param name="programs">The built programs; null = those of the repository.</param>
    /// <param name="cancel">Stops what was started and throws.</param>
    public static async Task<RunningCity> StartAsync(CityPlan plan, CityPrograms? programs = null, CancellationToken cancel = default)
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("The city needs root: session hosts run in namespaces of their own.");
        var folder = Path.Combine(Path.GetTempPath(), LeftCity.Prefix + RandomNumberGenerator.GetHexString(6, lowercase: true));
        var city = new RunningCity(plan, programs ?? CityPrograms.OfRepository(), folder);
        try
        {
            await city.StartPartsAsync(cancel);
            return city;
        }
        catch
        {
            await city.DisposeAsync();
            // Ctrl-C on a terminal ends short-lived tools too: their failure is not the reason.
            cancel.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Waits until every host's agent is attached to the broker: from then on every seat can be had.</summary>
    public Task ReadyAsync(CancellationToken cancel = default) => Eventually.HoldsAsync("every agent attached", TimeSpan.FromSeconds(60), () => Blades.All(blade => blade.Attached), cancel);

    /// <summary>The host by that name.</summary>
    public Blade Blade(string name) => Blades.Single(blade => blade.Plan.Name == name);

    /// <summary>Kills every directory server that the broker asks. Hosts still know names, as from a copy or a cache of their own.</summary>
    public Task KillDirectoryAsync() => Task.WhenAll(DirectoryServers.Select(server => server.KillAsync()));

    /// <summary>Starts them again.</summary>
    public Task StartDirectoryAgainAsync() => Task.WhenAll(DirectoryServers.Select(server => server.StartAgainAsync()));

    /// <summary>Where everything that was printed is: name and file.</summary>
    public IReadOnlyList<string> LogFiles() =>
        [.. System.IO.Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".log" or ".out" || Path.GetFileName(file).StartsWith(".xorgxrdp", StringComparison.Ordinal) || Path.GetFileName(file) == ".startwm.log")];

    /// <summary>Copies every log to a folder that stays.</summary>
    public void KeepLogs(string target)
    {
        foreach (var file in LogFiles())
        {
            var to = Path.Combine(target, Path.GetRelativePath(Folder, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
        await TemporaryFolder.RemoveAsync(Folder);
    }

    private async Task StartPartsAsync(CancellationToken cancel)
    {
        System.IO.Directory.CreateDirectory(Folder, (UnixFileMode)Convert.ToInt32("755", 8));
        LeftCity.Sign(Folder);
        Certificates = await CityCertificates.CreateAsync(Programs.Broker, Path.Combine(Folder, "ca"), Plan.Name);
        var homes = System.IO.Directory.CreateDirectory(Path.Combine(Folder, "homes"), (UnixFileMode)Convert.ToInt32("755", 8)).FullName;
        var brokerAddress = Plan.Network.Address(11);
        Broker = BrokerProcess.At(Programs.Broker, Path.Combine(Folder, "broker"), brokerAddress, Loopback.FreePort(brokerAddress));
        // Stations need nobody; the broker and the hosts' name service need the directory's address.
        var stations = Task.WhenAll(Plan.Stations.Select(name => OwnedAsync(Station.StartAsync(name, Path.Combine(Folder, name), Broker.Uri, Certificates, Programs.Shim, Plan.Display))));
        try
        {
            await StartDirectoryAsync(cancel);
            var site = new BladeSite(Path.Combine(Folder, "hosts"), homes, NamesFor(), Broker.Uri, Certificates, Programs);
            var blades = Task.WhenAll(Plan.Hosts.Select(host => OwnedAsync(Hosts.Blade.StartAsync(host, site))));
            // The city file names their certificates.
            Pcs = await Task.WhenAll(Plan.Pcs.Select(pc => OwnedAsync(Hosts.Blade.StartAsync(pc, site))));
            await Task.WhenAll(StartBrokerAsync(), blades);
            Blades = await blades;
        }
        finally
        {
            Stations = await stations;
        }
        cancel.ThrowIfCancellationRequested();
    }

    private async Task StartDirectoryAsync(CancellationToken cancel)
    {
        var address = Plan.Network.Address(21);
        Directory = await OwnedAsync(Slapd.StartAsync(CityDirectory.Plan(Path.Combine(Folder, "directory"), address, await DirectoryTlsAsync("directory", address)), cancel));
        await CityDirectory.FinishAsync(Directory);
        DirectoryServers = await Task.WhenAll(((int[])[22, 23]).Select(async last =>
        {
            var at = Plan.Network.Address(last);
            return await OwnedAsync(Directory.StartTwinAsync(at, await DirectoryTlsAsync($"directory-{last}", at), cancel));
        }));
    }

    private async Task<DirectoryTls> DirectoryTlsAsync(string name, string address)
    {
        var issued = await Certificates.IssueAsync("server", name, Path.Combine(Folder, "directory-tls"), address);
        return new DirectoryTls(Certificates.CaFile, issued.Certificate, issued.Key);
    }

    private async Task StartBrokerAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(Broker.Folder, "city.yaml"), CityYaml.Of(Plan, Directory, DirectoryServers, Pcs));
        Store = await OwnedAsync(CityStore.StartAsync(Plan.Store, Path.Combine(Folder, "redis"), Plan.Network, Broker));
        lock (_parts) _parts.Push(Broker);
        await Broker.ConfigureAsync(Certificates, Store.Address, Plan.Telemetry);
        await Broker.StartAsync();
    }

    private NameService NamesFor() => new(Directory.LdapsUri, Directory.CaFile, People.PeopleBase, $"ou=unix,{People.Suffix}", Directory.NslcdDn, File.ReadAllText(Directory.NslcdPasswordFile).Trim(), login => People[login].Dn);

    private async Task<T> OwnedAsync<T>(Task<T> starting) where T : IAsyncDisposable
    {
        var part = await starting;
        lock (_parts) _parts.Push(part);
        return part;
    }
}
