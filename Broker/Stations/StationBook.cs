using System.Collections.Concurrent;
using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>
/// What this broker knows of stations' standings: read anew with each event of one and every five seconds, kept for the times without a store. Streams of a station that is no longer admitted are cut at once.
/// </summary>
internal sealed class StationBook(StandingStore store, KeptStandings kept, StationHomes homes, FarmEvents events, TimeProvider time, ILogger<StationBook> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _toldEvery = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<StationId, DateTimeOffset> _copies = new();
    private readonly ConcurrentDictionary<long, OpenStream> _streams = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Bell _bell = new();
    private readonly Lock _taking = new();
    private volatile ImmutableDictionary<StationId, StationStanding> _standings = ImmutableDictionary<StationId, StationStanding>.Empty;
    private ImmutableDictionary<StationId, StationStanding> _kept = ImmutableDictionary<StationId, StationStanding>.Empty;
    private ImmutableHashSet<(StationId Station, string Why)> _unreadable = [];
    private long? _notKept;
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
        if (!_standings.TryGetValue(station, out var standing)) return null;
        var shown = certificate();
        // What another broker, or this one a moment ago, has given it is not known here yet.
        if (!standing.Admits(shown) && !standing.Replaced(shown)) standing = await AnewAsync(standing);
        if (standing.Next?.Certificate == shown) await ShownAsync(station, shown);
        if (standing.Admits(shown)) return null;
        if (standing.Replaced(shown)) TellOfCopy(station, shown);
        return standing;
    }

    /// <summary>Whether a stream of this certificate was cut only because the station shows its next one now: it comes back with that.</summary>
    public bool MayComeBack(StationId station, Func<string> certificate) => _standings.TryGetValue(station, out var standing) && standing.Replaced(certificate());

    /// <summary>Has <paramref name="cut"/> called when the station is no longer admitted; at once when it is not now.</summary>
    /// <returns>Ends that.</returns>
    public IDisposable Watch(StationId station, Func<string> certificate, Action cut)
    {
        var stream = new OpenStream(this, Interlocked.Increment(ref _last), station, certificate, cut);
        _streams[stream.Number] = stream;
        if (Refused(station, certificate) is not null) stream.Cut();
        return stream;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hears = events.Subscribe(happened =>
        {
            if (happened.Kind.StartsWith("station-", StringComparison.Ordinal)) _bell.Ring();
        });
        var remembered = kept.Read();
        if (remembered is not null)
        {
            Take(remembered);
            _kept = _standings;
        }
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
            Keep();
            await _bell.HeardAsync(rest, stoppingToken);
        }
    }

    private async Task LookAsync()
    {
        var read = await store.ReadAsync();
        TellOfUnreadable(read.Values);
        // An older row is that of a copy of the store, or of a broker that was off for long and has filled an emptied one.
        var lost = _standings.Values.Where(known => !read.TryGetValue(known.Station, out var row) || known.IsNewerThan(row)).ToList();
        if (lost.Count > 0)
        {
            var (missing, older) = await store.PutBackAsync(lost, read);
            if (missing > 0) StationsLog.PutBack(logger, missing);
            if (older > 0) StationsLog.PutBackNewer(logger, older);
            read = await store.ReadAsync();
        }
        Take(read.Values);
    }

    // A disk that was full takes it later, and nothing else may change until then: it is tried with a look, whether there is a store or not.
    private void Keep()
    {
        var now = _standings;
        if (ReferenceEquals(now, _kept) || (_notKept is { } failed && time.GetElapsedTime(failed) < _look)) return;
        var from = time.GetTimestamp();
        _notKept = kept.Write(now.Values) ? null : from;
        if (_notKept is null) _kept = now;
    }

    // Another broker may just have given it the certificate that it shows: who would be refused for what is known here is looked for in the store.
    private async Task<StationStanding> AnewAsync(StationStanding known)
    {
        try
        {
            if ((await store.ReadAsync(known.Station)).Read.Standing is not { } standing || standing == known) return known;
            Take([standing]);
            _bell.Ring();
            return _standings[known.Station];
        }
        catch (StoreException)
        {
            // Told by the store; what is known stands.
            return known;
        }
    }

    // From now on the one before is good for nothing. Where the store is out of reach it is put off to the next call: the station is admitted by either.
    private async Task ShownAsync(StationId station, string shown)
    {
        try
        {
            var (_, now) = await store.DecideAsync(station, (before, _) => before?.Shown(shown) is { } next ? new StandingChange(next, "station-shown", RenewStation.Itself, "") : null);
            if (now is not null) Take([now]);
            _bell.Ring();
        }
        catch (StoreException)
        {
            // Told by the store.
        }
    }

    // Each once, for as long as it is so.
    private void TellOfUnreadable(IEnumerable<StationStanding> read)
    {
        var before = _unreadable;
        _unreadable = [.. read.Where(one => one.IsUnreadable).Select(one => (one.Station, one.Why))];
        foreach (var (station, why) in _unreadable.Except(before)) StationsLog.Unreadable(logger, station, why);
    }

    // Whoever has the copy may call as often as they like: one line a minute.
    private void TellOfCopy(StationId station, string shown)
    {
        var now = time.GetUtcNow();
        if (_copies.TryGetValue(station, out var told) && now - told < _toldEvery) return;
        _copies[station] = now;
        StationsLog.FormerShown(logger, station, shown);
    }

    /// <summary>Takes in what was read, of some stations or of all; of two standings the newer one stands, whichever was read first. Streams of those who are no longer admitted are cut.</summary>
    internal void Take(IEnumerable<StationStanding> read)
    {
        lock (_taking)
        {
            var standings = _standings.ToBuilder();
            var changed = false;
            foreach (var one in read)
            {
                if (standings.TryGetValue(one.Station, out var known) && (known == one || known.IsNewerThan(one))) continue;
                standings[one.Station] = one;
                changed = true;
            }
            if (changed)
            {
                _standings = standings.ToImmutable();
                homes.Take(_standings.Values);
            }
            _known.TrySetResult();
            if (!changed) return;
        }
        // Outside: a stream may end, and whatever waits for that may run, before Cut returns.
        foreach (var stream in _streams.Values)
        {
            if (Refused(stream.Station, stream.Certificate) is not { } refused) continue;
            var isReplaced = refused.Replaced(stream.Certificate());
            if (!stream.Cut()) continue;
            if (isReplaced) StationsLog.CutToReplace(logger, stream.Station);
            else StationsLog.Cut(logger, stream.Station);
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
        private int _over;

        public long Number => number;

        public StationId Station => station;

        public Func<string> Certificate => certificate;

        /// <summary>Cuts it, once, and not when it is over.</summary>
        /// <returns>It was cut now.</returns>
        public bool Cut()
        {
            if (Interlocked.Exchange(ref _over, 1) != 0) return false;
            cut();
            return true;
        }

        public void Dispose()
        {
            Interlocked.Exchange(ref _over, 1);
            book._streams.TryRemove(number, out _);
        }
    }
}
