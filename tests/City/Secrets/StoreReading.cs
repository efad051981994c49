using System.Net.Sockets;
using StackExchange.Redis;

namespace VdiBroker.City.Secrets;

/// <summary>Reads a whole Redis, value by value.</summary>
internal static class StoreReading
{
    /// <summary>Every key with all that it holds, as text.</summary>
    public static async IAsyncEnumerable<(string Key, string Value)> AllAsync(string socket)
    {
        var options = new ConfigurationOptions { EndPoints = { new UnixDomainSocketEndPoint(socket) }, AbortOnConnectFail = true, AllowAdmin = true, ConnectTimeout = 5000 };
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var database = redis.GetDatabase();
        foreach (var server in redis.GetServers())
        {
            await foreach (var key in server.KeysAsync(pageSize: 500)) yield return (key.ToString(), await ValueAsync(database, key));
        }
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
