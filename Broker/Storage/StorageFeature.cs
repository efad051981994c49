namespace VdiBroker.Storage;

/// <summary>Wiring of the storage room.</summary>
internal static class StorageFeature
{
    /// <summary>Adds the connection, the key space of <paramref name="farm"/>, the event reader and what one broker at a time does.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="store">Connected, or on its way.</param>
    /// <param name="farm">Of the city file.</param>
    /// <param name="state">Folder for what this broker remembers of the store.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, RedisStore store, string farm, string state) => services
        .AddSingleton(store)
        .AddSingleton(new KeySpace(farm))
        .AddSingleton<SingleRunner>()
        .AddSingleton(new StateFolder(state))
        .AddHostedService<BirthMark>()
        .AddSingleton<FarmEvents>()
        .AddHostedService(provider => provider.GetRequiredService<FarmEvents>());
}
