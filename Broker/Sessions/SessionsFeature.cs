using VdiBroker.Hosts;
using VdiBroker.Observability;

namespace VdiBroker.Sessions;

/// <summary>Wiring of the sessions room.</summary>
internal static class SessionsFeature
{
    /// <summary>Adds the use cases, stores and jobs.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services, PeopleRules rules) => services
        .BeginAtZero(SessionBeginnings.Tell)
        .AddSingleton(rules)
        .AddSingleton<FreshMemory>().AddSingleton<ReadAhead>().AddSingleton<HostsView>().AddSingleton<SignInStore>().AddSingleton<SessionStore>().AddSingleton<SeatLedger>()
        .AddSingleton<VisitStore>().AddSingleton<WelcomeStation>().AddSingleton<BeginVisit>().AddSingleton<SignInPerson>().AddSingleton<RecordedSignIn>().AddSingleton<RenewRights>().AddSingleton<KeepPreference>().AddSingleton<CallForHelp>().AddSingleton<PersonCalls>()
        .AddSingleton<MachineSeats>().AddSingleton<HearStation>().AddSingleton<LoadOpening>().AddHostedService<MachineKeeper>()
        .AddSingleton<FindOpener>().AddSingleton<CheckHours>().AddSingleton<CommitOpening>().AddSingleton<OpenDesktop>().AddSingleton<RecordedOpening>().AddSingleton<FollowedView>().AddSingleton<FollowSession>().AddSingleton<FollowDoor>()
        .AddSingleton<LimitLedger>().AddSingleton<AskSeatsBack>().AddSingleton<LimitSessions>().AddSingleton<ExtendSession>().AddSingleton<CloseSignIn>().AddSingleton<SessionCalls>()
        .AddSingleton<SessionNotes>().AddSingleton<RedeemTicket>().AddSingleton<RepairLedger>().AddSingleton<AdoptionLedger>().AddSingleton<AdoptSessions>().AddSingleton<ReportSteps>()
        .AddSingleton<ReconcileHost>().AddSingleton<AttachHost>()
        .AddSingleton<StationRpc>().AddSingleton<ReportReader>().AddSingleton<HostRpc>()
        .AddSingleton<QueueStore>().AddSingleton<WaitingRoom>().AddHostedService(provider => provider.GetRequiredService<WaitingRoom>())
        .AddHostedService<OrderSender>().AddHostedService<ClaimExpirer>().AddHostedService<UnseatedFinder>();

    /// <summary>Adds the gauges of hosts, seats, sessions and queues: they read the store every few seconds.</summary>
    public static IServiceCollection AddFleetGauges(this IServiceCollection services) => services.AddSingleton<HostStates>().AddHostedService<FleetGauges>();

    /// <summary>Maps the two services of the protocol.</summary>
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<StationRpc>();
        routes.MapGrpcService<HostRpc>();
    }
}
