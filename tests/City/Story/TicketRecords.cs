using VdiBroker.City.Secrets;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.City.Story;

/// <summary>A refused ticket, as the broker must put it on record.</summary>
/// <param name="Verdict">Why it was refused.</param>
/// <param name="Host">The host that it was presented to.</param>
/// <param name="User">The account that it was presented for.</param>
/// <param name="Session">The session that it was issued for.</param>
internal sealed record TicketRefusal(Redemption Verdict, string Host, string User, string Session);

/// <summary>Where the broker records refused tickets: the farm's stream of events in Redis, and its log (event 1004).</summary>
internal static class TicketRecords
{
    /// <summary>Every refusal in the stream, oldest first.</summary>
    public static async Task<IReadOnlyList<TicketRefusal>> InStreamAsync(RunningCity city) =>
        [.. (await StoreReading.EventsAsync(city.Store, CityYaml.Farm)).Where(entry => entry["kind"] == "ticket-refused")
            .Select(entry => new TicketRefusal(Enum.Parse<Redemption>(entry["verdict"], ignoreCase: true), entry["host"], entry["user"], entry["session"]))];

    /// <summary>How many lines of the log say exactly this refusal.</summary>
    public static int InLog(RunningCity city, TicketRefusal refusal) => city.Broker.Log().Split('\n').Count(line => line.Contains("[1004]", StringComparison.Ordinal)
        && line.EndsWith($" refused on {refusal.Host} for account {refusal.User}: {refusal.Verdict} (session {refusal.Session})", StringComparison.Ordinal));
}
