using System.Collections.Concurrent;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>Wakes the stream of a station that waits when somebody has decided of it, at whichever broker. One reader of events for all of them.</summary>
internal sealed class EnrolmentBells : IDisposable
{
    // By bell: a station that comes back is here twice until its old stream has ended.
    private readonly ConcurrentDictionary<Bell, string> _waiting = new();
    private readonly IDisposable _hears;

    /// <param name="events">Of the farm.</param>
    public EnrolmentBells(FarmEvents events) => _hears = events.Subscribe(happened =>
    {
        if (happened["key"] is not { Length: > 0 } key) return;
        foreach (var (bell, _) in _waiting.Where(one => one.Value == key)) bell.Ring();
    });

    /// <summary>A bell for whoever waits by this key.</summary>
    public Bell Take(string key)
    {
        var bell = new Bell();
        _waiting[bell] = key;
        return bell;
    }

    /// <summary>Nobody listens to it any more.</summary>
    public void Give(Bell bell) => _waiting.TryRemove(bell, out _);

    /// <inheritdoc/>
    public void Dispose() => _hears.Dispose();
}
