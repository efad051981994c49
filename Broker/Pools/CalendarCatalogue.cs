using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using VdiBroker.CityFile;

namespace VdiBroker.Pools;

/// <summary>The declared calendars: the key <c>timezone</c> and the section <c>calendars</c> of the city file.</summary>
internal sealed record CalendarCatalogue(FrozenDictionary<string, OpeningCalendar> Calendars)
{
    private static readonly (string Key, DayOfWeek[] Days)[] _days =
    [
        ("workdays", [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday]),
        ("mon", [DayOfWeek.Monday]), ("tue", [DayOfWeek.Tuesday]), ("wed", [DayOfWeek.Wednesday]), ("thu", [DayOfWeek.Thursday]), ("fri", [DayOfWeek.Friday]),
        ("sat", [DayOfWeek.Saturday]), ("sun", [DayOfWeek.Sunday]),
    ];

    private static readonly string[] _clock = ["HH:mm", "HH:mm:ss"];

    /// <summary>Reads both; faults go to the document.</summary>
    public static CalendarCatalogue Read(CityDocument city)
    {
        var zone = ReadZone(city.Root);
        var calendars = new Dictionary<string, OpeningCalendar>(StringComparer.Ordinal);
        foreach (var map in city.Root.Maps("calendars", mayBeMissing: true))
        {
            var calendar = new OpeningCalendar(map.Id("id"), zone, ReadWeek(map), ReadClosed(map), ReadExceptional(map));
            if (!calendars.TryAdd(calendar.Id, calendar)) map.Fault("id", $"there are two calendars '{calendar.Id}'");
            map.Close();
        }
        return new CalendarCatalogue(calendars.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>The opening hours of a pool: its keys <c>hours</c> and <c>at_close</c>; null = always open.</summary>
    public PoolHours? HoursOf(CityMap pool)
    {
        var atClose = pool.TextOr("at_close", "end") switch
        {
            "end" => AtClose.End,
            "extend" => AtClose.Extend,
            "leave" => AtClose.Leave,
            var other => Fault(other!),
        };
        if (pool.TextOr("hours", null) is not { Length: > 0 } name)
        {
            if (pool.Has("at_close")) pool.Fault("at_close", "'at_close' says nothing without 'hours'");
            return null;
        }
        if (Calendars.TryGetValue(name, out var calendar)) return new PoolHours(calendar, atClose);
        pool.Fault("hours", $"there is no calendar '{name}' (calendars: {string.Join(", ", Calendars.Keys.Order(StringComparer.Ordinal))})");
        return null;

        AtClose Fault(string text)
        {
            pool.Fault("at_close", $"'at_close: {text}' must be end, extend or leave");
            return AtClose.End;
        }
    }

    private static TimeZoneInfo ReadZone(CityMap root)
    {
        var name = root.TextOr("timezone", null) ?? "Europe/Paris";
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) return zone;
        if (root.Has("timezone") || root.Has("calendars")) root.Fault("timezone", $"this machine knows no time zone '{name}': a name such as Europe/Paris (package tzdata)");
        return TimeZoneInfo.Utc;
    }

    private static ImmutableDictionary<DayOfWeek, ImmutableArray<DaySpan>> ReadWeek(CityMap map)
    {
        var week = ImmutableDictionary.CreateBuilder<DayOfWeek, ImmutableArray<DaySpan>>();
        var weekly = map.Map("weekly", mayBeMissing: true);
        foreach (var (key, days) in _days)
        {
            var spans = ReadSpans(weekly, key);
            if (weekly.Has(key)) foreach (var day in days) week[day] = spans;
        }
        weekly.Close();
        return week.ToImmutable();
    }

    private static ImmutableArray<ClosedDays> ReadClosed(CityMap map)
    {
        var closed = ImmutableArray.CreateBuilder<ClosedDays>();
        foreach (var text in map.Texts("closed", mayBeMissing: true))
        {
            if (HolidayFile.Parse(text) is { } days) closed.Add(days);
            else map.Fault("closed", $"'{text}' must be a day or a range such as 2026-12-19..2027-01-03 Vacances de Noël");
        }
        foreach (var path in map.Files("files")) closed.AddRange(HolidayFile.Read(map, path));
        return closed.ToImmutable();
    }

    private static ImmutableDictionary<DateOnly, ImmutableArray<DaySpan>> ReadExceptional(CityMap map)
    {
        var days = ImmutableDictionary.CreateBuilder<DateOnly, ImmutableArray<DaySpan>>();
        foreach (var one in map.Maps("open", mayBeMissing: true))
        {
            var text = one.Text("date");
            var spans = ReadSpans(one, "hours");
            if (HolidayFile.Day(text) is not { } day) one.Fault("date", $"'{text}' must be a day such as 2026-12-20");
            else if (!days.TryAdd(day, spans)) one.Fault("date", $"{text} stands there twice");
            one.Close();
        }
        return days.ToImmutable();
    }

    private static ImmutableArray<DaySpan> ReadSpans(CityMap map, string key)
    {
        var spans = ImmutableArray.CreateBuilder<DaySpan>();
        foreach (var text in map.Texts(key, mayBeMissing: true))
        {
            if (SpanOf(text) is { } span) spans.Add(span);
            else map.Fault(key, $"'{text}' must be a time of the day such as 08:00-18:00, 22:00-02:00 or 00:00-24:00");
        }
        return spans.ToImmutable();
    }

    private static DaySpan? SpanOf(string text)
    {
        if (text.Split('-', StringSplitOptions.TrimEntries) is not [var begins, var ends]) return null;
        if (!TimeOnly.TryParseExact(begins, _clock, CultureInfo.InvariantCulture, DateTimeStyles.None, out var from)) return null;
        if (ends == "24:00") return new DaySpan(from, TimeSpan.FromHours(24) - from.ToTimeSpan());
        if (!TimeOnly.TryParseExact(ends, _clock, CultureInfo.InvariantCulture, DateTimeStyles.None, out var to) || to == from) return null;
        // TimeOnly counts over midnight.
        return new DaySpan(from, to - from);
    }
}
