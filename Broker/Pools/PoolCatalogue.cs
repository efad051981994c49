using System.Collections.Frozen;
using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Machines;
using VdiBroker.Profiles;
using VdiBroker.Tenancy;

namespace VdiBroker.Pools;

/// <summary>The declared pools and who may use them: the sections <c>pools</c> and <c>entitlements</c> of the city file.</summary>
internal sealed record PoolCatalogue(FrozenDictionary<PoolId, Pool> Pools, ImmutableArray<Entitlement> Entitlements)
{
    /// <summary>No pools.</summary>
    public static readonly PoolCatalogue None = new(FrozenDictionary<PoolId, Pool>.Empty, []);

    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static PoolCatalogue Read(CityDocument city, TenantCatalogue tenants, HostCatalogue hosts, ImmutableArray<Place> places)
    {
        var pools = new Dictionary<PoolId, Pool>();
        var machines = new MachineSection(tenants, hosts);
        var calendars = CalendarCatalogue.Read(city);
        foreach (var map in city.Root.Maps("pools"))
        {
            var name = map.Map("name");
            var (kind, fixedTo) = (ReadKind(map), ImmutableArray<Machine>.Empty);
            if (kind == PoolKind.Fixed) fixedTo = machines.Read(map);
            ImmutableArray<HostId> carrying = [.. kind == PoolKind.Fixed ? fixedTo.Select(machine => machine.Id) : ReadHosts(map, hosts)];
            var pool = new Pool(new PoolId(map.Id("id")), name.Text("fr"), name.Text("en"), carrying)
            {
                Sensitive = map.Flag("sensitive", fallback: false),
                Kind = kind,
                Machines = fixedTo,
                // Whose machine it is decides alone: nothing is chosen, shared or waited for in a pool of machines.
                Placing = kind == PoolKind.Fixed ? PlacingRules.Default : PlacingSection.Read(map, carrying, places),
                Shares = kind == PoolKind.Fixed ? Shares.None : SharesSection.Read(map, tenants, carrying.Sum(host => hosts.Hosts.GetValueOrDefault(host)?.Seats ?? 0)),
                Waiting = kind == PoolKind.Fixed ? WaitingRules.Default : SharesSection.ReadWaiting(map),
                GiveBack = kind == PoolKind.Fixed ? GiveBackRules.Default : SharesSection.ReadGiveBack(map),
                Hours = calendars.HoursOf(map),
            };
            pool = pool with { Limits = LimitsSection.Read(map, pool.Hours) };
            name.Close();
            if (!pools.TryAdd(pool.Id, pool)) map.Fault("id", $"there are two pools '{pool.Id}'");
            map.Close();
        }
        VisitorCheck.Run(city, pools, places);
        return new PoolCatalogue(pools.ToFrozenDictionary(), [.. ReadEntitlements(city, tenants, pools)]);
    }

    private static HostId[] ReadHosts(CityMap map, HostCatalogue hosts)
    {
        HostId[] carrying = [.. map.Texts("hosts").Select(h => new HostId(h))];
        foreach (var host in carrying.Where(h => !hosts.Hosts.ContainsKey(h)))
            map.Fault("hosts", $"there is no host '{host}' (hosts: {string.Join(", ", hosts.Hosts.Keys.Select(h => h.Value).Order(StringComparer.Ordinal))})");
        foreach (var twice in carrying.GroupBy(h => h).Where(g => g.Count() > 1)) map.Fault("hosts", $"host '{twice.Key}' stands there twice");
        return carrying;
    }

    private static PoolKind ReadKind(CityMap map)
    {
        var text = map.TextOr("kind", null) ?? "shared";
        switch (text)
        {
            case "shared":
                return PoolKind.Shared;
            case "personal":
                return PoolKind.Personal;
            case "fixed":
                return PoolKind.Fixed;
            default:
                map.Fault("kind", $"'kind: {text}' must be shared, personal or fixed");
                return PoolKind.Shared;
        }
    }

    private static IEnumerable<Entitlement> ReadEntitlements(CityDocument city, TenantCatalogue tenants, Dictionary<PoolId, Pool> pools)
    {
        foreach (var map in city.Root.Maps("entitlements"))
        {
            var entitlement = new Entitlement(tenants.Reference(map, "tenant"), map.Text("group"), [.. map.Texts("pools").Select(p => new PoolId(p))]);
            foreach (var pool in entitlement.Pools.Where(p => !pools.ContainsKey(p)))
                map.Fault("pools", $"there is no pool '{pool}' (pools: {string.Join(", ", pools.Keys.Select(p => p.Value).Order(StringComparer.Ordinal))})");
            map.Close();
            yield return entitlement;
        }
    }
}
