using System.Text.Json;

namespace VdiBroker.Race.History;

/// <summary>Everything that was seen, in the order in which it was written down. Safe to write to from anywhere.</summary>
public sealed class RaceHistory
{
    private readonly List<HistoryEvent> _events = [];
    private readonly Lock _gate = new();

    /// <summary>Begins one with these events, for tests and for reading one again.</summary>
    public RaceHistory(params IEnumerable<HistoryEvent> events) => _events.AddRange(events);

    /// <summary>Writes one thing down.</summary>
    public void Add(HistoryEvent happened)
    {
        lock (_gate) _events.Add(happened);
    }

    /// <summary>All so far, by the time at which they were seen.</summary>
    public IReadOnlyList<HistoryEvent> Events()
    {
        lock (_gate) return [.. _events.OrderBy(one => one.At)];
    }

    /// <summary>Writes it to a file, one event a line.</summary>
    public void Save(string file) => File.WriteAllLines(file, Events().Select(one => JsonSerializer.Serialize(one)));

    /// <summary>Reads such a file.</summary>
    public static RaceHistory Load(string file) => new(File.ReadLines(file).Select(line => JsonSerializer.Deserialize<HistoryEvent>(line)!));
}
