using StackExchange.Redis;
using VdiBroker.City.Brokers;

namespace VdiBroker.City.Secrets;

/// <summary>Reads a whole Redis, value by value.</summary>
internal static class StoreReading
{
    /// <summary>Every key with all that it holds, as text.</summary>
    public static async IAsyncEnumerable<(string Key, string Value)> AllAsync(CityStore store)
    {
        await using var redis = await store.OpenAsync();
        var database = redis.GetDatabase();
        foreach (var server in redis.GetServers().Where(server => !server.IsReplica))
        {
            await foreach (var key in server.KeysAsync(pageSize: 500)) yield return (key.ToString(), await ValueAsync(database, key));
        }
    }

    /// <summary>The events that a farm's brokers have recorded, oldest first, each with its fields.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> EventsAsync(CityStore store, string farm)
    {
        await using var redis = await store.OpenAsync();
        var entries = await redis.GetDatabase().StreamRangeAsync($"vdi:{{{farm}}}:events");
        return [.. entries.Select(entry => entry.Values.ToDictionary(pair => pair.Name.ToString(), pair => pair.Value.ToString()))];
    }

    /// <summary>Puts a value where readers must find it; null takes it away again.</summary>
    public static async Task PlantAsync(CityStore store, string? value)
    {
        await using var redis = await store.OpenAsync();
        if (value is null) await redis.GetDatabase().KeyDeleteAsync("planted");
        else await redis.GetDatabase().HashSetAsync("planted", "field", value);
    }

    private static async Task<string> ValueAsync(IDatabase database, RedisKey key) => await database.KeyTypeAsync(key) switch
    {
        RedisType.String => (await database.StringGetAsync(key)).ToString(),
        RedisType.Hash => string.Join('\n', (await database.HashGetAllAsync(key)).Select(entry => $"{entry.Name}={entry.Value}")),
        RedisType.Set => string.Join('\n', await database.SetMembersAsync(key)),
        RedisType.SortedSet => string.Join('\n', await database.SortedSetRangeByRankAsync(key)),
        RedisType.List => string.Join('\n', await database.ListRangeAsync(key)),
        RedisType.Stream => string.Join('\n', (await database.StreamRangeAsync(key)).SelectMany(entry => entry.Values).Select(pair => $"{pair.Name}={pair.Value}")),
        RedisType.None => "", // expired meanwhile
        var other => throw new NotSupportedException($"the reader of secrets cannot read {other} of {key}"),
    };
}
