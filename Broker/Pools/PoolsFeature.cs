namespace VdiBroker.Pools;

/// <summary>Wiring of the pools room.</summary>
internal static class PoolsFeature
{
    /// <summary>Adds the catalogue of pools.</summary>
    public static IServiceCollection AddPools(this IServiceCollection services, PoolCatalogue pools) => services.AddSingleton(pools);
}
