using VdiBroker.Observability;
using VdiBroker.Tenancy;

namespace VdiBroker.Records;

/// <summary>Wiring of the records room.</summary>
internal static class RecordsFeature
{
    /// <summary>Adds the store and its writer. Before the rooms that note: jobs stop in the reverse order, and the writer must be the last.</summary>
    public static IServiceCollection AddRecords(this IServiceCollection services, RecordOptions options, TenantCatalogue tenants, OperatorCatalogue operators) => services
        .BeginAtZero(RecordMetrics.Begin)
        .AddSingleton(options).AddSingleton(tenants).AddSingleton(operators).AddSingleton<ExplainOpening>()
        .AddSingleton<RecordStore>().AddSingleton<OpeningTeller>().AddHostedService(provider => provider.GetRequiredService<OpeningTeller>()).AddSingleton<RecordWriter>().AddHostedService(provider => provider.GetRequiredService<RecordWriter>());

    /// <summary>Maps the operators' edge.</summary>
    public static void MapRecords(this IEndpointRouteBuilder routes) => routes.MapGrpcService<RecordsRpc>();
}
