using System.Collections.Concurrent;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>One event of the farm's stream.</summary>
/// <param name="Id">Its place in the stream.</param>
/// <param name="Kind">What happened, e.g. <c>session-moved</c>.</param>
/// <param name="Fields">The event's own fields, <c>session</c>, <c>host</c> … as the script wrote them.</param>
internal sealed record FarmEvent(string Id, string Kind, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>A field, or the empty text.</summary>
    public string this[string field] => Fields.GetValueOrDefault(field, "");
}

/// <summary>
/// Reads the farm's event stream for this broker and hands each event to whoever subscribed. The doorbell makes it prompt; looking every second
/// makes it sure: a bell lost with a connection delays an event by a second and loses nothing.
/// </summary>
internal sealed partial class FarmEvents(RedisStore store, KeySpace keys, ILogger<FarmEvents> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    private const int Batch = 500;
    private readonly ConcurrentDictionary<long, Action<FarmEvent>> _subscribers = new();
    private readonly Bell _bell = new();
    private long _lastSubscriber;

    /// <summary>Calls <paramref name="deliver"/> for every event from now on, on the reader's own thread: it must only pass the event on.</summary>
    /// <returns>Ends the subscription when disposed.</returns>
    public IDisposable Subscribe(Action<FarmEvent> deliver)
    {
        var number = Interlocked.Increment(ref _lastSubscriber);
        _subscribers[number] = deliver;
        return new Subscription(() => _subscribers.TryRemove(number, out _));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RedisValue last = RedisValue.Null;
        var listening = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!listening)
                {
                    await store.Subscriber.SubscribeAsync(keys.Doorbell, (_, _) => _bell.Ring());
                    listening = true;
                }
                if (last.IsNull) last = await LastIdAsync();
                last = await DeliverAfterAsync(last);
            }
            catch (Exception fault) when (fault is StoreOutOfReachException or RedisException or TimeoutException)
            {
                LogNotReadable(logger, fault.Message);
            }
            await _bell.HeardAsync(_look, stoppingToken);
        }
    }

    // Ids are the store's time: an emptied store goes on with later ones, so the place that we hold stays good.
    private async Task<RedisValue> LastIdAsync()
    {
        var newest = await store.RunAsync("read events", db => db.StreamRangeAsync(keys.Events, count: 1, messageOrder: Order.Descending));
        return newest is [var entry] ? entry.Id : "0-0";
    }

    private async Task<RedisValue> DeliverAfterAsync(RedisValue last)
    {
        while (true)
        {
            var entries = await store.RunAsync("read events", db => db.StreamReadAsync(keys.Events, last, Batch));
            if (entries.Length == 0) return last;
            foreach (var entry in entries) Deliver(entry);
            last = entries[^1].Id;
        }
    }

    private void Deliver(StreamEntry entry)
    {
        var fields = entry.Values.ToDictionary(v => v.Name.ToString(), v => v.Value.ToString(), StringComparer.Ordinal);
        var happened = new FarmEvent(entry.Id.ToString(), fields.GetValueOrDefault("kind", ""), fields);
        foreach (var deliver in _subscribers.Values) deliver(happened);
    }

    [LoggerMessage(110, LogLevel.Warning, "the event stream cannot be read now: {cause}")]
    private static partial void LogNotReadable(ILogger logger, string cause);

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
