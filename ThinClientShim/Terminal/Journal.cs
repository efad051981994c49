using System.Globalization;
using System.Text;

namespace VdiBroker.Shim.Terminal;

/// <summary>
/// The steps of the shim, one line each with a UTC time in milliseconds: for the helpdesk and for tests. Never a password, a ticket or a
/// sign-in.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int MostTroubles = 20;
    private const string Cut = "network-cut";
    private static readonly string[] _troubles = [Cut, "refused", "broker-failed", "no-broker", "follow-cut", "attendance-cut", "freerdp-failed", "freerdp-ended", "reconnect", "gave-up", "host-lost", "banner-failed", "greeter-failed"];

    private readonly Lock _gate = new();
    private readonly StreamWriter? _file;
    private readonly Queue<string> _last = new();
    private int _cuts;

    private Journal(StreamWriter? file) => _file = file;

    /// <summary>Opens <paramref name="path"/> for appending, readable by its owner only; null writes nowhere.</summary>
    public static Journal Open(string? path)
    {
        if (path is null) return new(null);
        var ownersOnly = new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        return new(new StreamWriter(path, new UTF8Encoding(false), ownersOnly) { AutoFlush = true });
    }

    /// <summary>How often nobody on the network has answered.</summary>
    public int NetworkCuts
    {
        get
        {
            lock (_gate) return _cuts;
        }
    }

    /// <summary>The last steps that were none forward, the oldest first.</summary>
    public string[] Troubles()
    {
        lock (_gate) return [.. _last];
    }

    /// <summary>Writes one step: a word, then <c>name=value</c> pairs.</summary>
    public void Step(string step)
    {
        var word = step.AsSpan(0, step.IndexOf(' ') is >= 0 and var end ? end : step.Length).ToString();
        var isTrouble = _troubles.Contains(word);
        if (_file is null && !isTrouble) return;
        var line = $"{DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {step.ReplaceLineEndings(" ")}";
        try
        {
            lock (_gate)
            {
                if (isTrouble) Keep(word, line);
                _file?.WriteLine(line);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // A full disk, or a late line of an ended FreeRDP, must not take the desktop from the screen.
        }
    }

    private void Keep(string word, string line)
    {
        if (word == Cut) _cuts++;
        _last.Enqueue(line);
        if (_last.Count > MostTroubles) _last.Dequeue();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _file?.Dispose();
    }
}
