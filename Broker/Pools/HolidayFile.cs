using System.Collections.Immutable;
using System.Globalization;
using VdiBroker.CityFile;

namespace VdiBroker.Pools;

/// <summary>
/// Holidays from a file beside the city file: an iCalendar file (<c>.ics</c>), as data.education.gouv.fr publishes the school holidays, or one day or range of days a line.
/// </summary>
internal static class HolidayFile
{
    /// <summary>Reads a file; what cannot be read goes to the city file's faults, with the file's own line.</summary>
    /// <param name="calendar">The calendar's mapping, for faults.</param>
    /// <param name="path">The file.</param>
    public static ImmutableArray<ClosedDays> Read(CityMap calendar, string path)
    {
        try
        {
            var lines = File.ReadAllLines(path);
            Action<int, string> fault = (line, what) => calendar.Fault("files", $"{Path.GetFileName(path)}, line {line}: {what}");
            return [.. path.EndsWith(".ics", StringComparison.OrdinalIgnoreCase) ? CalendarEvents.Read(lines, fault) : Lines(lines, fault)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            calendar.Fault("files", $"'{path}' cannot be read: {unreadable.Message}");
            return [];
        }
    }

    /// <summary>A day, or a range of days, and what they are called: <c>2026-12-19..2027-01-03 Vacances de Noël</c>.</summary>
    /// <returns>Null when it is none.</returns>
    public static ClosedDays? Parse(string text)
    {
        var parts = text.Trim().Split(' ', 2, StringSplitOptions.TrimEntries);
        var range = parts[0].Split("..");
        if (range.Length > 2 || Day(range[0]) is not { } first || Day(range[^1]) is not { } last || last < first) return null;
        return new ClosedDays(first, last, parts.Length == 2 ? parts[1] : "");
    }

    /// <summary>A day such as <c>2026-12-19</c>.</summary>
    public static DateOnly? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static IEnumerable<ClosedDays> Lines(string[] lines, Action<int, string> fault)
    {
        foreach (var (line, index) in lines.Select((line, index) => (line.Split('#', 2)[0].Trim(), index)).Where(one => one.Item1.Length > 0))
        {
            if (Parse(line) is { } days) yield return days;
            else fault(index + 1, $"'{line}' must be a day or a range such as 2026-12-19..2027-01-03 Vacances de Noël");
        }
    }
}
