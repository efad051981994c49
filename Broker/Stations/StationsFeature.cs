using Grpc.AspNetCore.Server;

namespace VdiBroker.Stations;

/// <summary>Wiring of the stations room.</summary>
internal static class StationsFeature
{
    /// <summary>Adds the stations' standings and the gate before their calls. After <c>AddRpc</c>: what makes errors readable stands around the gate.</summary>
    /// <param name="services">Takes them.</param>
    /// <param name="homes">Told where accepted stations stand.</param>
    /// <param name="enrolment">How stations get certificates; null = by hand.</param>
    public static IServiceCollection AddStations(this IServiceCollection services, StationHomes homes, EnrolmentOptions? enrolment)
    {
        services.Configure<GrpcServiceOptions>(grpc => grpc.Interceptors.Add<StationGate>());
        if (enrolment is not null)
            services.AddSingleton(provider => enrolment.Open(provider.GetRequiredService<TimeProvider>())).AddSingleton<EnrolmentStore>().AddSingleton<RenewStation>().AddSingleton<EnrolmentRpc>();
        return services.AddSingleton<StationGate>().AddSingleton(homes).AddSingleton<StandingStore>().AddSingleton<KeptStandings>().AddSingleton<StationBook>().AddHostedService(provider => provider.GetRequiredService<StationBook>());
    }

    /// <summary>Maps the service by which stations get certificates, where there is one.</summary>
    public static void MapStations(this IEndpointRouteBuilder routes, EnrolmentOptions? enrolment)
    {
        if (enrolment is not null) routes.MapGrpcService<EnrolmentRpc>();
    }
}
