namespace VdiBroker.Presence;

/// <summary>Wiring of the presence room.</summary>
internal static class PresenceFeature
{
    /// <summary>Adds the stations' streams and their orders.</summary>
    public static IServiceCollection AddPresence(this IServiceCollection services) => services.AddSingleton<PresenceStore>().AddSingleton<OrderStore>().AddSingleton<AttachStation>().AddSingleton<StationLinks>();

    /// <summary>Maps the stations' stream.</summary>
    public static void MapPresence(this IEndpointRouteBuilder routes) => routes.MapGrpcService<PresenceRpc>();
}
