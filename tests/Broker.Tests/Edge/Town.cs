using VdiBroker.City;
using VdiBroker.City.Brokers;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>
/// A town without hosts and stations: a real slapd, a real Redis, and real broker processes behind mTLS. Tests speak the protocol to it, as stations and agents do.
/// </summary>
public sealed class Town : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-town-").FullName;
    private readonly Loopback _network = Loopback.Pick();
    private readonly Stack<IAsyncDisposable> _parts = new();

    public Slapd Directory { get; private set; } = null!;

    /// <summary>The PCs of the pool <c>mon-pc</c>.</summary>
    internal TownMachines Machines { get; private set; } = null!;

    public CityCertificates Certificates { get; private set; } = null!;

    public BrokerProcess First { get; private set; } = null!;

    public BrokerProcess Second { get; private set; } = null!;

    public Townspeople People => Directory.People;

    /// <summary>Of the two brokers' Redis: <c>address:port</c>.</summary>
    public string Redis { get; private set; } = "";

    /// <summary>The broker: what is shipped, where that was published.</summary>
    public static string Program => CityPrograms.BuiltBroker;

    public async Task InitializeAsync()
    {
        // slapd and redis run under other accounts: they must be able to walk in.
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        Certificates = await CityCertificates.CreateAsync(Program, Path.Combine(_folder, "ca"), "test-city");
        var address = _network.Address(21);
        var tls = await Certificates.IssueAsync("server", "directory", Path.Combine(_folder, "directory-tls"), address);
        Directory = Own(await Slapd.StartAsync(new SlapdPlan(Path.Combine(_folder, "directory"), address, Townspeople.Make(), new DirectoryTls(Certificates.CaFile, tls.Certificate, tls.Key))
        {
            Policies = [PasswordPolicy.MustChange],
        }));
        var redis = Own(await RedisNode.StartAloneAsync(Path.Combine(_folder, "redis"), _network.Address(9)));
        Redis = redis.Endpoint;
        Machines = Own(TownMachines.On(_network));
        First = await StartAsync("one", _network.Address(11), redis.Endpoint);
        Second = await StartAsync("two", _network.Address(12), redis.Endpoint);
    }

    public async Task DisposeAsync()
    {
        // One that cannot be ended must not leave the others running.
        var faults = new List<Exception>();
        while (_parts.TryPop(out var part))
        {
            try
            {
                await part.DisposeAsync();
            }
            catch (Exception fault)
            {
                faults.Add(fault);
            }
        }
        System.IO.Directory.Delete(_folder, recursive: true);
        if (faults.Count > 0) throw new AggregateException(faults);
    }

    public async Task<IssuedCertificate> CertificateAsync(string kind, string name) => await Certificates.IssueAsync(kind, name, Path.Combine(_folder, "callers", kind));

    /// <summary>A broker of this town with a Redis of its own, that a test may kill.</summary>
    public Task<BrokerProcess> StartLonelyAsync(string name, int host) => StartAsync(name, _network.Address(host), redis: null);

    /// <summary>One more broker of this town, on its Redis, with another city file.</summary>
    public Task<BrokerProcess> StartAnotherAsync(string name, int host, Func<string, string> changed) => StartAsync(name, _network.Address(host), Redis, changed);

    /// <summary>Somebody who is in this group of their tenant and in no other.</summary>
    public string Only(string tenant, string group, int nth = 0) => People.Everybody.Where(person => person.Tenant == tenant && person.Groups.SequenceEqual([group])).ElementAt(nth).Login;

    /// <summary>A broker of this town on a Redis of the test's.</summary>
    public Task<BrokerProcess> StartOnAsync(string name, int host, string redis) => StartAsync(name, _network.Address(host), redis);

    /// <summary>A broker of this town on a Redis of the test's, at which stations enrol.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="host">Its host number.</param>
    /// <param name="redis">The store.</param>
    /// <param name="enrolment">The section of that name, JSON.</param>
    /// <param name="changed">Makes its city file of the town's.</param>
    public Task<BrokerProcess> StartEnrollingAsync(string name, int host, string redis, string enrolment, Func<string, string>? changed = null) =>
        StartAsync(name, _network.Address(host), redis, changed, enrolment: enrolment);

    /// <summary>One more broker of this town, on its Redis, that tells of itself.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="host">Its host number.</param>
    /// <param name="telemetry">The section of that name, JSON; it is given the broker's own address.</param>
    public Task<BrokerProcess> StartMeasuredAsync(string name, int host, Func<string, string> telemetry) =>
        StartAsync(name, _network.Address(host), Redis, telemetry: telemetry(_network.Address(host)));

    /// <summary>Three brokers of this town on a Redis of their own: a test may kill any of them. They use the host numbers from <paramref name="host"/> to three above it.</summary>
    internal async Task<Fleet> StartFleetAsync(string name, int host)
    {
        var redis = Own(await RedisNode.StartAloneAsync(Path.Combine(_folder, name, "redis"), _network.Address(host)));
        return new Fleet(redis, await Task.WhenAll(Enumerable.Range(1, 3).Select(number => StartAsync($"{name}{number}", _network.Address(host + number), redis.Endpoint))));
    }

    private async Task<BrokerProcess> StartAsync(string name, string address, string? redis, Func<string, string>? changed = null, string? telemetry = null, string? enrolment = null)
    {
        var broker = BrokerProcess.At(Program, Path.Combine(_folder, name), address, Loopback.FreePort(address));
        await File.WriteAllTextAsync(Path.Combine(broker.Folder, "city.yaml"), changed is null ? CityFile() : changed(CityFile()));
        await broker.ConfigureAsync(Certificates, redis is null ? null : StoreAddress.Of(redis), telemetry, enrolment);
        await broker.StartAsync();
        return Own(broker);
    }

    private T Own<T>(T part) where T : IAsyncDisposable
    {
        lock (_parts) _parts.Push(part);
        return part;
    }

    // Each test works on a host and a pool of its own, so that none disturbs another.
    private string CityFile() => $$"""
        city: test-city
        farm: test
        health: { report_every: 500ms, dead_after: 4s, detached_for: 1s }
        lockout: { person: { tries: 4 } }
        directories:
          - id: agglo
            servers: ["{{Directory.LdapsUri}}"]
            ca: "{{Directory.CaFile}}"
            bind_dn: "{{Directory.BrokerDn}}"
            bind_password_file: "{{Directory.BrokerPasswordFile}}"
            people: { base: "{{People.PeopleBase}}", name: displayName }
            groups: { base: "{{People.GroupsBase}}" }
        tenants:
          - { id: drancy, name: "Ville de Drancy", directory: agglo, people_under: "{{People.PeopleOf("drancy")}}" }
          - { id: le-bourget, name: "Ville du Bourget", directory: agglo, people_under: "{{People.PeopleOf("le-bourget")}}", groups: { max_age: 1s } }
          - { id: dugny, name: "Ville de Dugny", directory: agglo, people_under: "{{People.PeopleOf("dugny")}}", limited: { days: 7 } }
          - { id: habitat, name: "Office de l'habitat", directory: agglo, people_under: "{{People.PeopleOf("habitat")}}" }
        hosts:
          - { id: blade1, address: 127.0.0.1, port: 3391, seats: 3 }
          - { id: blade2, address: 127.0.0.1, port: 3392, seats: 1 }
          - { id: blade3, address: 127.0.0.1, port: 3393, seats: 5 }
          - { id: blade4, address: 127.0.0.1, port: 3394, seats: 5 }
          - { id: blade5, address: 127.0.0.1, port: 3395, seats: 1 }
          - { id: blade6, address: 127.0.0.1, port: 3396, seats: 1 }
          - { id: blade7, address: 127.0.0.1, port: 3397, seats: 4 }
          - { id: blade8, address: 127.0.0.1, port: 3398, seats: 1 }
        pools:
          - { id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [blade1] }
          - { id: dugny, name: { fr: Dugny, en: Dugny }, hosts: [blade2] }
          - { id: coffre, name: { fr: Coffre, en: Vault }, hosts: [blade2], sensitive: true }
          - { id: paire, name: { fr: Paire, en: Pair }, hosts: [blade3, blade4] }
          - { id: file, name: { fr: File, en: Line }, hosts: [blade5] }
          - { id: loge, name: { fr: Loge, en: Lodge }, hosts: [blade6] }
        {{Machines.PoolIn(People)}}
          - { id: bref, name: { fr: Bref, en: Short }, hosts: [blade7], limits: { idle: 6s, disconnected: 3s, longest: 12h, warn: 3s, extend: 6s, extensions: 1 } }
          - { id: visite, name: { fr: Libre accès, en: Public access }, hosts: [blade8], limits: { longest: 10s, disconnected: 4s, warn: 6s, extend: 8s, extensions: 1 } }
        entitlements:
          - { tenant: le-bourget, group: agents, pools: [paire] }
          - { tenant: drancy, group: agents, pools: [bureau] }
          - { tenant: dugny, group: agents, pools: [dugny, coffre] }
          - { tenant: drancy, group: stagiaires, pools: [mon-pc, reveil, prise] }
          - { tenant: drancy, group: eleves, pools: [mon-pc] }
          - { tenant: drancy, group: elus, pools: [mon-pc] }
          - { tenant: dugny, group: elus, pools: [coffre] }
          - { tenant: habitat, group: agents, pools: [file] }
          - { tenant: habitat, group: gardiens, pools: [loge] }
          - { tenant: dugny, group: stagiaires, pools: [bref] }
          - { tenant: le-bourget, group: elus, pools: [bref] }
          - { tenant: le-bourget, group: stagiaires, pools: [bref] }
        operators:
          - { name: assistance-drancy, tenants: [drancy] }
          - { name: astreinte, tenants: [all] }
        profiles:
          - { tenant: drancy, keyboard: be, screen: 1280x800, clipboard: out }
        places:
          - { id: couloir, name: { fr: Couloir, en: corridor }, stations: ["poste-couloir-*"], kind: care, keyboard: us, screen: full, clipboard: off }
          - { id: mediatheque, name: { fr: Médiathèque, en: library }, stations: ["poste-visite-*"], kind: public, visitors: { tenant: drancy, pool: visite } }
        """;
}

[CollectionDefinition(Name)]
public sealed class TownCollection : ICollectionFixture<Town>
{
    public const string Name = "town";
}

/// <summary>A second town beside the first: its tests mostly wait (for leases, for silent hosts, for repairs), so that both are done in the time of one.</summary>
[CollectionDefinition(Name)]
public sealed class OtherTownCollection : ICollectionFixture<Town>
{
    public const string Name = "other town";
}

/// <summary>A third one, for what stations are and do before and beside somebody's sign-in.</summary>
[CollectionDefinition(Name)]
public sealed class StationsTownCollection : ICollectionFixture<Town>
{
    public const string Name = "stations' town";
}
