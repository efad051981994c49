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
    private const long Longest = 16 << 20;
    private const string Cut = "network-cut";
    private static readonly string[] _troubles = [Cut, "refused", "broker-failed", "no-broker", "follow-cut", "attendance-cut", "freerdp-failed", "freerdp-ended", "reconnect", "gave-up", "host-lost", "banner-failed", "greeter-failed"];

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _longest;
    private readonly Queue<string> _last = new();
    private StreamWriter? _file;
    private int _cuts;

    private Journal(string? path, long longest)
    {
        (_path, _longest) = (path ?? "", longest);
        if (path is not null) _file = Append(path);
    }

    /// <summary>
    /// Opens <paramref name="path"/> for appending, readable by its owner only; null writes nowhere. A file of <paramref name="longest"/> bytes is kept as <c>PATH.1</c>, in place of the one before, and begun anew: what a
    /// station says of itself must not fill its disk.
    /// </summary>
    public static Journal Open(string? path, long longest = Longest) => new(path, longest);

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
                if (_file is { BaseStream: { CanSeek: true } file } && file.Position >= _longest && file.Length >= _longest) BeginAnew();
                _file?.WriteLine(line);
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // A full disk, or a late line of an ended FreeRDP, must not take the desktop from the screen.
        }
    }

    private static StreamWriter Append(string path)
    {
        var ownersOnly = new FileStreamOptions
        {
            // Not Append: such a file cannot be emptied.
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var file = new StreamWriter(path, new UTF8Encoding(false), ownersOnly) { AutoFlush = true };
        if (file.BaseStream.CanSeek) file.BaseStream.Seek(0, SeekOrigin.End);
        return file;
    }

    private void BeginAnew()
    {
        try
        {
            File.Move(_path, _path + ".1", overwrite: true);
            var next = Append(_path);
            _file!.Dispose();
            _file = next;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Its folder is not ours, or the disk is full: what was is given up for what is.
            _file!.BaseStream.SetLength(0);
            _file.BaseStream.Seek(0, SeekOrigin.Begin);
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
