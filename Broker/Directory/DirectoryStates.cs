using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Ldap;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>What one broker knows of one server of a directory.</summary>
/// <param name="Directory">Id of the directory.</param>
/// <param name="Server">Its address.</param>
/// <param name="Phase">Whether the server is asked.</param>
/// <param name="Since">Since when.</param>
/// <param name="Cause">What failed; empty while it is asked.</param>
internal sealed record DirectoryState(string Directory, string Server, BreakerPhase Phase, DateTimeOffset Since, string Cause);

/// <summary>What one broker knows of all servers.</summary>
/// <param name="At">When it said so; older than <see cref="DirectoryStates.Life"/> = it has gone.</param>
/// <param name="States">All servers, in the city file's order.</param>
internal sealed record BrokerStates(DateTimeOffset At, ImmutableArray<DirectoryState> States);

/// <summary>The breakers of all brokers in Redis, where <c>broker directories</c> reads them.</summary>
internal sealed class DirectoryStates(RedisStore store, KeySpace keys)
{
    /// <summary>What a broker has not repeated for so long does not count any more.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongGone = TimeSpan.FromDays(1);

    /// <summary>Says what this broker knows.</summary>
    public Task SayAsync(string broker, BrokerStates states) =>
        store.RunAsync("say directory states", db => db.HashSetAsync(keys.DirectoryStates, broker, JsonSerializer.Serialize(states, DirectoryStateJson.Default.BrokerStates)));

    /// <summary>Takes back what this broker said.</summary>
    public Task ForgetAsync(string broker) => store.RunAsync("forget directory states", db => db.HashDeleteAsync(keys.DirectoryStates, broker));

    /// <summary>What all brokers say; those that have gone silent are left out and forgotten.</summary>
    public async Task<IReadOnlyDictionary<string, BrokerStates>> ReadAsync(DateTimeOffset now)
    {
        var read = new SortedDictionary<string, BrokerStates>(StringComparer.Ordinal);
        foreach (var (broker, json) in (await store.RunAsync("read directory states", db => db.HashGetAllAsync(keys.DirectoryStates))).Select(row => (row.Name.ToString(), row.Value)))
        {
            // Clocks may differ a little, and a broker that is only slow comes back: what is long gone is forgotten, nothing else.
            var states = Read(json);
            if (states is null || now - states.At > LongGone) await ForgetAsync(broker);
            else if (now - states.At < Life) read[broker] = states;
        }
        return read;
    }

    private static BrokerStates? Read(RedisValue json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.ToString(), DirectoryStateJson.Default.BrokerStates);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(BrokerStates))]
internal sealed partial class DirectoryStateJson : JsonSerializerContext;
