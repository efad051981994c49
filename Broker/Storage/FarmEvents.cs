using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
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
/// makes it sure: a bell lost with a connection delays an event by a second and loses nothing. When another server has become the master, the last seconds' events come
/// once more: who subscribes must not mind.
/// </summary>
internal sealed class FarmEvents(RedisStore store, KeySpace keys) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _overlap = TimeSpan.FromSeconds(5);

    // A crowd's events come together: one look for all of them. Longer than what one ring is for (events.lua).
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(10);
    private const int Batch = 500;

    /// <summary>Fields by which events are followed: a session's id, the key of a station that asks to be admitted.</summary>
    public static readonly ImmutableArray<string> Followed = ["session", "key"];

    private readonly ConcurrentDictionary<long, Action<FarmEvent>> _subscribers = new();
    private readonly ConcurrentDictionary<(string Field, string Value), ImmutableArray<Action>> _followers = new();
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

    /// <summary>Calls <paramref name="ring"/> for every event of one thing, on the reader's own thread: it must only ring. However many are followed, an event costs those alone that follow its own.</summary>
    /// <param name="field">The field that names it: one of <see cref="Followed"/>.</param>
    /// <param name="value">Its name there.</param>
    /// <param name="ring">Called.</param>
    /// <returns>Ends the subscription when disposed.</returns>
    public IDisposable Follow(string field, string value, Action ring)
    {
        if (!Followed.Contains(field)) throw new ArgumentException($"events are not followed by '{field}'", nameof(field));
        var followed = (field, value);
        _followers.AddOrUpdate(followed, [ring], (_, others) => others.Add(ring));
        return new Subscription(() =>
        {
            for (var others = _followers.GetValueOrDefault(followed, []); !others.IsEmpty; others = _followers.GetValueOrDefault(followed, []))
            {
                var left = others.Remove(ring);
                if (left.IsEmpty ? _followers.TryRemove(KeyValuePair.Create(followed, others)) : _followers.TryUpdate(followed, left, others)) return;
            }
        });
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RedisValue last = RedisValue.Null;
        var line = 0L;
        store.Listen(keys.Doorbell, _bell.Ring);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (last.IsNull) last = await LastIdAsync();
                else if (line != store.Line) last = Earlier(last);
                line = store.Line;
                last = await DeliverAfterAsync(last);
            }
            catch (StoreException)
            {
                // Told by the store; the next look finds it back.
            }
            if (await _bell.HeardAsync(_look, stoppingToken)) await Task.Delay(_breath, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Ids are the store's time: an emptied store goes on with later ones, so the place that we hold stays good.
    private async Task<RedisValue> LastIdAsync()
    {
        var newest = await store.RunAsync("read events", db => db.StreamRangeAsync(keys.Events, count: 1, messageOrder: Order.Descending));
        return newest is [var entry] ? entry.Id : "0-0";
    }

    // A new master may lack the last events, and its clock may be behind the old one's: what comes next may stand before the place that we hold.
    private static RedisValue Earlier(RedisValue last) =>
        $"{Math.Max(0, long.Parse(last.ToString().Split('-')[0], CultureInfo.InvariantCulture) - (long)_overlap.TotalMilliseconds)}-0";

    private async Task<RedisValue> DeliverAfterAsync(RedisValue last)
    {
        while (true)
        {
            var entries = await store.RunAsync("read events", db => db.StreamReadAsync(keys.Events, last, Batch));
            foreach (var entry in entries) Deliver(entry);
            if (entries.Length > 0) last = entries[^1].Id;
            if (entries.Length < Batch) return last;
        }
    }

    private void Deliver(StreamEntry entry)
    {
        var fields = entry.Values.ToDictionary(v => v.Name.ToString(), v => v.Value.ToString(), StringComparer.Ordinal);
        var happened = new FarmEvent(entry.Id.ToString(), fields.GetValueOrDefault("kind", ""), fields);
        foreach (var deliver in _subscribers.Values) deliver(happened);
        foreach (var field in Followed)
            if (happened[field] is { Length: > 0 } value)
                foreach (var ring in _followers.GetValueOrDefault((field, value), [])) ring();
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
