using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>The store's time, and for how long it has been filled.</summary>
internal readonly record struct StoreMoment(DateTimeOffset Now, TimeSpan Age)
{
    /// <summary>When the store was first looked at: another moment than before = it was emptied meanwhile.</summary>
    public DateTimeOffset Began => Now - Age;
}

/// <summary>The one clock of the farm.</summary>
internal static class StoreClock
{
    private static readonly Script _clock = new("read_clock");

    /// <summary>Reads it, as part of a batch.</summary>
    public static async Task<StoreMoment> ReadAsync(IDatabase db, KeySpace keys)
    {
        var parts = (RedisResult[])(await _clock.StartAsync(db, [keys.Began], []))!;
        return new StoreMoment(DateTimeOffset.FromUnixTimeMilliseconds((long)parts[0]), TimeSpan.FromMilliseconds((long)parts[1]));
    }
}
