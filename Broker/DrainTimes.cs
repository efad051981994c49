using System.Globalization;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker;

/// <summary>Reads the times of a drain as an operator types them.</summary>
/// <param name="now">The store's time.</param>
/// <param name="zone">Of the times typed.</param>
internal sealed class DrainTimes(DateTimeOffset now, TimeZoneInfo zone)
{
    private static readonly string[] _moments = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm"];

    /// <summary>What is wrong with what was typed last.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>The drain; null = see <see cref="Fault"/>.</summary>
    public HostDrain? Drain(HostId host, string at, string grace, string? until)
    {
        if (Moment(at, now) is not { } from) return Wrong($"--at {at}: use now, a time of day such as 12:00, or a moment such as 2026-11-25T12:00");
        if (from < now - TimeSpan.FromMinutes(1)) return Wrong($"--at {at}: that moment has passed");
        if (WrittenTime.Read(grace) is not { } time || time > HostDrain.LongestGrace) return Wrong($"--grace {grace}: use a time such as 0s, 15m or 2h, at most 24h");
        var drain = new HostDrain(host, from < now ? now : from, time);
        if (until is null) return drain;
        if (Moment(until, drain.From) is not { } end) return Wrong($"--until {until}: use a time of day such as 14:00, or a moment such as 2026-11-25T14:00");
        return end > drain.EndsAt ? drain with { Until = end } : Wrong($"--until {until}: must be later than the end of the grace");
    }

    // A time of day is the next one after that moment.
    private DateTimeOffset? Moment(string text, DateTimeOffset after)
    {
        if (text == "now") return now;
        var day = TimeZoneInfo.ConvertTime(after, zone).Date;
        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var hour))
            return At(day + hour.ToTimeSpan()) is var today && today >= after - TimeSpan.FromMinutes(1) ? today : At(day.AddDays(1) + hour.ToTimeSpan());
        return DateTime.TryParseExact(text, _moments, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? At(moment) : null;
    }

    private DateTimeOffset At(DateTime local) => new(local, zone.GetUtcOffset(local));

    private HostDrain? Wrong(string fault)
    {
        Fault = fault;
        return null;
    }
}
