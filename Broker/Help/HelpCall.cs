using System.Text.Json.Serialization;

namespace VdiBroker.Help;

/// <summary>A call for help: who, where, which desktop, and which sign-in's record tells how it came to that. No word that anybody typed is in it.</summary>
/// <param name="Person"><c>tenant/login</c>.</param>
/// <param name="Station">By its certificate.</param>
/// <param name="Place">Id of the place where it stands; empty = none is named.</param>
/// <param name="Session">The desktop; empty = none.</param>
/// <param name="Host">That carries it.</param>
/// <param name="Pool">Of the desktop.</param>
/// <param name="Record">Of the sign-in: <c>broker explain</c> takes it.</param>
/// <param name="Language">IETF tag of what the person reads.</param>
internal sealed record HelpCall(
    [property: JsonPropertyName("person")] string Person,
    [property: JsonPropertyName("station")] string Station,
    [property: JsonPropertyName("place")] string Place,
    [property: JsonPropertyName("session")] string Session,
    [property: JsonPropertyName("host")] string Host,
    [property: JsonPropertyName("pool")] string Pool,
    [property: JsonPropertyName("record")] string Record,
    [property: JsonPropertyName("language")] string Language)
{
    /// <summary>When it came, by the store's clock, ms.</summary>
    [JsonPropertyName("at")]
    public long At { get; init; }

    /// <summary>Who of the helpdesk has taken it; null = nobody yet.</summary>
    [JsonPropertyName("taker")]
    public string? Taker { get; init; }

    /// <summary>When, ms.</summary>
    [JsonPropertyName("taken")]
    public long? Taken { get; init; }
}

/// <summary>A call that is not closed yet.</summary>
internal sealed record OpenCall(long Number, HelpCall Call);

/// <summary>What came of taking or closing a call. Closed.</summary>
internal abstract record ServedCall
{
    private ServedCall()
    {
    }

    /// <summary>It is so now.</summary>
    public sealed record Done : ServedCall;

    /// <summary>Somebody else has taken it.</summary>
    public sealed record TakenBy(string Name) : ServedCall;

    /// <summary>No call of that number is open.</summary>
    public sealed record Unknown : ServedCall;
}

/// <summary>How calls are written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HelpCall))]
internal sealed partial class HelpJson : JsonSerializerContext;
