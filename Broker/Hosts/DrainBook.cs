using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>The drains of the farm's hosts in Redis: planned, under way, or over and not cleared away yet. Every broker reads them; none has to be told. What an operator is told of as done is replicated.</summary>
internal sealed class DrainBook(RedisStore store, KeySpace keys)
{
    private static readonly Script _plan = new("plan_drain");
    private static readonly Script _takeBack = new("take_back_drain");

    /// <summary>Starts reading all drains, as part of a batch; those that are over are among them, and those that cannot be read as such.</summary>
    public static async Task<ImmutableDictionary<HostId, HostDrain>> ReadAsync(IDatabase db, KeySpace keys) =>
        // Two names that are no text may be read as one.
        (await db.HashGetAllAsync(keys.Drains)).Select(row => Of(new HostId(row.Name.ToString()), row.Value)).DistinctBy(drain => drain.Host).ToImmutableDictionary(drain => drain.Host);

    /// <summary>All drains, and the time of the store that has them.</summary>
    public Task<DrainSight> LookAsync() => store.RunAsync("look at drains", async db =>
    {
        // What was read of a store that was emptied in between is of the one before, and is said again to the new one.
        var read = await ReadAsync(db, keys);
        return new DrainSight(await StoreClock.ReadAsync(db, keys), read);
    });

    /// <summary>All drains.</summary>
    public Task<ImmutableDictionary<HostId, HostDrain>> AllAsync() => store.RunAsync("read drains", db => ReadAsync(db, keys));

    /// <summary>Plans a drain, in place of one that was planned before.</summary>
    /// <returns>False when it would be over already.</returns>
    public Task<bool> PlanAsync(HostDrain drain) => PlanAsync(drain, isPutBack: false);

    /// <summary>Puts back what an emptied store has lost.</summary>
    /// <returns>False when there is one, or it is over.</returns>
    public Task<bool> PutBackAsync(HostDrain drain) => PlanAsync(drain, isPutBack: true);

    private async Task<bool> PlanAsync(HostDrain drain, bool isPutBack)
    {
        var row = new DrainRow(drain.From.ToUnixTimeMilliseconds(), (long)drain.Grace.TotalMilliseconds, drain.By, drain.Why) { Until = drain.Until?.ToUnixTimeMilliseconds(), Unreadable = drain.IsUnreadable ? true : null };
        var result = (RedisResult[])(await store.CommitAsync(_plan, [keys.Drains, keys.Events],
            [keys.Doorbell.ToString(), drain.Host.Value, row.From, row.Until is { } until ? until : "", JsonSerializer.Serialize(row, DrainJson.Default.DrainRow), drain.By, drain.Why, isPutBack]))!;
        return (long)result[0] == 1;
    }

    /// <summary>Takes a drain back.</summary>
    /// <returns>What it was; null = there was none.</returns>
    public async Task<HostDrain?> TakeBackAsync(HostId host, string by)
    {
        var row = (RedisValue)await store.CommitAsync(_takeBack, [keys.Drains, keys.Events], [keys.Doorbell.ToString(), host.Value, by]);
        return row.IsNull ? null : Of(host, row);
    }

    /// <summary>Reads a host's row. Of what is no row comes a drain that holds and ends nobody (<see cref="HostDrain.IsUnreadable"/>): one bad row is no reason to be without the other hosts, nor to give people a host that was to take nobody.</summary>
    internal static HostDrain Of(HostId host, RedisValue text)
    {
        try
        {
            // As bytes: what is no text is no row either.
            var row = JsonSerializer.Deserialize((byte[])text!, DrainJson.Default.DrainRow) ?? throw new JsonException("it is null");
            if (row.Unreadable == true) return HostDrain.Unreadable(host, row.Why);
            if (row.Grace < 0) throw new JsonException("its grace is below 0");
            // A moment that no calendar has is none.
            _ = DateTimeOffset.FromUnixTimeMilliseconds(checked(row.From + row.Grace));
            return new HostDrain(host, DateTimeOffset.FromUnixTimeMilliseconds(row.From), TimeSpan.FromMilliseconds(row.Grace))
            {
                Until = row.Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
                By = row.By,
                Why = row.Why,
            };
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or OverflowException)
        {
            return HostDrain.Unreadable(host, $"what was planned cannot be read: {fault.Message}");
        }
    }
}

/// <summary>The drains of a farm at one look.</summary>
/// <param name="Moment">The store's: began at another time than before = it was emptied meanwhile.</param>
/// <param name="Drains">By host; those that are over are among them.</param>
internal sealed record DrainSight(StoreMoment Moment, ImmutableDictionary<HostId, HostDrain> Drains);

/// <summary>A drain as it is stored; times in ms. <c>drains.lua</c> reads it so too.</summary>
internal sealed record DrainRow(
    [property: JsonPropertyName("from")] long From,
    [property: JsonPropertyName("grace")] long Grace,
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("why")] string Why)
{
    /// <summary>From then on its host takes people again; null = until it is taken back.</summary>
    [JsonPropertyName("until")]
    public long? Until { get; init; }

    /// <summary>Nobody knows what was planned: so it is put back into a store that was emptied. Brokers of before take it for a drain that never comes to its end.</summary>
    [JsonPropertyName("unreadable")]
    public bool? Unreadable { get; init; }
}

// A row that lacks what every broker writes is none: "nothing is said" must not be read as "from the beginning of time".
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DrainRow))]
internal sealed partial class DrainJson : JsonSerializerContext;
