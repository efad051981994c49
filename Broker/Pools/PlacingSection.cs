using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker.Pools;

/// <summary>How a pool chooses among its hosts: its keys <c>placement</c> and <c>rules</c>.</summary>
internal static class PlacingSection
{
    private static readonly (string Key, StationRuleSort Sort)[] Sorts = [("only", StationRuleSort.Only), ("prefer", StationRuleSort.Prefer), ("avoid", StationRuleSort.Avoid)];

    /// <summary>Reads the two keys; faults go to the document.</summary>
    /// <param name="pool">The pool's mapping.</param>
    /// <param name="hosts">The pool's hosts.</param>
    /// <param name="places">Rooms that a rule may name.</param>
    public static PlacingRules Read(CityMap pool, ImmutableArray<HostId> hosts, ImmutableArray<Place> places)
    {
        var name = pool.TextOr("placement", null) ?? PlacementPolicy.Spread.Name;
        var policy = PlacementPolicy.ByName(name);
        if (policy is null) pool.Fault("placement", $"'placement: {name}' must be one of {string.Join(", ", PlacementPolicy.All.Select(known => known.Name))}");
        return new PlacingRules(policy ?? PlacementPolicy.Spread, [.. pool.Maps("rules", mayBeMissing: true).Select(map => ReadRule(map, hosts, places)).OfType<StationRule>()]);
    }

    private static StationRule? ReadRule(CityMap map, ImmutableArray<HostId> hosts, ImmutableArray<Place> places)
    {
        var stations = map.StationPatterns("stations", mayBeMissing: true).ToImmutableArray();
        ImmutableArray<StationPattern> ofPlace = [];
        var place = map.TextOr("place", null);
        if (place is not null)
        {
            if (places.FirstOrDefault(known => known.Id == place) is { } found) ofPlace = found.Stations;
            else map.Fault("place", $"there is no place '{place}' (places: {string.Join(", ", places.Select(known => known.Id))})");
        }
        else if (!map.Has("stations"))
        {
            map.Fault("stations", "a rule needs 'place' or 'stations': whom it concerns");
        }
        var said = Sorts.Where(sort => map.Has(sort.Key)).ToList();
        if (said.Count != 1) map.Fault("only", "a rule needs one of 'only', 'prefer' and 'avoid' with a list of hosts");
        StationRule? rule = null;
        foreach (var (key, sort) in Sorts)
        {
            var named = map.Texts(key, mayBeMissing: true).Select(host => new HostId(host)).ToImmutableHashSet();
            foreach (var host in named.Where(host => !hosts.Contains(host))) map.Fault(key, $"host '{host}' is not one of the pool's (hosts: {string.Join(", ", hosts)})");
            if (named.Count > 0) rule = new StationRule(stations, named, sort) { Place = place, OfPlace = ofPlace };
        }
        map.Close();
        return rule;
    }
}
