using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>What was decided of stations' names, in Redis. A row is replaced and never taken away: one that is missing was lost. What an operator is told of as done is replicated.</summary>
internal sealed class StandingStore(RedisStore store, KeySpace keys)
{
    private static readonly Script _decide = new("decide_standing");
    private static readonly Script _putBack = new("put_back_standings");

    /// <summary>All of them; as many as were ever decided of.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<ImmutableDictionary<StationId, StationStanding>> ReadAsync() =>
        (await store.RunAsync("read stations", db => db.HashGetAllAsync(keys.Standings)))
            .Select(row => StandingRow.Read(row.Name.ToString(), row.Value.ToString())).ToImmutableDictionary(standing => standing.Station);

    /// <summary>Decides.</summary>
    /// <returns>What was decided before; null = nothing.</returns>
    /// <exception cref="StoreException">The store is out of reach: it may have been done all the same.</exception>
    public async Task<StationStanding?> DecideAsync(StationStanding standing)
    {
        var kind = standing.Revoked ? "station-revoked" : "station-admitted";
        var before = (string)(await store.CommitAsync(_decide, [keys.Standings, keys.Events],
            [keys.Doorbell.ToString(), standing.Station.Value, StandingRow.Write(standing), kind, standing.By, standing.Why]))!;
        return before.Length > 0 ? StandingRow.Read(standing.Station.Value, before) : null;
    }

    /// <summary>Puts back those of which the store knows nothing.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<int> PutBackAsync(IReadOnlyCollection<StationStanding> remembered) =>
        (int)await store.RunScriptAsync(_putBack, [keys.Standings, keys.Events],
            [keys.Doorbell.ToString(), .. remembered.SelectMany(standing => (RedisValue[])[standing.Station.Value, StandingRow.Write(standing)])]);
}

/// <summary>A standing as it is stored; the time in ms.</summary>
internal sealed record StandingRow(
    [property: JsonPropertyName("revoked")] bool Revoked,
    [property: JsonPropertyName("certificate")] string? Certificate,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("why")] string Why)
{
    /// <summary>Of one station, as text.</summary>
    public static string Write(StationStanding standing) => JsonSerializer.Serialize(
        new StandingRow(standing.Revoked, standing.Certificate, standing.At.ToUnixTimeMilliseconds(), standing.By, standing.Why), StandingJson.Default.StandingRow);

    /// <summary>The other way round.</summary>
    public static StationStanding Read(string station, string text)
    {
        var row = JsonSerializer.Deserialize(text, StandingJson.Default.StandingRow)!;
        return new StationStanding(new StationId(station), row.Revoked, DateTimeOffset.FromUnixTimeMilliseconds(row.At)) { Certificate = row.Certificate, By = row.By, Why = row.Why };
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StandingRow))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class StandingJson : JsonSerializerContext;
