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
    private readonly ConcurrentDictionary<StationId, long> _since = new();

    /// <summary>A password has gone wrong there.</summary>
    public void Add(StationId station)
    {
        if (_since.Count >= Most) _since.Clear();
        _since[station] = Stopwatch.GetTimestamp();
    }

    /// <summary>One has, within the time for which a station is counted or pauses.</summary>
    public bool Has(StationId station)
    {
        if (!_since.TryGetValue(station, out var since)) return false;
        if (Stopwatch.GetElapsedTime(since) < policy.Station.Within + policy.LongestStationPause + policy.StationForgivenAfter) return true;
        _since.TryRemove(KeyValuePair.Create(station, since));
        return false;
    }
}
