using VdiBroker.CityFile;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

public sealed class CalendarTests : IDisposable
{
    // As data.education.gouv.fr publishes it: folded lines, whole days, the day after as the end.
    private const string Zone = """
        BEGIN:VCALENDAR
        PRODID:-//opendatasoft//calendrier-scolaire//FR
        VERSION:2.0
        BEGIN:VEVENT
        SUMMARY:Vacances de Noël\, zones A B C
        DTSTART;VALUE=DATE:20261219
        DTEND;VALUE=DATE:20270104
        UID:1
        DESCRIPTION:Vacances de Noël - la reprise
          a lieu le matin
        END:VEVENT
        BEGIN:VEVENT
        DTSTART;VALUE=DATE:20270514
        SUMMARY:Pont de
          l'Ascension
        END:VEVENT
        END:VCALENDAR
        """;

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-calendar-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_calendar_is_a_week_holidays_and_days_of_their_own()
    {
        File.WriteAllText(Path.Combine(_folder, "zone-c.ics"), Zone.ReplaceLineEndings("\r\n"));
        File.WriteAllText(Path.Combine(_folder, "ponts.txt"), "# maison\n2026-11-11 Armistice\n\n2026-05-14..2026-05-17   Pont\n");
        var (calendars, faults) = Read("""
            timezone: Europe/Paris
            calendars:
              - id: ecole
                weekly: { workdays: ["08:00-12:00", "13:30-18:00"], wed: ["08:00-12:00"], sat: ["22:00-02:00"] }
                closed: [2026-12-01, "2026-12-02..2026-12-03 grève"]
                files: [zone-c.ics, ponts.txt]
                open: [{ date: 2026-12-22, hours: ["09:00-12:00"] }, { date: 2026-12-23 }]
            """);
        Assert.Empty(faults);
        var calendar = calendars.Calendars["ecole"];
        Assert.Equal("Europe/Paris", calendar.Zone.Id);
        Assert.Equal([new DaySpan(new TimeOnly(8, 0), TimeSpan.FromHours(4)), new DaySpan(new TimeOnly(13, 30), TimeSpan.FromHours(4.5))], calendar.Weekly[DayOfWeek.Monday].AsEnumerable());
        Assert.Single(calendar.Weekly[DayOfWeek.Wednesday]);
        Assert.Equal(TimeSpan.FromHours(4), Assert.Single(calendar.Weekly[DayOfWeek.Saturday]).Length);
        Assert.DoesNotContain(DayOfWeek.Sunday, calendar.Weekly.Keys);
        Assert.Equal(
            [
                new ClosedDays(new DateOnly(2026, 12, 1), new DateOnly(2026, 12, 1), ""),
                new ClosedDays(new DateOnly(2026, 12, 2), new DateOnly(2026, 12, 3), "grève"),
                new ClosedDays(new DateOnly(2026, 12, 19), new DateOnly(2027, 1, 3), "Vacances de Noël, zones A B C"),
                new ClosedDays(new DateOnly(2027, 5, 14), new DateOnly(2027, 5, 14), "Pont de l'Ascension"),
                new ClosedDays(new DateOnly(2026, 11, 11), new DateOnly(2026, 11, 11), "Armistice"),
                new ClosedDays(new DateOnly(2026, 5, 14), new DateOnly(2026, 5, 17), "Pont"),
            ],
            calendar.Closed.AsEnumerable());
        Assert.Single(calendar.Exceptional[new DateOnly(2026, 12, 22)]);
        Assert.Empty(calendar.Exceptional[new DateOnly(2026, 12, 23)]);
    }

    [Theory]
    [InlineData("timezone: Europe/Pari\ncalendars: []", 1, "this machine knows no time zone 'Europe/Pari'")]
    [InlineData("calendars:\n  - { id: a, weekly: { mon: [\"8-18\"] } }", 2, "'8-18' must be a time of the day")]
    [InlineData("calendars:\n  - { id: a, weekly: { mon: [\"08:00-08:00\"] } }", 2, "must be a time of the day")]
    [InlineData("calendars:\n  - { id: a, weekly: { mn: [\"08:00-18:00\"] } }", 2, "did you mean 'mon'?")]
    [InlineData("calendars:\n  - id: a\n    closed: [2026-12-19..2026-12-01]", 3, "must be a day or a range")]
    [InlineData("calendars:\n  - id: a\n    files: [nowhere.ics]", 3, "is not there")]
    [InlineData("calendars:\n  - id: a\n    open: [{ date: 19/12/2026 }]", 3, "must be a day such as")]
    [InlineData("calendars:\n  - id: a\n  - id: a", 3, "there are two calendars 'a'")]
    public void What_cannot_be_is_told_with_its_line(string yaml, int line, string what)
    {
        var fault = Assert.Single(Read(yaml).Faults);
        Assert.Equal(line, fault.Line);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BEGIN:VEVENT\nDTSTART:20261219T080000\nEND:VEVENT", "line 2: '20261219T080000' must be a whole day")]
    [InlineData("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261219\nRRULE:FREQ=YEARLY\nEND:VEVENT", "line 3: an event that repeats is not understood")]
    [InlineData("BEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", "line 1: the event has no DTSTART")]
    [InlineData("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261219\nDTEND;VALUE=DATE:20261201\nEND:VEVENT", "line 3: the event ends before it begins")]
    [InlineData("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261219\n", "line 1: the event has no end")]
    [InlineData("<html>not found</html>", "line 1: there is no event in it")]
    public void What_an_iCalendar_file_says_that_is_not_understood_is_told_with_its_line(string ics, string what)
    {
        File.WriteAllText(Path.Combine(_folder, "own.ics"), ics);
        Assert.Contains(what, Assert.Single(Read("calendars:\n  - id: a\n    files: [own.ics]").Faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hours: ecole\nat_close: extend\nlimits: { extend: 30m }\ncalendars: [{ id: ecole }]", null)]
    [InlineData("hours: ecole\nat_close: extend\ncalendars: [{ id: ecole }]", "needs 'limits: { extend: … }'")]
    [InlineData("hours: ecol\ncalendars: [{ id: ecole }]", "there is no calendar 'ecol' (calendars: ecole)")]
    [InlineData("at_close: leave", "says nothing without 'hours'")]
    [InlineData("hours: ecole\nat_close: stay\ncalendars: [{ id: ecole }]", "must be end, extend or leave")]
    public void A_pool_names_its_calendar_and_what_happens_when_it_closes(string yaml, string? what)
    {
        var document = Document(yaml);
        var hours = CalendarCatalogue.Read(document).HoursOf(document.Root);
        Assert.Equal(hours?.AtClose == AtClose.Extend, LimitsSection.Read(document.Root, hours).ExtendsHours);
        if (what is null) Assert.Empty(document.Faults);
        else Assert.Contains(what, Assert.Single(document.Faults).Message, StringComparison.Ordinal);
    }

    private CityDocument Document(string yaml)
    {
        var path = Path.Combine(_folder, "city.yaml");
        File.WriteAllText(path, yaml);
        return CityDocument.Read(path);
    }

    private (CalendarCatalogue Calendars, IReadOnlyList<CityFault> Faults) Read(string yaml)
    {
        var document = Document(yaml);
        return (CalendarCatalogue.Read(document), document.Faults);
    }
}
