using VdiBroker.CityFile;

namespace VdiBroker.Directory;

/// <summary>The section <c>lockout</c> of the city file; all of it may be missing.</summary>
internal static class LockoutSection
{
    private const int MostTries = 1000;
    private static readonly TimeSpan _longest = TimeSpan.FromHours(24);

    /// <summary>Reads the section; faults go to the document.</summary>
    public static LockoutPolicy Read(CityDocument city)
    {
        var usual = LockoutPolicy.Default;
        var map = city.Root.Map("lockout", mayBeMissing: true);
        var (here, station, everywhere) = (map.Map("person", mayBeMissing: true), map.Map("station", mayBeMissing: true), map.Map("everywhere", mayBeMissing: true));
        var policy = new LockoutPolicy
        {
            IsOn = map.Flag("enabled", usual.IsOn),
            Here = Limit(here, usual.Here, 2),
            Station = Limit(station, usual.Station, 2),
            LongestStationPause = Time(station, "longest_pause", usual.LongestStationPause),
            StationForgivenAfter = Time(station, "forgiven_after", usual.StationForgivenAfter),
            Everywhere = Limit(everywhere, usual.Everywhere, 4),
            Stations = everywhere.Number("stations", 2, 100, usual.Stations),
            MostFromOneStation = everywhere.Number("most_from_one", 1, 100, usual.MostFromOneStation),
        };
        if (policy.LongestStationPause < policy.Station.Pause) station.Fault("longest_pause", "'longest_pause' must be at least 'pause'");
        foreach (var part in (CityMap[])[here, station, everywhere, map]) part.Close();
        return policy;
    }

    private static TryLimit Limit(CityMap map, TryLimit usual, int fewest) =>
        new(map.Number("tries", fewest, MostTries, usual.Tries), Time(map, "within", usual.Within), Time(map, "pause", usual.Pause));

    private static TimeSpan Time(CityMap map, string key, TimeSpan usual)
    {
        var time = map.Time(key, usual);
        if (time < TimeSpan.FromSeconds(1) || time > _longest) map.Fault(key, $"'{key}' must be from 1s to 24h");
        return time;
    }
}
