using System.Text.Json;
using System.Text.Json.Serialization;
using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>A standing as it is stored; times in ms.</summary>
internal sealed record StandingRow(
    [property: JsonPropertyName("revoked")] bool Revoked,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("why")] string Why)
{
    /// <summary>The only one that is admitted.</summary>
    [JsonPropertyName("certificate")]
    public string? Certificate { get; init; }

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

    /// <summary>Nobody knows what was decided: so it is remembered, of a row that cannot be read. Brokers of before take it for revoked.</summary>
    [JsonPropertyName("unreadable")]
    public bool? Unreadable { get; init; }

    /// <summary>Of one station, as text.</summary>
    public static string Write(StationStanding standing) => JsonSerializer.Serialize(
        new StandingRow(standing.Revoked, standing.At.ToUnixTimeMilliseconds(), standing.By, standing.Why)
        {
            Certificate = standing.Certificate,
            Unreadable = standing.IsUnreadable ? true : null,
            Next = standing.Next,
            Former = standing.Former,
            Since = standing.Since?.ToUnixTimeMilliseconds(),
            Home = standing.Home is { } home ? new HomeRow(home.Place, home.Kind, home.Model, home.Cards, home.AcceptedAt.ToUnixTimeMilliseconds(), home.AcceptedBy) : null,
        },
        StandingJson.Default.StandingRow);

    /// <summary>The other way round. Of what is no row comes a standing that admits nobody (<see cref="StationStanding.IsUnreadable"/>): one bad row is no reason to be without the others, nor to admit whom it may have revoked.</summary>
    public static StationStanding Read(string station, string? text)
    {
        try
        {
            return Of(station, JsonSerializer.Deserialize(text ?? "", StandingJson.Default.StandingRow) ?? throw new JsonException("it is null"));
        }
        catch (Exception fault) when (fault is JsonException or ArgumentOutOfRangeException)
        {
            return StationStanding.Unreadable(new StationId(station), TimeOf(text), $"what was decided of it cannot be read: {fault.Message}");
        }
    }

    private static StationStanding Of(string station, StandingRow row) =>
        new(new StationId(station), row.Revoked, DateTimeOffset.FromUnixTimeMilliseconds(row.At))
        {
            IsUnreadable = row.Unreadable == true,
            Certificate = row.Certificate,
            Next = row.Next,
            Former = row.Former,
            Since = row.Since is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) : null,
            Home = row.Home is { } home ? new StationHome(home.Place, home.Kind, home.Model, home.Cards, DateTimeOffset.FromUnixTimeMilliseconds(home.At), home.By) : null,
            By = row.By,
            Why = row.Why,
        };

    // Where that can be read it says whether what is remembered was decided before or after (put_back_standings.lua reads it so too).
    private static DateTimeOffset TimeOf(string? text)
    {
        try
        {
            using var json = JsonDocument.Parse(text ?? "");
            return json.RootElement is { ValueKind: JsonValueKind.Object } row && row.TryGetProperty("at", out var at) && at.ValueKind == JsonValueKind.Number
                && at.TryGetInt64(out var ms) && ms >= 0 && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : DateTimeOffset.UnixEpoch;
        }
        catch (JsonException)
        {
            return DateTimeOffset.UnixEpoch;
        }
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

// A row that lacks what every broker writes is none: "nothing is said" must not be read as "not revoked".
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StandingRow))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class StandingJson : JsonSerializerContext;
