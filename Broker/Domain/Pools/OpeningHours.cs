namespace VdiBroker.Pools;

/// <summary>Whether something is open at an instant. Closed: the cases are nested here.</summary>
public abstract record HoursState
{
    private HoursState()
    {
    }

    /// <summary>It is open.</summary>
    /// <param name="Until">When it closes; null = not within the next weeks.</param>
    public sealed record Open(DateTimeOffset? Until) : HoursState;

    /// <summary>It is closed.</summary>
    /// <param name="Opens">When it opens next, in its own zone; null = not within a year.</param>
    /// <param name="Holiday">The name of the holidays in which it is closed today; empty = none.</param>
    public sealed record Closed(DateTimeOffset? Opens, string Holiday) : HoursState;
}

/// <summary>
/// Judges a calendar at an instant. A span is what its wall clock says: one that begins in the hour that spring leaves out begins with the next minute that there is, and of
/// an hour that autumn has twice a beginning means the first and an end the second, so that nobody loses time that was promised.
/// </summary>
public static class OpeningHours
{
    private const int Horizon = 400;
    private const int LongestChain = 60;

    /// <summary>Whether it is open.</summary>
    public static HoursState At(OpeningCalendar calendar, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, calendar.Zone).DateTime);
        if (End(calendar, now) is not { } until)
            return new HoursState.Closed(NextBeginning(calendar, now, today), calendar.Holiday(today)?.Name ?? "");
        // Spans that follow each other without a gap are one.
        for (var link = 0; link < LongestChain; link++)
        {
            if (End(calendar, until) is not { } later) return new HoursState.Open(TimeZoneInfo.ConvertTime(until, calendar.Zone));
            until = later;
        }
        return new HoursState.Open(null);
    }

    // The latest end of the spans that hold an instant. A span is 24 hours long at most: only those of the day and of the day before can.
    private static DateTimeOffset? End(OpeningCalendar calendar, DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, calendar.Zone).DateTime);
        DateTimeOffset? end = null;
        for (var before = 0; before < 3; before++)
        {
            foreach (var (begins, ends) in Instants(calendar, day.AddDays(-before)))
                if (begins <= at && at < ends && (end is null || ends > end)) end = ends;
        }
        return end;
    }

    private static DateTimeOffset? NextBeginning(OpeningCalendar calendar, DateTimeOffset now, DateOnly today)
    {
        for (var ahead = -1; ahead < Horizon; ahead++)
        {
            DateTimeOffset? first = null;
            foreach (var (begins, ends) in Instants(calendar, today.AddDays(ahead)))
                if (begins > now && begins < ends && (first is null || begins < first)) first = begins;
            if (first is { } next) return TimeZoneInfo.ConvertTime(next, calendar.Zone);
        }
        return null;
    }

    private static IEnumerable<(DateTimeOffset Begins, DateTimeOffset Ends)> Instants(OpeningCalendar calendar, DateOnly day)
    {
        foreach (var span in calendar.SpansOf(day))
        {
            var begins = day.ToDateTime(span.From, DateTimeKind.Unspecified);
            yield return (Instant(calendar.Zone, begins, later: false), Instant(calendar.Zone, begins + span.Length, later: true));
        }
    }

    private static DateTimeOffset Instant(TimeZoneInfo zone, DateTime wall, bool later)
    {
        // Spring: the minutes that there are not. All of them are the instant at which the clock jumps.
        if (zone.IsInvalidTime(wall))
        {
            var after = wall;
            while (zone.IsInvalidTime(after)) after = after.AddMinutes(15 - (after.Minute % 15)).AddTicks(-(after.Ticks % TimeSpan.TicksPerMinute));
            return new DateTimeOffset(after, zone.GetUtcOffset(after));
        }
        // Autumn: the larger offset is the first of the two.
        if (zone.IsAmbiguousTime(wall))
        {
            var offsets = zone.GetAmbiguousTimeOffsets(wall);
            return new DateTimeOffset(wall, later ? offsets.Min() : offsets.Max());
        }
        return new DateTimeOffset(wall, zone.GetUtcOffset(wall));
    }
}
