using System.Collections.Concurrent;
using System.Text;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Secrets;

/// <summary>
/// Reads what a curious person on this machine could read (every process's arguments and environment, again and again; every log; every
/// value that Redis holds and its append-only file) and says where a secret stands in clear. What processes showed is kept: a secret may become
/// known only after it was used.
/// </summary>
public sealed class SecretReader(RunningCity city)
{
    private readonly ConcurrentDictionary<string, byte[]> _secrets = new();
    private readonly SeenTexts _seen = new();
    private readonly ConcurrentDictionary<string, bool> _found = new();
    private int _rounds;

    /// <summary>How many times the processes were read.</summary>
    public int Rounds => _rounds;

    /// <summary>How many secrets are looked for.</summary>
    public int Secrets => _secrets.Count;

    /// <summary>How many different arguments and variables were seen.</summary>
    public int Texts => _seen.Count;

    /// <summary>True when more was seen than is kept: then nothing found means nothing.</summary>
    public bool Overflowed => _seen.Full;

    /// <summary>True when exactly this argument or variable ("NAME=value") was seen in some process.</summary>
    public bool HasSeen(string text) => _seen.Has(text);

    /// <summary>Places where a secret stood in clear, in any process seen so far, and in the logs and the store as last read; never the secret itself.</summary>
    public IReadOnlyList<string> Find()
    {
        foreach (var (what, secret) in _secrets)
            foreach (var place in _seen.PlacesOf(Encoding.Latin1.GetString(secret))) _found[$"{what} in {place}"] = true;
        return [.. _found.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Looks for <paramref name="secret"/> from now on, and in what processes have shown before.</summary>
    /// <param name="what">What it is, for the finding: "password of amelie.durand".</param>
    /// <param name="secret">The secret; kept in memory.</param>
    public void Watch(string what, string secret) => _secrets[what] = Encoding.UTF8.GetBytes(secret);

    /// <summary>True: processes are left alone, so that the reading does not disturb what is being timed.</summary>
    public bool Paused { get; set; }

    /// <summary>Reads processes every 100 ms until cancelled.</summary>
    public async Task ReadProcessesAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (!Paused) ReadProcesses();
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads arguments and environment of every process once.</summary>
    public void ReadProcesses()
    {
        foreach (var pid in ProcessTable.Pids())
        {
            foreach (var (what, file) in (ReadOnlySpan<(string, string)>)[("arguments", "cmdline"), ("environment", "environ")])
                _seen.Keep(Bytes($"/proc/{pid}/{file}"), () => $"{what} of {Encoding.UTF8.GetString(Bytes($"/proc/{pid}/comm")).Trim()}");
        }
        Interlocked.Increment(ref _rounds);
    }

    /// <summary>Reads every log file of the city.</summary>
    public void ReadLogs()
    {
        foreach (var file in city.LogFiles()) Look(() => $"log {Path.GetRelativePath(city.Folder, file)}", Bytes(file));
    }

    /// <summary>Reads every key and value of the store, and its files.</summary>
    public async Task ReadStoreAsync()
    {
        await foreach (var (key, value) in StoreReading.AllAsync(city.Store)) Look(() => $"Redis key {key}", Encoding.UTF8.GetBytes(key + "\n" + value));
        foreach (var file in System.IO.Directory.EnumerateFiles(city.Store.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".sock", StringComparison.Ordinal)))
            Look(() => $"file {Path.GetRelativePath(city.Folder, file)}", Bytes(file));
    }

    private void Look(Func<string> place, byte[] text)
    {
        foreach (var (what, secret) in _secrets)
        {
            if (text.AsSpan().IndexOf(secret) >= 0) _found[$"{what} in {place()}"] = true;
        }
    }

    // Processes end and Redis rewrites its files while they are read.
    private static byte[] Bytes(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var all = new MemoryStream();
            stream.CopyTo(all);
            return all.ToArray();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
