using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Profiles;

namespace VdiBroker.Sessions;

/// <summary>Says how one sits down at a station: by name and password, or as a visitor.</summary>
internal sealed class WelcomeStation(ProfileRulebook places, PoolCatalogue pools)
{
    /// <summary>Looks where the station stands.</summary>
    /// <returns>What visitors get there; null = people sign in.</returns>
    public Pool? Run(StationId station) => places.PlaceOf(station)?.Visitors is { } offer ? pools.Pools[offer.Pool] : null;
}
