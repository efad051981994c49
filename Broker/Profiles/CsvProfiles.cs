using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Reads profiles from CSV: a heading with <c>person</c> and names of settings, then one line a person. An empty cell says nothing.</summary>
internal static class CsvProfiles
{
    /// <summary>The heading of the column with the person.</summary>
    public const string Person = "person";

    /// <summary>Columns of the widest heading that is read.</summary>
    public const int MostColumns = 256;

    /// <summary>Looks at the file and reads its heading.</summary>
    /// <param name="file">Must be able to go back to its beginning.</param>
    /// <exception cref="UnreadableFileException">It has no heading that names the person.</exception>
    public static TransferFile Open(Stream file)
    {
        var text = FileText.Of(file);
        var lines = RawLines.Read(file).GetEnumerator();
        if (!lines.MoveNext() || text.Read(lines.Current) is not { } heading) throw new UnreadableFileException("the file is empty or its first line cannot be read; the first line names the columns: person, keyboard, …");
        var separator = CsvCells.SeparatorOf(heading);
        var cells = new CsvCells(separator);
        var columns = cells.Read(heading, out var fault)?.Select(name => name.Trim()).ToArray() ?? throw new UnreadableFileException($"line 1: {fault}");
        var person = Array.FindIndex(columns, name => string.Equals(name, Person, StringComparison.OrdinalIgnoreCase));
        if (person < 0) throw new UnreadableFileException($"line 1 must name the columns, one of them '{Person}'; it names: {string.Join(", ", columns.Take(20))}");
        if (columns.Length > MostColumns) throw new UnreadableFileException($"line 1 has {columns.Length} columns; more than {MostColumns} are not read");
        var known = Heading(columns, person);
        var notes = ImmutableArray.Create($"encoding {text.Said}; separator {(separator == ';' ? "semicolon" : separator == ',' ? "comma" : "tab")}")
            .AddRange(known.Where(column => column.Fault is not null).Select(column => $"line 1: {column.Fault}; a line with a value there is refused"));
        return new TransferFile(Whole(lines.Current), notes, Records(lines, text, cells, known, person));
    }

    private static IEnumerable<TransferRecord> Records(IEnumerator<RawLine> lines, FileText text, CsvCells cells, Column[] columns, int person)
    {
        while (lines.MoveNext())
        {
            var line = lines.Current;
            if (line.IsBlank) continue;
            if (!line.First) yield return new TransferRecord.More(line.Number, line.Bytes);
            else if (!line.Whole) yield return new TransferRecord.Bad(line.Number, line.Bytes, "", $"the line is longer than {RawLines.Longest / 1024} KiB");
            else if (Row(line, text, cells, columns, person) is { } record) yield return record;
        }
    }

    private static TransferRecord? Row(RawLine line, FileText text, CsvCells cells, Column[] columns, int person)
    {
        var whole = Whole(line);
        if (text.Read(line) is not { } content) return new TransferRecord.Bad(line.Number, whole, "", FileText.Misfit);
        if (cells.Read(content, out var fault) is not { } values) return new TransferRecord.Bad(line.Number, whole, "", fault!);
        // A spreadsheet's emptied row.
        if (values.All(value => value.Trim().Length == 0)) return null;
        var who = person < values.Length ? values[person] : "";
        if (values.Length != columns.Length)
            return new TransferRecord.Bad(line.Number, whole, who, $"it has {values.Length} values and the heading has {columns.Length} columns: a value with a separator in it goes into quotation marks");
        var named = values.Select((value, place) => (value, place)).Where(cell => cell.place != person && cell.value.Trim().Length > 0).ToList();
        var strange = named.Select(cell => columns[cell.place].Fault).FirstOrDefault(unknown => unknown is not null);
        return strange is null
            ? new TransferRecord.Row(line.Number, whole, who, [.. named.Select(cell => KeyValuePair.Create(columns[cell.place].Name, cell.value))])
            : new TransferRecord.Bad(line.Number, whole, who, strange);
    }

    private static Column[] Heading(string[] names, int person)
    {
        var seen = new HashSet<Setting>();
        return [.. names.Select((name, place) => new Column(name, place == person ? null : Fault(name, seen)))];
    }

    private static string? Fault(string name, HashSet<Setting> seen)
    {
        if (SettingCatalogue.Meant(name) is { } setting) return seen.Add(setting) ? null : $"column '{name}' stands there twice";
        return Spelling.Nearest(name.ToLowerInvariant(), SettingCatalogue.All.Select(known => known.Name)) is { } close ? $"column '{name}' is not known; did you mean '{close}'?" : $"column '{name}' is not known";
    }

    // The last line of a file may have no end; where it is given back, others follow it.
    private static byte[] Whole(RawLine line) => line.Bytes.AsSpan().EndsWith("\n"u8) ? line.Bytes : [.. line.Bytes, (byte)'\n'];

    // Fault: why no value may stand there; null = it may.
    private sealed record Column(string Name, string? Fault);
}
