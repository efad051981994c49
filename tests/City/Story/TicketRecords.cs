namespace VdiBroker.City.Story;

/// <summary>Where the broker records refused tickets: its log.</summary>
internal static class TicketRecords
{
    /// <summary>How many refused tickets are on record.</summary>
    public static Task<int> CountAsync(RunningCity city) => Task.FromResult(city.Broker.Log().Split('\n')
        .Count(line => line.Contains("ticket", StringComparison.OrdinalIgnoreCase) && line.Contains("refused", StringComparison.OrdinalIgnoreCase)));
}
