using System.Text.Json;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>What this broker knew of stations when it last heard, in its state folder: a store that is out of reach or was emptied must not let a stolen station in.</summary>
internal sealed class KeptStandings(KeySpace keys, StateFolder state, TimeProvider time, ILogger<KeptStandings> logger)
{
    private static readonly TimeSpan _toldEvery = TimeSpan.FromMinutes(1);
    private long? _told;

    private string Name => $"stations-{keys.Farm}.json";

    /// <summary>What is kept.</summary>
    /// <returns>Null: nothing is, or it cannot be read (told in the log).</returns>
    public IReadOnlyList<StationStanding>? Read()
    {
        try
        {
            if (!File.Exists(state.FileOf(Name))) return null;
            var rows = JsonSerializer.Deserialize(File.ReadAllText(state.FileOf(Name)), StandingJson.Default.DictionaryStringString)!;
            IReadOnlyList<StationStanding> standings = [.. rows.Select(row => StandingRow.Read(row.Key, row.Value))];
            foreach (var bad in standings.Where(one => one.IsUnreadable)) StationsLog.KeptUnreadable(logger, bad.Station, bad.Why, state.FileOf(Name));
            return standings;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            StationsLog.NotRead(logger, state.FileOf(Name), fault.Message);
            return null;
        }
    }

    /// <summary>Keeps it; what goes wrong is told in the log, once a minute at most: whoever keeps it tries again.</summary>
    /// <returns>False: it is not kept.</returns>
    public bool Write(IEnumerable<StationStanding> standings)
    {
        try
        {
            var rows = standings.ToDictionary(standing => standing.Station.Value, StandingRow.Write, StringComparer.Ordinal);
            state.Write(Name, JsonSerializer.Serialize(rows, StandingJson.Default.DictionaryStringString));
            if (_told is not null) StationsLog.KeptAgain(logger, state.FileOf(Name));
            _told = null;
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (_told is not { } told || time.GetElapsedTime(told) >= _toldEvery)
            {
                StationsLog.NotKept(logger, state.FileOf(Name), fault.Message);
                _told = time.GetTimestamp();
            }
            return false;
        }
    }
}
