using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using VdiBroker.Tenancy;

namespace VdiBroker.Profiles;

/// <summary>What the city file says of settings: the sections <c>profiles</c> and <c>places</c>.</summary>
internal sealed record ProfileRulebook(ImmutableArray<ProfileRule> Rules, ImmutableArray<Place> Places)
{
    /// <summary>Where stations stand that were accepted by an enrolment.</summary>
    public StationHomes Homes { get; init; } = new();

    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static ProfileRulebook Read(CityDocument city, TenantCatalogue tenants) => new(ProfileSection.Read(city, tenants), PlaceSection.Read(city, tenants));

    /// <summary>Everything that has a say in somebody's settings.</summary>
    /// <param name="wanted">Who, and where.</param>
    /// <param name="own">The person's choices; null = none are known.</param>
    public SettingSources SourcesOf(ProfileWanted wanted, ImmutableDictionary<string, string>? own) => new(
        wanted.Person, own ?? ImmutableDictionary<string, string>.Empty, wanted.FromDirectory, Rules,
        wanted.Station is { } station && PlaceOf(station) is { } place && place.IsFor(wanted.Person.Tenant) ? place : null);

    /// <summary>Where a station stands, with what its kind says: what was said when it was accepted goes before the names that the file gives to its places; null = nowhere that the file names.</summary>
    public Place? PlaceOf(StationId station)
    {
        var home = Homes.Of(station);
        var place = home is null ? Places.FirstOrDefault(one => one.Holds(station)) : Places.FirstOrDefault(one => one.Id == home.Place);
        return place?.ForKind(home?.Kind ?? place.Kind);
    }
}
