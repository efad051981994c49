namespace VdiBroker.Storage;

/// <summary>Wiring of the storage room.</summary>
internal static class StorageFeature
{
    /// <summary>Adds the connection, the key space of <paramref name="farm"/> and the event reader.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, RedisStore store, string farm) => services
        .AddSingleton(store)
        .AddSingleton(new KeySpace(farm))
        .AddSingleton<SingleRunner>()
        .AddSingleton<FarmEvents>()
        .AddHostedService(provider => provider.GetRequiredService<FarmEvents>());
}
