using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Tenancy;

namespace VdiBroker.Profiles;

/// <summary>What the city file says of settings: the sections <c>profiles</c> and <c>places</c>.</summary>
internal sealed record ProfileRulebook(ImmutableArray<ProfileRule> Rules, ImmutableArray<Place> Places)
{
    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static ProfileRulebook Read(CityDocument city, TenantCatalogue tenants) => new(ProfileSection.Read(city, tenants), PlaceSection.Read(city, tenants));

    /// <summary>Where a station stands; null = nowhere that the file names.</summary>
    public Place? PlaceOf(StationId station) => Places.FirstOrDefault(place => place.Holds(station));
}
