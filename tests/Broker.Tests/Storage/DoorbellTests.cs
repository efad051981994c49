using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>How often the scripts ring for what they tell, on a real Redis.</summary>
[Collection(RedisCollection.Name)]
public sealed class DoorbellTests(RedisFixture redis)
{
    private const int Slot = 5;
    private readonly KeySpace _keys = LedgerFarm.NextKeys();
    private readonly Script _tell = new Script("read_clock").Reading($"{new Script("events").Text}\nfor i = 1, ARGV[2] do announce(KEYS[1], ARGV[1], 'test', 'number', i) end\nreturn 1");
    private int _rings;

    [Fact]
    public async Task Events_of_one_moment_are_one_ring()
    {
        await ListenAsync();
        for (var crowd = 0; crowd < 20; crowd++) await TellAsync(200);
        var told = await redis.Store.RunAsync("read events", db => db.StreamRangeAsync(_keys.Events));
        Assert.Equal(4000, told.Length);
        // The first of each slot rings; the reader hears it and looks when the slot is over.
        var slots = told.Select(entry => At(entry) / Slot).Distinct().Count();
        Assert.InRange(slots, 1, 2000);
        await Eventually.HoldsAsync("each slot has rung", TimeSpan.FromSeconds(5), () => Volatile.Read(ref _rings) >= slots);
        Assert.Equal(slots, Volatile.Read(ref _rings));
    }

    [Fact]
    public async Task A_clock_behind_the_last_event_silences_nobody()
    {
        await ListenAsync();
        // As a master leaves it whose clock was an hour ahead of this one's.
        await redis.Store.RunAsync("write", db => db.StreamAddAsync(_keys.Events, "kind", "test", DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) + "-1"));
        await TellAsync(3);
        await Eventually.HoldsAsync("each has rung", TimeSpan.FromSeconds(5), () => Volatile.Read(ref _rings) == 3);
    }

    // The server hears of it on another connection than the scripts come by.
    private async Task ListenAsync()
    {
        redis.Store.Listen(_keys.Doorbell, () => Interlocked.Increment(ref _rings));
        await Eventually.HoldsAsync("it listens", TimeSpan.FromSeconds(20), async () =>
            (long)((RedisResult[])(await redis.Store.RunAsync("look", db => db.ExecuteAsync("PUBSUB", "NUMSUB", _keys.Doorbell.ToString())))!)[1] == 1);
    }

    private Task<RedisResult> TellAsync(int events) => redis.Store.RunScriptAsync(_tell, [_keys.Events], [_keys.Doorbell.ToString(), events]);

    private static long At(StreamEntry entry) => long.Parse(entry.Id.ToString().Split('-')[0], CultureInfo.InvariantCulture);
}
