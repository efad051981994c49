using System.Collections.Frozen;
using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Tenancy;

namespace VdiBroker.Pools;

/// <summary>The declared pools and who may use them: the sections <c>pools</c> and <c>entitlements</c> of the city file.</summary>
internal sealed record PoolCatalogue(FrozenDictionary<PoolId, Pool> Pools, ImmutableArray<Entitlement> Entitlements)
{
    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static PoolCatalogue Read(CityDocument city, TenantCatalogue tenants, HostCatalogue hosts, ImmutableArray<Place> places)
    {
        var pools = new Dictionary<PoolId, Pool>();
        foreach (var map in city.Root.Maps("pools"))
        {
            var name = map.Map("name");
            ImmutableArray<HostId> carrying = [.. map.Texts("hosts").Select(h => new HostId(h))];
            var pool = new Pool(new PoolId(map.Id("id")), name.Text("fr"), name.Text("en"), carrying)
            {
                Sensitive = map.Flag("sensitive", fallback: false),
                Kind = ReadKind(map),
                Placing = PlacingSection.Read(map, carrying, places),
                Shares = SharesSection.Read(map, tenants, carrying.Sum(host => hosts.Hosts.GetValueOrDefault(host)?.Seats ?? 0)),
                Waiting = SharesSection.ReadWaiting(map),
            };
            name.Close();
            foreach (var host in pool.Hosts.Where(h => !hosts.Hosts.ContainsKey(h)))
                map.Fault("hosts", $"there is no host '{host}' (hosts: {string.Join(", ", hosts.Hosts.Keys.Select(h => h.Value).Order(StringComparer.Ordinal))})");
            foreach (var twice in pool.Hosts.GroupBy(h => h).Where(g => g.Count() > 1)) map.Fault("hosts", $"host '{twice.Key}' stands there twice");
            if (!pools.TryAdd(pool.Id, pool)) map.Fault("id", $"there are two pools '{pool.Id}'");
            map.Close();
        }
        return new PoolCatalogue(pools.ToFrozenDictionary(), [.. ReadEntitlements(city, tenants, pools)]);
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
            default:
                map.Fault("kind", $"'kind: {text}' must be shared or personal");
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
