using System.Text.Json;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>What this broker knew of stations when it last heard, in its state folder: a store that is out of reach or was emptied must not let a stolen station in.</summary>
internal sealed class KeptStandings(KeySpace keys, BirthPlace place, ILogger<KeptStandings> logger)
{
    private string File => Path.Combine(place.Folder, $"stations-{keys.Farm}.json");

    /// <summary>What is kept.</summary>
    /// <returns>Null: nothing is, or it cannot be read (told in the log).</returns>
    public IReadOnlyList<StationStanding>? Read()
    {
        try
        {
            if (!System.IO.File.Exists(File)) return null;
            var rows = JsonSerializer.Deserialize(System.IO.File.ReadAllText(File), StandingJson.Default.DictionaryStringString)!;
            return [.. rows.Select(row => StandingRow.Read(row.Key, row.Value))];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            StationsLog.NotRead(logger, File, fault.Message);
            return null;
        }
    }

    /// <summary>Keeps it; what goes wrong is told in the log.</summary>
    public void Write(IEnumerable<StationStanding> standings)
    {
        try
        {
            System.IO.Directory.CreateDirectory(place.Folder);
            var rows = standings.ToDictionary(standing => standing.Station.Value, StandingRow.Write, StringComparer.Ordinal);
            System.IO.File.WriteAllText(File + ".new", JsonSerializer.Serialize(rows, StandingJson.Default.DictionaryStringString));
            System.IO.File.Move(File + ".new", File, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            StationsLog.NotKept(logger, File, fault.Message);
        }
    }
}
