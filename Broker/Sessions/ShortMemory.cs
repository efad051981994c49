using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace VdiBroker.Sessions;

/// <summary>
/// What this broker itself wrote into the store a moment ago and will be asked for in another: it spares the reading. Nothing rests on it: whoever takes something out of it commits by a script that looks at
/// the store, and whoever finds nothing reads. Safe for concurrent use.
/// </summary>
/// <param name="life">How long something is remembered.</param>
/// <param name="most">How many things; the oldest goes first.</param>
internal sealed class ShortMemory<TKey, TValue>(TimeSpan life, int most)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, (TValue Value, long At)> _things = new();
    private readonly ConcurrentQueue<(TKey Key, long At)> _ages = new();

    /// <summary>Remembers something.</summary>
    public void Keep(TKey key, TValue value)
    {
        var now = Stopwatch.GetTimestamp();
        _things[key] = (value, now);
        _ages.Enqueue((key, now));
        while (_ages.TryPeek(out var oldest) && (_ages.Count > most || Stopwatch.GetElapsedTime(oldest.At) > life) && _ages.TryDequeue(out oldest))
            if (_things.TryGetValue(oldest.Key, out var thing) && thing.At == oldest.At) _things.TryRemove(KeyValuePair.Create(oldest.Key, thing));
    }

    /// <summary>Takes something out: it is good once.</summary>
    public bool TryTake(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _things.TryRemove(key, out var thing) && Stopwatch.GetElapsedTime(thing.At) <= life;
        value = found ? thing.Value : default;
        return found;
    }
}
