using System.Collections.Concurrent;
using System.Diagnostics;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>
/// Stations where a password went wrong lately, in this broker's memory alone: only there it is worth a look whether the station pauses before the directories are asked. Where another broker has seen it, the
/// first try costs the directory one search, and this one knows too. Safe for concurrent use.
/// </summary>
/// <param name="policy">How long a station may be under suspicion.</param>
internal sealed class SuspectStations(LockoutPolicy policy)
{
    // More stations than a broker has; when so many had a wrong password, looking at each costs little beside that.
    private const int Most = 20_000;
    private readonly ConcurrentDictionary<StationId, (long Since, string Try)> _suspects = new();

    /// <summary>A try begins there: until it is known to have been right, it may be wrong.</summary>
    /// <param name="station">Where.</param>
    /// <param name="id">The try's own.</param>
    public void Begins(StationId station, string id)
    {
        if (_suspects.Count >= Most) _suspects.Clear();
        _suspects.TryAdd(station, (Stopwatch.GetTimestamp(), id));
    }

    /// <summary>A password has gone wrong there, or it pauses.</summary>
    public void Fails(StationId station) => _suspects[station] = (Stopwatch.GetTimestamp(), "");

    /// <summary>That try was right: it alone is no ground for suspicion.</summary>
    public void Passes(StationId station, string id)
    {
        if (_suspects.TryGetValue(station, out var suspect) && suspect.Try == id) _suspects.TryRemove(KeyValuePair.Create(station, suspect));
    }

    /// <summary>Something has gone wrong there within the time for which a station is counted or pauses.</summary>
    public bool Has(StationId station)
    {
        if (!_suspects.TryGetValue(station, out var suspect)) return false;
        if (Stopwatch.GetElapsedTime(suspect.Since) < policy.Station.Within + policy.LongestStationPause + policy.StationForgivenAfter) return true;
        _suspects.TryRemove(KeyValuePair.Create(station, suspect));
        return false;
    }
}
