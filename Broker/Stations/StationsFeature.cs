using Grpc.AspNetCore.Server;

namespace VdiBroker.Stations;

/// <summary>Wiring of the stations room.</summary>
internal static class StationsFeature
{
    /// <summary>Adds the stations' standings and the gate before their calls. After <c>AddRpc</c>: what makes errors readable stands around the gate.</summary>
    public static IServiceCollection AddStations(this IServiceCollection services)
    {
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<StationGate>());
        return services.AddSingleton<StandingStore>().AddSingleton<KeptStandings>().AddSingleton<StationBook>().AddHostedService(provider => provider.GetRequiredService<StationBook>());
    }
}
