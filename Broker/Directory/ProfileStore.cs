using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>Profiles in Redis: JSON with its version inside. A shape that this broker cannot read is used by nobody and overwritten by nobody.</summary>
internal sealed partial class ProfileStore(RedisStore store, KeySpace keys, ILogger<ProfileStore> logger)
{
    private const int Version = 1;

    /// <summary>The person's profile, with what they may open now; made from the rules and kept at the first sign-in.</summary>
    public async Task<Profile> ReadAsync(DirectoryPerson person, ImmutableArray<ProfileRule> rules, ImmutableArray<PoolId> pools)
    {
        var key = keys.Profile(person.Id);
        var stored = await store.RunAsync("read profile", db => db.StringGetAsync(key));
        if (stored.IsNull)
        {
            var made = ProfileRules.Make(person, pools, rules).Profile;
            // Two first sign-ins at once make the same profile: the first one kept is as good.
            await store.RunAsync("keep profile", db => db.StringSetAsync(key, Write(made), when: When.NotExists));
            LogMade(logger, person.Id);
            return made;
        }
        if (Read(person.Id, stored.ToString()) is not { } profile)
        {
            LogUnreadable(logger, person.Id);
            return ProfileRules.Make(person, pools, rules).Profile;
        }
        if (profile.Pools.SequenceEqual(pools)) return profile;
        var current = profile with { Pools = pools };
        await store.RunAsync("keep profile", db => db.StringSetAsync(key, Write(current)));
        return current;
    }

    /// <summary>Notes where the person's desktop is; nothing happens when there is no readable profile.</summary>
    public async Task NoteHostAsync(PersonId person, HostId host)
    {
        var key = keys.Profile(person);
        var stored = await store.RunAsync("read profile", db => db.StringGetAsync(key));
        if (stored.IsNull || Read(person, stored.ToString()) is not { } profile || profile.LastHost == host) return;
        await store.RunAsync("keep profile", db => db.StringSetAsync(key, Write(profile with { LastHost = host })));
    }

    private static string Write(Profile profile) => JsonSerializer.Serialize(
        new StoredProfile(Version, profile.Tenant.Value, [.. profile.Pools.Select(p => p.Value)], profile.Keyboard, profile.Language, profile.Screen.ToString(), profile.LastHost?.Value),
        ProfileJson.Default.StoredProfile);

    private static Profile? Read(PersonId person, string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ProfileJson.Default.StoredProfile) is { Version: Version } stored && ScreenSize.Parse(stored.Screen) is { } screen
                ? new Profile(person, new TenantId(stored.Tenant), [.. stored.Pools.Select(p => new PoolId(p))], stored.Keyboard, stored.Language, screen,
                    stored.LastHost is { } host ? new HostId(host) : null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(550, LogLevel.Information, "profile of {person} made from the rules at the first sign-in")]
    private static partial void LogMade(ILogger logger, PersonId person);

    [LoggerMessage(551, LogLevel.Warning, "profile of {person} is of a shape that this broker cannot read; it is left as it is, and this sign-in uses the rules")]
    private static partial void LogUnreadable(ILogger logger, PersonId person);
}

/// <summary>The stored shape, version 1.</summary>
internal sealed record StoredProfile(
    [property: JsonPropertyName("v")] int Version,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("pools")] IReadOnlyList<string> Pools,
    [property: JsonPropertyName("keyboard")] string Keyboard,
    [property: JsonPropertyName("language")] string Language,
    [property: JsonPropertyName("screen")] string Screen,
    [property: JsonPropertyName("lastHost")] string? LastHost);

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredProfile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
