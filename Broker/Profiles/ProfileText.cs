using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VdiBroker.Profiles;

/// <summary>How a profile is written in the store: JSON with its version inside. Version 2 is written; version 1 is read too.</summary>
internal static class ProfileText
{
    private const int Version = 2;

    /// <summary>The profile's text.</summary>
    public static string Write(PersonalProfile profile) => JsonSerializer.Serialize(
        new StoredProfile(Version, profile.Revision, new SortedDictionary<string, string>(profile.Choices, StringComparer.Ordinal),
            profile.Undecided is { } was ? new SortedDictionary<string, string>(was, StringComparer.Ordinal) : null), ProfileJson.Default.StoredProfile);

    /// <summary>Reads what the store has.</summary>
    /// <param name="text">Empty = nothing there.</param>
    /// <returns>Null when it is of a shape that this broker does not know.</returns>
    public static PersonalProfile? Read(string text)
    {
        if (text.Length == 0) return PersonalProfile.Empty;
        try
        {
            return JsonSerializer.Deserialize(text, ProfileJson.Default.ProfileVersion)?.Version switch
            {
                Version => FromVersion2(JsonSerializer.Deserialize(text, ProfileJson.Default.StoredProfile)!),
                1 => FromVersion1(JsonSerializer.Deserialize(text, ProfileJson.Default.FirstProfile)!),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static PersonalProfile? FromVersion2(StoredProfile stored) => stored.Own.ContainsValue(null!) || stored.Undecided?.ContainsValue(null!) == true
        ? null
        : new PersonalProfile(stored.Revision, stored.Own.ToImmutableDictionary(), stored.Undecided?.ToImmutableDictionary());

    // Its pools were a copy of what the directory says at each sign-in.
    private static PersonalProfile FromVersion1(FirstProfile stored) => new(0, ImmutableDictionary<string, string>.Empty,
        ImmutableDictionary<string, string>.Empty.Add("keyboard", stored.Keyboard).Add("language", stored.Language).Add("screen", stored.Screen));
}

/// <summary>What every version has.</summary>
internal sealed record ProfileVersion([property: JsonPropertyName("v")] int Version);

/// <summary>Version 1: what the rules gave at the first sign-in, and what may have been chosen, in one.</summary>
internal sealed record FirstProfile(
    [property: JsonPropertyName("v")] int Version,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("pools")] IReadOnlyList<string> Pools,
    [property: JsonPropertyName("keyboard")] string Keyboard,
    [property: JsonPropertyName("language")] string Language,
    [property: JsonPropertyName("screen")] string Screen);

/// <summary>Version 2: the person's own.</summary>
internal sealed record StoredProfile(
    [property: JsonPropertyName("v")] int Version,
    [property: JsonPropertyName("rev")] long Revision,
    [property: JsonPropertyName("own")] SortedDictionary<string, string> Own,
    [property: JsonPropertyName("v1")] SortedDictionary<string, string>? Undecided = null);

/// <summary>One setting's step in the history.</summary>
internal sealed record StoredChange(
    [property: JsonPropertyName("setting")] string Setting,
    [property: JsonPropertyName("old")] string? Old = null,
    [property: JsonPropertyName("new")] string? New = null);

/// <summary>A line of the history.</summary>
internal sealed record StoredEntry(
    [property: JsonPropertyName("n")] long Number,
    [property: JsonPropertyName("origin")] string Origin,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("changes")] IReadOnlyList<StoredChange> Changes);

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProfileVersion))]
[JsonSerializable(typeof(FirstProfile))]
[JsonSerializable(typeof(StoredProfile))]
[JsonSerializable(typeof(StoredEntry))]
internal sealed partial class ProfileJson : JsonSerializerContext;
