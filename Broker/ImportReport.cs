using System.Globalization;
using System.Text;
using VdiBroker.Profiles;

namespace VdiBroker;

/// <summary>Where refused lines go.</summary>
internal sealed record RejectsFile(string Path, Stream Stream);

/// <summary>Tells of an import line by line on standard output, and keeps what was refused.</summary>
/// <param name="rejects">Null = nowhere. Removed at the end when nothing was refused.</param>
/// <param name="quiet">Tell of refused lines only.</param>
internal sealed class ImportReport(RejectsFile? rejects, bool quiet) : IAsyncDisposable
{
    // Many lines in one write: a terminal's line at a time would cost more than the import.
    private readonly StreamWriter _output = new(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 32 * 1024);
    private readonly int[] _counts = new int[Enum.GetValues<LineVerdict>().Length];
    private ReadOnlyMemory<byte> _head;

    /// <summary>Lines or entries that were refused.</summary>
    public int Refused => _counts[(int)LineVerdict.Refused];

    /// <summary>The last line told of; 0 = none.</summary>
    public int LastLine { get; private set; }

    /// <summary>Tells what the file is.</summary>
    public void Begin(TransferFile file)
    {
        _head = file.Head;
        foreach (var note in file.Notes) _output.WriteLine(Printable.Of(note));
    }

    /// <summary>Tells of one line.</summary>
    public void Tell(ReportLine line)
    {
        _counts[(int)line.Verdict]++;
        LastLine = line.Line;
        if (line.Verdict is LineVerdict.Refused or LineVerdict.More) Keep(line.Raw);
        if (line.Verdict == LineVerdict.More || (quiet && line.Verdict != LineVerdict.Refused)) return;
        _output.Write(line.Line.ToString(CultureInfo.InvariantCulture));
        _output.Write('\t');
        _output.Write(line.Verdict.ToString().ToLowerInvariant());
        _output.Write('\t');
        _output.Write(Printable.Of(line.Person));
        _output.Write('\t');
        _output.WriteLine(Printable.Of(line.Words));
    }

    /// <summary>Tells the sums.</summary>
    public void End(bool dryRun)
    {
        var (accepted, unchanged) = (_counts[(int)LineVerdict.Accepted], _counts[(int)LineVerdict.Unchanged]);
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(dryRun ? "dry run, nothing was changed: " : "")}{accepted} accepted, {unchanged} unchanged, {Refused} refused"));
        if (rejects is not null && Refused > 0) _output.WriteLine($"refused lines as they are: {rejects.Path}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _output.DisposeAsync();
        if (rejects is null) return;
        await rejects.Stream.DisposeAsync();
        if (Refused == 0) File.Delete(rejects.Path);
    }

    private void Keep(ReadOnlyMemory<byte> raw)
    {
        if (rejects is null) return;
        if (!_head.IsEmpty)
        {
            rejects.Stream.Write(_head.Span);
            _head = default;
        }
        rejects.Stream.Write(raw.Span);
    }
}
