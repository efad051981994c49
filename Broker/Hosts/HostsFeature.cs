namespace VdiBroker.Hosts;

/// <summary>Wiring of the hosts room.</summary>
internal static class HostsFeature
{
    /// <summary>Adds the host board and the agents' links.</summary>
    public static IServiceCollection AddHosts(this IServiceCollection services, HostCatalogue hosts) =>
        services.AddSingleton(hosts).AddSingleton<HostBoard>().AddSingleton<HostLinks>().AddSingleton<DrainBook>()
            .AddSingleton<HostWatch>().AddHostedService(provider => provider.GetRequiredService<HostWatch>())
            .AddHostedService<DrainKeeper>();
}
