using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class OpeningHoursTests
{
    private static readonly TimeZoneInfo _paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
    private static readonly OpeningCalendar _school = new("ecole", _paris, Workdays(Span("08:00", 10)), [new ClosedDays(new DateOnly(2026, 12, 19), new DateOnly(2027, 1, 3), "Vacances de Noël")],
        ImmutableDictionary<DateOnly, ImmutableArray<DaySpan>>.Empty.Add(new DateOnly(2026, 12, 22), [Span("09:00", 3)]));

    // Around both changes of the clock, and where there is none.
    private static readonly DateOnly[] _seasons = [new(2026, 3, 10), new(2026, 10, 10), new(2026, 5, 1)];

    private static readonly Gen<DaySpan> _span = Gen.Select(Gen.Int[0, 95], Gen.Int[1, 96], (from, length) => new DaySpan(new TimeOnly(from / 4, from % 4 * 15), TimeSpan.FromMinutes(length * 15)));

    private static readonly Gen<OpeningCalendar> _calendar = Gen.Select(
        _span.Array[0, 3].Array[7], Gen.Select(Gen.Int[0, 60], Gen.Int[0, 20]).Array[0, 3], Gen.Select(Gen.Int[0, 60], _span.Array[0, 2]).Array[0, 3], Gen.Int[0, 2],
        (week, closed, open, season) =>
        {
            var from = _seasons[season];
            return new OpeningCalendar("any", _paris,
                week.Select((spans, day) => ((DayOfWeek)day, spans)).ToImmutableDictionary(day => day.Item1, day => day.spans.ToImmutableArray()),
                [.. closed.Select(days => new ClosedDays(from.AddDays(days.Item1), from.AddDays(days.Item1 + days.Item2), "zu"))],
                open.DistinctBy(day => day.Item1).ToImmutableDictionary(day => from.AddDays(day.Item1), day => day.Item2.ToImmutableArray()));
        });

    private static readonly Gen<DateTimeOffset> _instant = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 60 * 24 * 4], (season, quarter) =>
        new DateTimeOffset(_seasons[season].ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddMinutes(quarter * 15));

    [Fact]
    public void It_opens_and_closes_by_the_clock_on_the_wall()
    {
        Assert.Equal(new HoursState.Closed(Paris("2026-11-23 08:00"), ""), OpeningHours.At(_school, Paris("2026-11-23 07:59")));
        Assert.Equal(new HoursState.Open(Paris("2026-11-23 18:00")), OpeningHours.At(_school, Paris("2026-11-23 08:00")));
        Assert.Equal(new HoursState.Open(Paris("2026-11-23 18:00")), OpeningHours.At(_school, Paris("2026-11-23 17:59")));
        Assert.Equal(new HoursState.Closed(Paris("2026-11-24 08:00"), ""), OpeningHours.At(_school, Paris("2026-11-23 18:00")));
    }

    [Fact]
    public void Friday_evening_says_Monday() =>
        Assert.Equal(new HoursState.Closed(Paris("2026-11-30 08:00"), ""), OpeningHours.At(_school, Paris("2026-11-27 20:00")));

    [Fact]
    public void In_the_holidays_it_is_closed_by_their_name_and_a_day_of_its_own_is_open_all_the_same()
    {
        Assert.Equal(new HoursState.Closed(Paris("2026-12-22 09:00"), "Vacances de Noël"), OpeningHours.At(_school, Paris("2026-12-21 10:00")));
        Assert.Equal(new HoursState.Open(Paris("2026-12-22 12:00")), OpeningHours.At(_school, Paris("2026-12-22 10:00")));
        Assert.Equal(new HoursState.Closed(Paris("2027-01-04 08:00"), "Vacances de Noël"), OpeningHours.At(_school, Paris("2026-12-23 10:00")));
    }

    [Fact]
    public void A_span_over_midnight_belongs_to_the_day_on_which_it_begins()
    {
        var night = _school with { Weekly = ImmutableDictionary<DayOfWeek, ImmutableArray<DaySpan>>.Empty.Add(DayOfWeek.Friday, [Span("22:00", 4)]), Closed = [] };
        Assert.Equal(new HoursState.Open(Paris("2026-11-28 02:00")), OpeningHours.At(night, Paris("2026-11-28 01:30")));
        // The Saturday is a holiday: Friday's night goes on into it.
        var holiday = night with { Closed = [new ClosedDays(new DateOnly(2026, 11, 28), new DateOnly(2026, 11, 28), "fête")] };
        Assert.Equal(new HoursState.Open(Paris("2026-11-28 02:00")), OpeningHours.At(holiday, Paris("2026-11-28 01:30")));
    }

    [Fact]
    public void What_is_always_open_never_closes()
    {
        var always = _school with { Weekly = Enum.GetValues<DayOfWeek>().ToImmutableDictionary(day => day, _ => ImmutableArray.Create(Span("00:00", 24))), Closed = [], Exceptional = ImmutableDictionary<DateOnly, ImmutableArray<DaySpan>>.Empty };
        Assert.Equal(new HoursState.Open(null), OpeningHours.At(always, Paris("2026-11-28 01:30")));
    }

    [Fact]
    public void What_is_never_open_says_so() =>
        Assert.Equal(new HoursState.Closed(null, ""), OpeningHours.At(_school with { Weekly = ImmutableDictionary<DayOfWeek, ImmutableArray<DaySpan>>.Empty, Exceptional = ImmutableDictionary<DateOnly, ImmutableArray<DaySpan>>.Empty, Closed = [] }, Paris("2026-11-28 01:30")));

    [Fact]
    public void The_hour_that_spring_leaves_out_takes_nothing_but_itself()
    {
        // 29 March 2026: 02:00 becomes 03:00.
        var night = Daily(Span("02:30", 2));
        Assert.Equal(new HoursState.Closed(Utc("2026-03-29 01:00"), ""), OpeningHours.At(night, Utc("2026-03-29 00:59")), Same);
        Assert.Equal(new HoursState.Open(Utc("2026-03-29 02:30")), OpeningHours.At(night, Utc("2026-03-29 01:00")), Same);
        // What lies in it as a whole is not there.
        Assert.IsType<HoursState.Closed>(OpeningHours.At(Daily(new DaySpan(new TimeOnly(2, 15), TimeSpan.FromMinutes(30))), Utc("2026-03-29 01:00")));
    }

    [Fact]
    public void The_hour_that_autumn_has_twice_is_open_twice()
    {
        // 25 October 2026: 03:00 becomes 02:00.
        var night = Daily(new DaySpan(new TimeOnly(2, 15), TimeSpan.FromMinutes(30)));
        Assert.Equal(new HoursState.Open(Utc("2026-10-25 01:45")), OpeningHours.At(night, Utc("2026-10-25 00:15")), Same);
        Assert.IsType<HoursState.Open>(OpeningHours.At(night, Utc("2026-10-25 01:00")));
        Assert.IsType<HoursState.Closed>(OpeningHours.At(night, Utc("2026-10-25 01:45")));
    }

    [Fact]
    public void It_is_open_until_it_closes_and_closed_until_it_opens() =>
        Gen.Select(_calendar, _instant).Sample((calendar, now) =>
        {
            switch (OpeningHours.At(calendar, now))
            {
                case HoursState.Open { Until: { } until }:
                    Assert.True(until > now);
                    Assert.IsType<HoursState.Closed>(OpeningHours.At(calendar, until));
                    for (var at = now; at < until; at += Step(until - now)) Assert.Equal(new HoursState.Open(until), OpeningHours.At(calendar, at));
                    break;
                case HoursState.Closed { Opens: { } opens }:
                    Assert.True(opens > now);
                    Assert.IsType<HoursState.Open>(OpeningHours.At(calendar, opens));
                    for (var at = now; at < opens; at += Step(opens - now)) Assert.Equal(opens, Assert.IsType<HoursState.Closed>(OpeningHours.At(calendar, at)).Opens);
                    break;
            }
        });

    [Fact]
    public void It_is_open_when_the_wall_clock_is_in_a_span() =>
        Gen.Select(_calendar, _instant).Sample((calendar, now) =>
        {
            var wall = TimeZoneInfo.ConvertTime(now, calendar.Zone).DateTime;
            // Where the clock jumps, the wall alone does not say it.
            if (Enumerable.Range(-2, 5).Any(days => calendar.Zone.GetUtcOffset(now) != calendar.Zone.GetUtcOffset(now.AddDays(days)))) return;
            var within = Enumerable.Range(-1, 2).Select(days => DateOnly.FromDateTime(wall).AddDays(days))
                .SelectMany(day => calendar.SpansOf(day).Select(span => (Begins: day.ToDateTime(span.From), span.Length)))
                .Any(span => wall >= span.Begins && wall < span.Begins + span.Length);
            Assert.Equal(within, OpeningHours.At(calendar, now) is HoursState.Open);
        });

    private static TimeSpan Step(TimeSpan whole) => whole / 7 > TimeSpan.FromMinutes(1) ? whole / 7 : TimeSpan.FromMinutes(1);

    private static bool Same(HoursState one, HoursState other) => (one, other) switch
    {
        (HoursState.Open a, HoursState.Open b) => a.Until == b.Until,
        (HoursState.Closed a, HoursState.Closed b) => a.Opens == b.Opens,
        _ => false,
    };

    private static DaySpan Span(string from, int hours) => new(TimeOnly.ParseExact(from, "HH:mm", System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromHours(hours));

    private static ImmutableDictionary<DayOfWeek, ImmutableArray<DaySpan>> Workdays(DaySpan span) =>
        Enum.GetValues<DayOfWeek>().Where(day => day is not (DayOfWeek.Saturday or DayOfWeek.Sunday)).ToImmutableDictionary(day => day, _ => ImmutableArray.Create(span));

    private static OpeningCalendar Daily(DaySpan span) => new("nuit", _paris, Enum.GetValues<DayOfWeek>().ToImmutableDictionary(day => day, _ => ImmutableArray.Create(span)), [],
        ImmutableDictionary<DateOnly, ImmutableArray<DaySpan>>.Empty);

    private static DateTimeOffset Paris(string wall)
    {
        var time = DateTime.ParseExact(wall, "yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        return new DateTimeOffset(time, _paris.GetUtcOffset(time));
    }

    private static DateTimeOffset Utc(string time) => new(DateTime.ParseExact(time, "yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
}
