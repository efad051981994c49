using VdiBroker.Hosts;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

/// <summary>The times of a drain as operators type them.</summary>
public sealed class DrainTimesTests
{
    private static readonly TimeZoneInfo _paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    // A quarter past eleven in Paris.
    private static readonly DateTimeOffset _now = new(2026, 11, 25, 10, 15, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("now", "10:15")]
    [InlineData("12:00", "11:00")]
    [InlineData("11:15", "10:15")]
    // Past already: tomorrow's.
    [InlineData("11:00", "34:00")]
    [InlineData("2026-11-26T08:30", "31:30")]
    [InlineData("2026-11-26 08:30", "31:30")]
    public void A_time_of_day_is_the_next_one_by_the_clock_on_the_wall(string typed, string utc) => Assert.Equal(At(utc), Read(typed, "15m", null)!.From);

    [Theory]
    [InlineData("0s", 0)]
    [InlineData("90s", 1.5)]
    [InlineData("15m", 15)]
    [InlineData("2h", 120)]
    public void A_grace_is_a_number_and_a_unit(string typed, double minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), Read("now", typed, null)!.Grace);

    [Theory]
    [InlineData("12:00", "14:00", "13:00")]
    // The end of a drain that begins in the evening is the next day's.
    [InlineData("22:00", "06:00", "29:00")]
    public void The_end_is_the_next_such_time_after_the_beginning(string at, string until, string utc) => Assert.Equal(At(utc), Read(at, "15m", until)!.Until);

    [Theory]
    [InlineData("24:00", "15m", null, "--at 24:00")]
    [InlineData("2026-11-25T11:00", "15m", null, "has passed")]
    [InlineData("now", "-5m", null, "--grace -5m")]
    [InlineData("now", "15", null, "--grace 15")]
    [InlineData("now", "25h", null, "at most 24h")]
    [InlineData("now", "15m", "now", "later than the end of the grace")]
    [InlineData("now", "15m", "never", "--until never")]
    public void What_cannot_be_meant_is_named(string at, string grace, string? until, string says)
    {
        var times = new DrainTimes(_now, _paris);
        Assert.Null(times.Drain(new HostId("blade1"), at, grace, until));
        Assert.Contains(says, times.Fault, StringComparison.Ordinal);
    }

    private static HostDrain? Read(string at, string grace, string? until) => new DrainTimes(_now, _paris).Drain(new HostId("blade1"), at, grace, until);

    // Hours beyond 24 are of the next day.
    private static DateTimeOffset At(string utc) => new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromHours(int.Parse(utc[..2], System.Globalization.CultureInfo.InvariantCulture)) + TimeSpan.FromMinutes(int.Parse(utc[3..], System.Globalization.CultureInfo.InvariantCulture));
}
