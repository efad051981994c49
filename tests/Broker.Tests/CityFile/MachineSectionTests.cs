using VdiBroker.CityFile;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Machines;
using VdiBroker.Pools;
using VdiBroker.Tenancy;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

public sealed class MachineSectionTests : IDisposable
{
    private const string Pin = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string Good = $$"""
        tenants: [{ id: drancy, name: Drancy }, { id: dugny, name: Dugny }]
        hosts:
          - { id: blade1, address: 10.0.0.11, seats: 20 }
        pools:
          - id: mon-pc
            name: { fr: Mon PC, en: My PC }
            kind: fixed
            wake_for: 90s
            machines:
              - { id: pc-1, address: 10.0.3.17, certificate: "{{Pin}}", mac: "3C-52-82-01-0A-FF", broadcast: 10.0.3.255, owner: drancy/a.durand, name: { fr: PC de la compta, en: accounts' PC } }
              - { id: pc-2, address: 10.0.3.18, port: 3390, owner: [dugny/b.petit, drancy/c.roy], credential: ticket }
        entitlements: [{ tenant: drancy, group: agents, pools: [mon-pc] }]
        """;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Machines_are_read_whole()
    {
        var (pools, machines, hosts, faults) = Read(Good);
        Assert.Empty(faults);
        var pool = pools.Pools[new PoolId("mon-pc")];
        Assert.Equal((PoolKind.Fixed, false), (pool.Kind, pool.Queues));
        Assert.Equal(["pc-1", "pc-2"], pool.Hosts.Select(host => host.Value));
        var first = pool.Machines[0];
        Assert.Equal(new WakeRules(MacAddress.Parse("3c:52:82:01:0a:ff")!, "10.0.3.255", TimeSpan.FromSeconds(90)), first.Wake);
        Assert.Equal((Pin, MachineCredential.Password, "accounts' PC", 3389), (first.CertificateSha256, first.Credential, first.NameIn("en"), first.Port));
        Assert.Equal(new PersonId("drancy/a.durand"), Assert.Single(first.Owners));
        Assert.Equal((2, "pc-2"), (pool.Machines[1].Owners.Length, pool.Machines[1].NameIn("fr")));

        // One with an agent is a host of one seat; for the other nobody is admitted as its agent.
        var all = machines.AddTo(hosts);
        Assert.Equal((1, 3390), (all.Hosts[new HostId("pc-2")].Seats, all.Hosts[new HostId("pc-2")].Port));
        Assert.False(all.Hosts.ContainsKey(new HostId("pc-1")));
        Assert.Equal("10.0.3.17", all.Find(new HostId("pc-1"))!.Address);
        Assert.NotNull(machines.WithoutAgent(new HostId("pc-1")));
        Assert.Null(machines.WithoutAgent(new HostId("pc-2")));
        Assert.Null(machines.WithoutAgent(new HostId("blade1")));
    }

    [Fact]
    public void In_a_city_of_one_tenant_a_login_is_enough()
    {
        var (pools, _, _, faults) = Read(Good.Replace(", { id: dugny, name: Dugny }", "", StringComparison.Ordinal).Replace("dugny/b.petit", "b.petit", StringComparison.Ordinal));
        Assert.Empty(faults);
        Assert.Equal(new PersonId("drancy/b.petit"), pools.Pools[new PoolId("mon-pc")].Machines[1].Owners[0]);
    }

    [Theory]
    [InlineData("id: pc-2", "id: pc-1", 11, "there are two machines 'pc-1'")]
    [InlineData("id: pc-2", "id: blade1", 11, "is the name of a host already")]
    [InlineData("10.0.3.18, port: 3390", "10.0.3.17", 11, "10.0.3.17:3389 is the address of machine 'pc-1' already")]
    [InlineData("10.0.3.18, port: 3390", "10.0.0.11", 11, "is the address of host 'blade1' already")]
    [InlineData("3C-52-82-01-0A-FF", "3C-52-82-01-0A", 10, "must be the address of one network card")]
    [InlineData("3C-52-82-01-0A-FF", "01:00:5e:00:00:01", 10, "must be the address of one network card")]
    [InlineData(", broadcast: 10.0.3.255", "", 10, "needs 'broadcast'")]
    [InlineData("broadcast: 10.0.3.255", "broadcast: everybody", 10, "must be an IPv4 address")]
    [InlineData("mac: \"3C-52-82-01-0A-FF\", ", "", 10, "'mac' is missing")]
    [InlineData("owner: drancy/a.durand", "owner: pantin/a.durand", 10, "there is no tenant 'pantin' (tenants: drancy, dugny)")]
    [InlineData("owner: drancy/a.durand", "owner: a.durand", 10, "must be a person as tenant/login")]
    [InlineData("owner: [dugny/b.petit", "owner: [drancy/a.durand", 11, "drancy/a.durand owns 'pc-1' of this pool already")]
    [InlineData($"certificate: \"{Pin}\", ", "", 10, "'broker machine look ADDRESS' says what the machine shows")]
    [InlineData(Pin, "0123", 10, "must be a SHA-256: 64 hexadecimal digits")]
    [InlineData("credential: ticket", "credential: card", 11, "must be password (a PC as it is) or ticket")]
    [InlineData("credential: ticket", $"credential: ticket, certificate: \"{Pin}\"", 11, "says its certificate itself")]
    [InlineData("port: 3390", "port: 0", 11, "must be a whole number from 1 to 65535")]
    [InlineData("wake_for: 90s", "wake_for: 2h", 8, "'wake_for' must be from 1s to 30m")]
    [InlineData("wake_for: 90s", "hosts: [blade1]", 8, "'hosts' is not known")]
    [InlineData("kind: fixed", "kind: shared", 5, "'hosts' must be a list with at least one item")]
    public void A_fault_is_told_with_its_line_and_what_to_do(string good, string bad, int line, string says)
    {
        var faults = Read(Good.Replace(good, bad, StringComparison.Ordinal)).Faults;
        Assert.Contains(faults, f => f.Line == line && f.Message.Contains(says, StringComparison.Ordinal));
    }

    private (PoolCatalogue Pools, MachineCatalogue Machines, HostCatalogue Hosts, IReadOnlyList<CityFault> Faults) Read(string yaml)
    {
        File.WriteAllText(_file, yaml);
        var document = CityDocument.Read(_file);
        var hosts = HostCatalogue.Read(document);
        var pools = PoolCatalogue.Read(document, TenantCatalogue.Read(document), hosts, []);
        return (pools, MachineCatalogue.Of(pools.Pools.Values.SelectMany(pool => pool.Machines)), hosts, document.Faults);
    }
}
