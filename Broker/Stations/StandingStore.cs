using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>What was decided of stations' names, in Redis. A row is replaced and never taken away, and the new one is later: one that is missing, or older than what was known, was lost. What an operator is told of as done is replicated.</summary>
internal sealed class StandingStore(RedisStore store, KeySpace keys)
{
    // Whoever is overtaken so often is not alone with an operator's hand any more.
    private const int Tries = 5;
    private static readonly Script _decide = new("decide_standing");
    private static readonly Script _putBack = new("put_back_standings");

    /// <summary>All of them; as many as were ever decided of. What cannot be read is among them as such.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<ImmutableDictionary<StationId, StationStanding>> ReadAsync() =>
        (await store.RunAsync("read stations", db => db.HashGetAllAsync(keys.Standings)))
            .Select(row => StandingRow.Read(row.Name.ToString(), row.Value.ToString())).DistinctBy(standing => standing.Station).ToImmutableDictionary(standing => standing.Station);

    /// <summary>One of them, and when it was read, by the store's clock.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<(StandingRead Read, DateTimeOffset Now)> ReadAsync(StationId station) => await store.RunAsync("read station", async db =>
    {
        var (row, moment) = (db.HashGetAsync(keys.Standings, station.Value), StoreClock.ReadAsync(db, keys));
        return (StandingRead.Of(station, await row), (await moment).Now);
    });

    /// <summary>Decides, on what is there at that moment.</summary>
    /// <param name="station">Whose.</param>
    /// <param name="decide">Given what was decided before (null = nothing) and the store's time; null = nothing changes. Asked anew when somebody else was faster.</param>
    /// <returns>What was decided before, and what is now.</returns>
    /// <exception cref="StoreException">The store is out of reach: it may have been done all the same.</exception>
    public async Task<(StationStanding? Before, StationStanding? Now)> DecideAsync(StationId station, Func<StationStanding?, DateTimeOffset, StandingChange?> decide)
    {
        var (read, now) = await ReadAsync(station);
        for (var n = 0; n < Tries; n++)
        {
            if (decide(read.Standing, now) is not { } change) return (read.Standing, read.Standing);
            var standing = change.Standing.InPlaceOf(read.Standing, now);
            var answer = (RedisResult[])(await store.CommitAsync(_decide, [keys.Standings, keys.Events],
                [keys.Doorbell.ToString(), station.Value, StandingRow.Write(standing), change.Kind, change.By, change.Why, read.Text]))!;
            if ((int)answer[0] == 1) return (read.Standing, standing);
            read = StandingRead.Of(station, (RedisValue)answer[1]);
        }
        throw new StoreOutOfReachException("decide station", new TimeoutException($"what was decided of {station} changed {Tries} times meanwhile"));
    }

    /// <summary>Puts back those of which the store knows nothing, or what stood before, or what nobody can read.</summary>
    /// <param name="remembered">What is to stand.</param>
    /// <param name="read">What the store has, as it was read.</param>
    /// <returns>How many were missing, and how many were older or could not be read.</returns>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public async Task<(int Missing, int Older)> PutBackAsync(IReadOnlyCollection<StationStanding> remembered, ImmutableDictionary<StationId, StationStanding> read)
    {
        var put = (int[])(await store.RunScriptAsync(_putBack, [keys.Standings, keys.Events],
            [keys.Doorbell.ToString(), .. remembered.SelectMany(standing => (RedisValue[])[standing.Station.Value, StandingRow.Write(standing), read.GetValueOrDefault(standing.Station)?.IsUnreadable == true ? "1" : ""])]))!;
        return (put[0], put[1]);
    }
}

/// <summary>What becomes of a name, and how its event is called.</summary>
/// <param name="Standing">From now on.</param>
/// <param name="Kind">Of the event.</param>
/// <param name="By">Who; in the event.</param>
/// <param name="Why">In the event.</param>
internal sealed record StandingChange(StationStanding Standing, string Kind, string By, string Why);

/// <summary>What stands of a name, with the very bytes, by which a script sees that nobody else has changed it.</summary>
/// <param name="Standing">Null = nothing was decided.</param>
/// <param name="Text">Empty = nothing. Bytes, for what cannot be read may be no text.</param>
internal sealed record StandingRead(StationStanding? Standing, RedisValue Text)
{
    /// <summary>Of a row; the empty one is none.</summary>
    public static StandingRead Of(StationId station, RedisValue row) => row.IsNullOrEmpty ? new(null, "") : new(StandingRow.Read(station.Value, row.ToString()), row);
}
