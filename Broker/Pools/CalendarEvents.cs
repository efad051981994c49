using System.Globalization;
using System.Text;

namespace VdiBroker.Pools;

/// <summary>
/// Reads the events of an iCalendar file (RFC 5545) that are whole days: begin, end (the day after the last) and name. What it does not understand is said, never guessed:
/// events at an hour, and events that repeat.
/// </summary>
internal static class CalendarEvents
{
    private sealed record Property(int Line, string Name, string Value);

    /// <summary>Reads the file's lines.</summary>
    /// <param name="lines">As they stand in the file.</param>
    /// <param name="fault">Takes what is wrong, with its line.</param>
    public static IEnumerable<ClosedDays> Read(IReadOnlyList<string> lines, Action<int, string> fault)
    {
        var found = 0;
        List<Property>? current = null;
        foreach (var property in Properties(lines))
        {
            switch (property.Name, property.Value.ToUpperInvariant())
            {
                case ("BEGIN", "VEVENT"):
                    current = [property];
                    break;
                case ("END", "VEVENT"):
                    found++;
                    if (current is not null && DaysOf(current, fault) is { } days) yield return days;
                    current = null;
                    break;
                default:
                    current?.Add(property);
                    break;
            }
        }
        if (current is not null) fault(current[0].Line, "the event has no end: is the file whole?");
        else if (found == 0) fault(1, "there is no event in it: is it an iCalendar file?");
    }

    private static ClosedDays? DaysOf(List<Property> properties, Action<int, string> fault)
    {
        var begin = properties[0];
        if (properties.Find(one => one.Name == "DTSTART") is not { } start)
        {
            fault(begin.Line, "the event has no DTSTART");
            return null;
        }
        if (properties.Find(one => one.Name is "RRULE" or "RDATE") is { } repeats)
        {
            fault(repeats.Line, "an event that repeats is not understood: write out its days");
            return null;
        }
        var end = properties.Find(one => one.Name == "DTEND");
        if (DayOf(start) is not { } first || (end is not null && DayOf(end) is null))
        {
            fault(start.Line, $"'{start.Value}' must be a whole day such as DTSTART;VALUE=DATE:20261219");
            return null;
        }
        // DTEND is the day after; without one, or with the same day, it is one day.
        var last = end is not null && DayOf(end) is { } after && after > first ? after.AddDays(-1) : first;
        if (end is not null && DayOf(end) < first)
        {
            fault(end.Line, "the event ends before it begins");
            return null;
        }
        return new ClosedDays(first, last, Text(properties.Find(one => one.Name == "SUMMARY")?.Value ?? ""));
    }

    private static DateOnly? DayOf(Property property)
    {
        // Midnight to midnight is a whole day too.
        var value = property.Value.Split('T') is [var day, "000000" or "000000Z"] ? day : property.Value;
        return DateOnly.TryParseExact(value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var found) ? found : null;
    }

    // A line that begins with a blank goes on the one before.
    private static IEnumerable<Property> Properties(IReadOnlyList<string> lines)
    {
        var whole = new StringBuilder();
        var from = 0;
        for (var index = 0; index <= lines.Count; index++)
        {
            var line = index < lines.Count ? lines[index] : "";
            if (index < lines.Count && line.StartsWith(' ') | line.StartsWith('\t'))
            {
                whole.Append(line, 1, line.Length - 1);
                continue;
            }
            if (whole.Length > 0 && Of(whole.ToString(), from + 1) is { } property) yield return property;
            whole.Clear().Append(line.TrimStart('\uFEFF'));
            from = index;
        }
    }

    private static Property? Of(string line, int number)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return null;
        var name = line[..colon].Split(';', 2);
        return new Property(number, name[0].Trim().ToUpperInvariant(), line[(colon + 1)..].Trim());
    }

    private static string Text(string value) => value.Replace("\\n", " ", StringComparison.OrdinalIgnoreCase).Replace("\\,", ",", StringComparison.Ordinal)
        .Replace("\\;", ";", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
}
