using System.Net.Sockets;
using StackExchange.Redis;

namespace VdiBroker.City.Secrets;

/// <summary>Reads a whole Redis, value by value.</summary>
internal static class StoreReading
{
    /// <summary>Every key with all that it holds, as text.</summary>
    public static async IAsyncEnumerable<(string Key, string Value)> AllAsync(string socket)
    {
        await using var redis = await OpenAsync(socket);
        var database = redis.GetDatabase();
        foreach (var server in redis.GetServers())
        {
            await foreach (var key in server.KeysAsync(pageSize: 500)) yield return (key.ToString(), await ValueAsync(database, key));
        }
    }

    /// <summary>The events that a farm's brokers have recorded, oldest first, each with its fields.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> EventsAsync(string socket, string farm)
    {
        await using var redis = await OpenAsync(socket);
        var entries = await redis.GetDatabase().StreamRangeAsync($"vdi:{{{farm}}}:events");
        return [.. entries.Select(entry => entry.Values.ToDictionary(pair => pair.Name.ToString(), pair => pair.Value.ToString()))];
    }

    private static Task<ConnectionMultiplexer> OpenAsync(string socket) => ConnectionMultiplexer.ConnectAsync(
        new ConfigurationOptions { EndPoints = { new UnixDomainSocketEndPoint(socket) }, AbortOnConnectFail = true, AllowAdmin = true, ConnectTimeout = 5000 });

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
