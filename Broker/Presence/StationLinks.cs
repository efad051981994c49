using System.Collections.Concurrent;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Presence;

/// <summary>One station's stream.</summary>
/// <param name="Station">Whose.</param>
internal sealed record StationLink(StationId Station)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Random name of this stream.</summary>
    public string Id { get; } = Guid.NewGuid().ToString("n");

    /// <summary>Rung when an order may wait.</summary>
    public Bell Bell { get; } = new();

    /// <summary>Completed when a newer stream of the station has come.</summary>
    public Task Ended => _end.Task;

    /// <summary>Ends it.</summary>
    public void End() => _end.TrySetResult();
}

/// <summary>The stations' streams that this broker holds. Whichever broker an order is given at, the one that holds the stream hears the same event.</summary>
internal sealed class StationLinks : IDisposable
{
    private readonly ConcurrentDictionary<StationId, StationLink> _links = new();
    private readonly IDisposable _hears;

    /// <param name="events">Of the farm.</param>
    public StationLinks(FarmEvents events) => _hears = events.Subscribe(happened =>
    {
        if (happened.Kind == "order-given" && _links.TryGetValue(new StationId(happened["station"]), out var link)) link.Bell.Ring();
    });

    /// <summary>Takes a new stream as the station's; the one before it is ended.</summary>
    public StationLink Open(StationId station)
    {
        var link = new StationLink(station);
        _links.AddOrUpdate(station, link, (_, before) =>
        {
            before.End();
            return link;
        });
        return link;
    }

    /// <summary>Forgets a stream that has ended.</summary>
    public void Close(StationLink link) => _links.TryRemove(new KeyValuePair<StationId, StationLink>(link.Station, link));

    /// <inheritdoc/>
    public void Dispose() => _hears.Dispose();
}
