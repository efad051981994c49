using System.Globalization;
using System.Text;

namespace VdiBroker.Shim.Terminal;

/// <summary>
/// The steps of the shim, one line each with a UTC time in milliseconds: for the helpdesk and for tests. Never a password, a ticket or a
/// sign-in.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter? _file;

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

    /// <summary>Writes one step: a word, then <c>name=value</c> pairs.</summary>
    public void Step(string step)
    {
        if (_file is null) return;
        var line = $"{DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {step.ReplaceLineEndings(" ")}";
        try
        {
            lock (_gate) _file.WriteLine(line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // A full disk, or a late line of an ended FreeRDP, must not take the desktop from the screen.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate) _file?.Dispose();
    }
}
