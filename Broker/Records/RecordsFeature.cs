namespace VdiBroker.Records;

/// <summary>Wiring of the records room.</summary>
internal static class RecordsFeature
{
    /// <summary>Adds the store and its writer. Before the rooms that note: jobs stop in the reverse order, and the writer must be the last.</summary>
    public static IServiceCollection AddRecords(this IServiceCollection services, RecordOptions options) => services
        .AddSingleton(options)
        .AddSingleton<RecordStore>().AddSingleton<RecordWriter>().AddHostedService(provider => provider.GetRequiredService<RecordWriter>());
}
