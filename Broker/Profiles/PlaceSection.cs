using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Tenancy;

namespace VdiBroker.Profiles;

/// <summary>Rooms and counters with their stations and settings: the section <c>places</c> of the city file.</summary>
internal static class PlaceSection
{
    /// <summary>Reads the section; faults go to the document.</summary>
    public static ImmutableArray<Place> Read(CityDocument city, TenantCatalogue tenants)
    {
        var places = new List<Place>();
        foreach (var map in city.Root.Maps("places", mayBeMissing: true))
        {
            var place = ReadPlace(map, tenants);
            if (places.Any(other => other.Id == place.Id)) map.Fault("id", $"there are two places '{place.Id}'");
            foreach (var (mine, other) in Shared(place, places))
                map.Fault("stations", $"a station can be in both '{mine}' and place '{other}': each station is in one place");
            places.Add(place);
        }
        return [.. places];
    }

    private static Place ReadPlace(CityMap map, TenantCatalogue tenants)
    {
        var (name, kind) = (map.Map("name"), map.TextOr("kind", null));
        if (kind is not null && !WhenIdle.OfKinds.ContainsKey(kind)) map.Fault("kind", $"there is no kind of station '{kind}' (kinds: {string.Join(", ", WhenIdle.OfKinds.Keys)})");
        var place = new Place(map.Id("id"), name.Text("fr"), name.Text("en"), map.Has("tenant") ? tenants.Reference(map, "tenant") : null,
            [.. map.StationPatterns("stations", mayBeMissing: true)], ProfileSection.Settings(map))
        {
            Kind = kind,
            Visitors = map.Has("visitors") ? ReadVisitors(map, kind, tenants) : null,
        };
        name.Close();
        // Named here so that the key is known when it stands there empty.
        _ = map.TextOr("tenant", null);
        map.Close();
        return place;
    }

    private static VisitorOffer ReadVisitors(CityMap place, string? kind, TenantCatalogue tenants)
    {
        var map = place.Map("visitors");
        if (kind != WhenIdle.Public) place.Fault("visitors", $"'visitors' needs 'kind: {WhenIdle.Public}': a desktop without a name is for public places only");
        var offer = new VisitorOffer(tenants.Reference(map, "tenant"), new PoolId(map.Id("pool")));
        map.Close();
        return offer;
    }

    private static IEnumerable<(StationPattern Mine, string Other)> Shared(Place place, List<Place> others) =>
        from mine in place.Stations
        from other in others
        where other.Stations.Any(mine.Meets)
        select (mine, other.Id);
}
