using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Rpc;

namespace VdiBroker.Stations;

/// <summary>The wish of an unknown station to be admitted, as it is stored. All that the station says of itself was checked by <see cref="StationSheet"/>.</summary>
/// <param name="Key">SHA-256 of its public key, 64 lower-case hexadecimal digits.</param>
/// <param name="PublicKey">That key, SubjectPublicKeyInfo, base64.</param>
/// <param name="Name">The name that it would like; may be empty.</param>
/// <param name="Model">Of its hardware; may be empty.</param>
/// <param name="Cards">Hardware addresses, with a space between; may be empty.</param>
/// <param name="From">The address that it came from.</param>
internal sealed record StationWish(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("publicKey")] string PublicKey,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("cards")] string Cards,
    [property: JsonPropertyName("from")] string From)
{
    /// <summary>When it first came, by the store's clock, ms.</summary>
    [JsonPropertyName("at")]
    public long At { get; init; }

    /// <summary>Somebody has decided.</summary>
    [JsonPropertyName("decided")]
    public bool? Decided { get; init; }

    /// <summary>Accepted: the name that it has now; null = it was not.</summary>
    [JsonPropertyName("station")]
    public string? Station { get; init; }

    /// <summary>Accepted: its certificate, PEM.</summary>
    [JsonPropertyName("certificate")]
    public string? Certificate { get; init; }

    /// <summary>Refused: why, in the operator's words; may be empty.</summary>
    [JsonPropertyName("why")]
    public string? Why { get; init; }
}

/// <summary>A wish under its code.</summary>
/// <param name="Code">Eight characters, as <see cref="EnrolmentCode"/> draws them.</param>
/// <param name="Wish">Read.</param>
/// <param name="Text">As it is stored, by which a script sees that nobody else has decided.</param>
internal sealed record KnownWish(string Code, StationWish Wish, string Text)
{
    /// <summary>Of a row.</summary>
    /// <returns>Null: nobody can read it. It hurts its own station alone, which asks again.</returns>
    public static KnownWish? Read(RedisValue code, RedisValue text)
    {
        try
        {
            // As bytes: what is no text is no row either.
            return References.IsOne(code.ToString()) && !text.IsNull && JsonSerializer.Deserialize((byte[])text!, WishJson.Default.StationWish) is { } wish && wish.At > 0 && wish.At <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? new KnownWish(code.ToString(), wish, text.ToString()) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

// A row that lacks what every broker writes is none.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StationWish))]
internal sealed partial class WishJson : JsonSerializerContext;
