using System.Buffers;
using System.Text;
using CsvHelper;

namespace VdiBroker.Profiles;

/// <summary>The cells of a line of CSV, and back.</summary>
internal sealed class CsvCells
{
    private static readonly SearchValues<char> _formula = SearchValues.Create("=+-@\t\r'");
    private readonly CsvReaderOptions _reading;
    private readonly CsvWriterOptions _writing;
    private CsvMalformedReason? _malformed;

    /// <summary>For one separator: comma, semicolon or tab.</summary>
    public CsvCells(char separator)
    {
        _reading = new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = false,
            AllowLineBreaksInQuotes = false,
            DetectSeparatorHint = false,
            OnMalformedRecord = bad => _malformed ??= bad.Reason,
        };
        _writing = new CsvWriterOptions { Separator = separator, Quoting = CsvQuoting.WhenNeededOrWhitespace };
    }

    /// <summary>The separator that a heading uses most; comma when none.</summary>
    public static char SeparatorOf(string heading) => (heading.Count(';'), heading.Count(','), heading.Count('\t')) switch
    {
        var (semicolons, commas, tabs) when semicolons > commas && semicolons >= tabs => ';',
        var (_, commas, tabs) when tabs > commas => '\t',
        _ => ',',
    };

    /// <summary>The cells of one line; null with what is wrong.</summary>
    public string[]? Read(string line, out string? fault)
    {
        _malformed = null;
        using var reader = CsvReader.Create(Encoding.UTF8.GetBytes(line), _reading);
        var cells = reader.Read() ? [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString).Select(Unguarded)] : Array.Empty<string>();
        fault = _malformed switch
        {
            null => reader.Read() ? "there is a line break inside the line" : null,
            CsvMalformedReason.StrayQuote => "a quotation mark stands in the middle of a value: put the value into quotation marks and write the one inside twice",
            CsvMalformedReason.TextAfterClosingQuote => "something stands behind a closing quotation mark: a quotation mark inside a value is written twice",
            _ => "a quotation mark is opened and not closed on this line; no value of a profile has a line break in it: close it, and write a quotation mark inside a value twice",
        };
        return fault is null ? cells : null;
    }

    /// <summary>Writes lines of cells.</summary>
    public CsvWriter Writer(TextWriter text) => CsvWriter.Create(text, _writing, leaveOpen: true);

    /// <summary>
    /// A cell that a spreadsheet shows as text: <c>=cmd</c> would be a formula, so an apostrophe goes before it, and before an apostrophe.
    /// </summary>
    public static string Guarded(string value) => value.Length > 0 && _formula.Contains(value[0]) ? "'" + value : value;

    private static string Unguarded(string cell) => cell is ['\'', var next, ..] && _formula.Contains(next) ? cell[1..] : cell;
}
