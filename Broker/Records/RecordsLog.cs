namespace VdiBroker.Records;

/// <summary>Log of the records room, ids 950 to 999.</summary>
internal static partial class RecordsLog
{
    [LoggerMessage(950, LogLevel.Warning, "{count} notes of sign-ins were dropped: the store did not take them in time; explanations of these minutes have gaps")]
    public static partial void Dropped(ILogger logger, long count);

    [LoggerMessage(951, LogLevel.Warning, "the store is out of reach; {count} notes of sign-ins wait: {cause}")]
    public static partial void Waiting(ILogger logger, int count, string cause);

    [LoggerMessage(952, LogLevel.Information, "operator {name} read {count} records: {records}")]
    public static partial void Read(ILogger logger, string name, int count, string records);
}
