using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker.Pools;

/// <summary>A pool that public places give to visitors must be one that a person without a name can have, and must end by itself.</summary>
internal static class VisitorCheck
{
    /// <summary>Looks at what each place offers; faults go to the document.</summary>
    public static void Run(CityDocument city, IReadOnlyDictionary<PoolId, Pool> pools, ImmutableArray<Place> places)
    {
        foreach (var (map, place) in city.Root.Maps("places", mayBeMissing: true).Zip(places))
            if (place.Visitors is { } offer && FaultOf(offer, pools.GetValueOrDefault(offer.Pool)) is { } fault) map.Fault("visitors", fault);
    }

    private static string? FaultOf(VisitorOffer offer, Pool? pool) => pool switch
    {
        null => $"there is no pool '{offer.Pool}'",
        not { Kind: PoolKind.Shared } => $"pool '{pool.Id}' must be 'kind: shared': nothing is kept of a visitor, no place and no machine",
        { Sensitive: true } => $"pool '{pool.Id}' is sensitive: nobody knows who a visitor is",
        not { Limits: { Longest: not null, Disconnected: not null } } => $"pool '{pool.Id}' needs 'limits: {{ longest: 1h, disconnected: 2m }}': a visit ends by itself, and nobody comes back to one whose station has gone",
        _ => null,
    };
}
