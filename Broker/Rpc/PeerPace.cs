namespace VdiBroker.Rpc;

/// <summary>
/// How often something may come from one peer, by the name in its certificate: so many at once, then one in each interval. What <see cref="PeerLimits"/> does not bound: a peer that is answered at once has little under way and
/// comes all the more often. Safe for concurrent use.
/// </summary>
/// <param name="atOnce">How many may come at once, after a time of quiet.</param>
/// <param name="each">Time from one to the next after that.</param>
/// <param name="time">Its clock.</param>
internal sealed class PeerPace(int atOnce, TimeSpan each, TimeProvider time)
{
    // More than a city's stations. Beyond it peers share a row: memory is bounded whatever names come.
    private const int Room = 16384;
    private const string Others = "";
    private readonly Lock _gate = new();
    private readonly Dictionary<string, TimeSpan> _rested = new(StringComparer.Ordinal);
    private readonly long _began = time.GetTimestamp();

    /// <summary>How many peers it remembers.</summary>
    internal int Remembered
    {
        get
        {
            lock (_gate) return _rested.Count;
        }
    }

    /// <summary>How long a peer has to wait until another may come; null = it may now.</summary>
    public TimeSpan? Wait(string peer)
    {
        lock (_gate) return WaitOf(peer, time.GetElapsedTime(_began));
    }

    /// <summary>Counts one that has come, allowed or not; what is too much is not held against the peer for longer than it takes to rest.</summary>
    public void Count(string peer)
    {
        lock (_gate) Count(peer, time.GetElapsedTime(_began));
    }

    /// <summary>Counts one if it may come.</summary>
    /// <returns>How long the peer has to wait; null = it may, and is counted.</returns>
    public TimeSpan? Take(string peer)
    {
        lock (_gate)
        {
            var now = time.GetElapsedTime(_began);
            var wait = WaitOf(peer, now);
            if (wait is null) Count(peer, now);
            return wait;
        }
    }

    private TimeSpan? WaitOf(string peer, TimeSpan now)
    {
        var over = RestedAt(RowOf(peer, now), now) + each - now - (atOnce * each);
        return over > TimeSpan.Zero ? over : null;
    }

    private void Count(string peer, TimeSpan now)
    {
        var row = RowOf(peer, now);
        var (next, longest) = (RestedAt(row, now) + each, now + (atOnce * each));
        _rested[row] = next < longest ? next : longest;
    }

    private TimeSpan RestedAt(string row, TimeSpan now) => _rested.TryGetValue(row, out var at) && at > now ? at : now;

    private string RowOf(string peer, TimeSpan now)
    {
        if (_rested.Count < Room || _rested.ContainsKey(peer)) return peer;
        foreach (var (name, at) in _rested)
            if (at <= now) _rested.Remove(name);
        return _rested.Count < Room ? peer : Others;
    }
}
