using System.Collections.Concurrent;
using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>
/// What this broker knows of stations' standings: read anew with each event of one and every five seconds, kept for the times without a store. Streams of a station that is no longer admitted are cut at once.
/// </summary>
internal sealed class StationBook(StandingStore store, KeptStandings kept, FarmEvents events, ILogger<StationBook> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<long, OpenStream> _streams = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Bell _bell = new();
    private ImmutableDictionary<StationId, StationStanding> _standings = ImmutableDictionary<StationId, StationStanding>.Empty;
    private long _last;

    /// <summary>Whether a station may call.</summary>
    /// <param name="station">The name in its certificate.</param>
    /// <param name="certificate">SHA-256 of that; asked for only when something was decided of the name.</param>
    /// <param name="cancel">The caller has gone.</param>
    /// <returns>What stands in its way; null = nothing.</returns>
    /// <exception cref="StoreOutOfReachException">Nothing is known of any station yet: no store since the broker's very first start.</exception>
    public async ValueTask<StationStanding?> RefusedAsync(StationId station, Func<string> certificate, CancellationToken cancel)
    {
        if (!_known.Task.IsCompleted) await KnownAsync(cancel);
        return Refused(station, certificate);
    }

    /// <summary>Has <paramref name="cut"/> called when the station is no longer admitted; at once when it is not now.</summary>
    /// <returns>Ends that.</returns>
    public IDisposable Watch(StationId station, Func<string> certificate, Action cut)
    {
        var stream = new OpenStream(this, Interlocked.Increment(ref _last), station, certificate, cut);
        _streams[stream.Number] = stream;
        if (Refused(station, certificate) is not null) cut();
        return stream;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hears = events.Subscribe(happened =>
        {
            if (happened.Kind is "station-revoked" or "station-admitted" or "station-put-back") _bell.Ring();
        });
        var remembered = kept.Read();
        if (remembered is not null) Take(remembered.ToImmutableDictionary(standing => standing.Station));
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = _look;
            try
            {
                await LookAsync();
            }
            catch (StoreException)
            {
                // Told by the store; what is known stands.
                rest = _again;
            }
            await _bell.HeardAsync(rest, stoppingToken);
        }
    }

    private async Task LookAsync()
    {
        var read = await store.ReadAsync();
        var lost = _standings.Values.Where(standing => !read.ContainsKey(standing.Station)).ToList();
        if (lost.Count > 0)
        {
            var put = await store.PutBackAsync(lost);
            if (put > 0) StationsLog.PutBack(logger, put);
            read = await store.ReadAsync();
        }
        var before = _standings;
        Take(read);
        if (before.Count != read.Count || read.Any(row => before.GetValueOrDefault(row.Key) != row.Value)) kept.Write(read.Values);
    }

    private void Take(ImmutableDictionary<StationId, StationStanding> standings)
    {
        _standings = standings;
        _known.TrySetResult();
        foreach (var stream in _streams.Values)
        {
            if (Refused(stream.Station, stream.Certificate) is null) continue;
            StationsLog.Cut(logger, stream.Station);
            stream.Cut();
        }
    }

    private StationStanding? Refused(StationId station, Func<string> certificate) =>
        _standings.TryGetValue(station, out var standing) && !standing.Admits(certificate()) ? standing : null;

    private async Task KnownAsync(CancellationToken cancel)
    {
        try
        {
            await _known.Task.WaitAsync(_patience, cancel);
        }
        catch (TimeoutException late)
        {
            throw new StoreOutOfReachException("nothing is known of the stations' standings yet", late);
        }
    }

    private sealed class OpenStream(StationBook book, long number, StationId station, Func<string> certificate, Action cut) : IDisposable
    {
        public long Number => number;

        public StationId Station => station;

        public Func<string> Certificate => certificate;

        public void Cut() => cut();

        public void Dispose() => book._streams.TryRemove(number, out _);
    }
}
