using System.Text.Json;
using System.Text.Json.Serialization;
using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>A standing as it is stored; times in ms.</summary>
internal sealed record StandingRow(
    [property: JsonPropertyName("revoked")] bool Revoked,
    [property: JsonPropertyName("certificate")] string? Certificate,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("why")] string Why)
{
    /// <summary>The certificate on its way.</summary>
    [JsonPropertyName("next")]
    public RenewedCertificate? Next { get; init; }

    /// <summary>The one before.</summary>
    [JsonPropertyName("former")]
    public string? Former { get; init; }

    /// <summary>When it was decided, where it was changed since. Brokers of before do not know it.</summary>
    [JsonPropertyName("since")]
    public long? Since { get; init; }

    /// <summary>Where it stands.</summary>
    [JsonPropertyName("home")]
    public HomeRow? Home { get; init; }

    /// <summary>Of one station, as text.</summary>
    public static string Write(StationStanding standing) => JsonSerializer.Serialize(
        new StandingRow(standing.Revoked, standing.Certificate, standing.At.ToUnixTimeMilliseconds(), standing.By, standing.Why)
        {
            Next = standing.Next,
            Former = standing.Former,
            Since = standing.Since?.ToUnixTimeMilliseconds(),
            Home = standing.Home is { } home ? new HomeRow(home.Place, home.Kind, home.Model, home.Cards, home.AcceptedAt.ToUnixTimeMilliseconds(), home.AcceptedBy) : null,
        },
        StandingJson.Default.StandingRow);

    /// <summary>The other way round.</summary>
    public static StationStanding Read(string station, string text)
    {
        var row = JsonSerializer.Deserialize(text, StandingJson.Default.StandingRow)!;
        return new StationStanding(new StationId(station), row.Revoked, DateTimeOffset.FromUnixTimeMilliseconds(row.At))
        {
            Certificate = row.Certificate,
            Next = row.Next,
            Former = row.Former,
            Since = row.Since is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null,
            Home = row.Home is { } home ? new StationHome(home.Place, home.Kind, home.Model, home.Cards, DateTimeOffset.FromUnixTimeMilliseconds(home.At), home.By) : null,
            By = row.By,
            Why = row.Why,
        };
    }
}

/// <summary>Where it stands, as it is stored.</summary>
internal sealed record HomeRow(
    [property: JsonPropertyName("place")] string Place,
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("cards")] string Cards,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("by")] string By);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StandingRow))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class StandingJson : JsonSerializerContext;
