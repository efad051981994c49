using System.Collections.Concurrent;

namespace VdiBroker.City.Processes;

/// <summary>Which of a folder's PEM files are read by anybody, from now on.</summary>
public sealed class FileReadings : IDisposable
{
    private const string Marker = "marker.pem";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, bool> _read = new(StringComparer.Ordinal);
    private readonly FileSystemWatcher _watch;
    private readonly string _marker;

    /// <param name="folder">The folder.</param>
    public FileReadings(string folder)
    {
        _marker = Path.Combine(folder, Marker);
        File.WriteAllText(_marker, Marker);
        _watch = new FileSystemWatcher(folder, "*.pem") { NotifyFilter = NotifyFilters.LastAccess };
        _watch.Changed += (_, reading) => _read[reading.Name!] = true;
        _watch.EnableRaisingEvents = true;
    }

    /// <summary>Whether a file has been read until now.</summary>
    /// <param name="file">Its name.</param>
    public async Task<bool> HaveAsync(string file)
    {
        // They are told in their order: what was read before the marker is told before it.
        await Eventually.HoldsAsync("a reading is told", Deadline, () => File.ReadAllText(_marker).Length > 0 && _read.ContainsKey(Marker));
        return _read.ContainsKey(file);
    }

    /// <inheritdoc/>
    public void Dispose() => _watch.Dispose();
}
