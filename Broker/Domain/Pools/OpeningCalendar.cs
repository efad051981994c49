using System.Collections.Immutable;

namespace VdiBroker.Pools;

/// <summary>A time of a day in which something is open. It belongs to the day on which it begins, also when it ends after midnight.</summary>
/// <param name="From">When it begins, by the clock on the wall.</param>
/// <param name="Length">How long it is by that clock: above 0, at most 24 h.</param>
public sealed record DaySpan(TimeOnly From, TimeSpan Length);

/// <summary>Days on which nothing is open.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them, not before the first.</param>
/// <param name="Name">What people call them; empty = nothing.</param>
public sealed record ClosedDays(DateOnly First, DateOnly Last, string Name)
{
    /// <summary>True when the day is one of them.</summary>
    public bool Contains(DateOnly day) => day >= First && day <= Last;
}

/// <summary>When something is open: a week, days that are closed, and days that are open otherwise, which outweigh both.</summary>
/// <param name="Id">Its id in the city file.</param>
/// <param name="Zone">The clock on the wall.</param>
/// <param name="Weekly">The spans of each day of the week; a day that is not there is closed.</param>
/// <param name="Closed">Holidays.</param>
/// <param name="Exceptional">The spans of single days, whatever the week and the holidays say.</param>
public sealed record OpeningCalendar(
    string Id,
    TimeZoneInfo Zone,
    ImmutableDictionary<DayOfWeek, ImmutableArray<DaySpan>> Weekly,
    ImmutableArray<ClosedDays> Closed,
    ImmutableDictionary<DateOnly, ImmutableArray<DaySpan>> Exceptional)
{
    /// <summary>The spans that begin on a day.</summary>
    public ImmutableArray<DaySpan> SpansOf(DateOnly day)
    {
        if (Exceptional.TryGetValue(day, out var own)) return own;
        return Holiday(day) is null ? Weekly.GetValueOrDefault(day.DayOfWeek, []) : [];
    }

    /// <summary>The holidays that a day is one of; null = none, or it is open all the same.</summary>
    public ClosedDays? Holiday(DateOnly day) => Exceptional.ContainsKey(day) ? null : Closed.FirstOrDefault(days => days.Contains(day));
}

/// <summary>What happens at a pool's closing hour to people who are at work.</summary>
public enum AtClose
{
    /// <summary>They are warned, then their desktops are ended.</summary>
    End,

    /// <summary>As <see cref="End"/>, and they may put it off as the pool's limits say.</summary>
    Extend,

    /// <summary>They go on; only new desktops are refused.</summary>
    Leave,
}

/// <summary>When a pool gives desktops.</summary>
public sealed record PoolHours(OpeningCalendar Calendar, AtClose AtClose)
{
    /// <summary>What the closing hour asks of sessions; null = nothing: it is far away, or who is at work goes on.</summary>
    public EndDemand? DemandAt(DateTimeOffset now) => AtClose == AtClose.Leave ? null : OpeningHours.At(Calendar, now) switch
    {
        HoursState.Open { Until: { } until } => new EndDemand(Limit.Hours, until),
        HoursState.Closed => new EndDemand(Limit.Hours, DateTimeOffset.UnixEpoch),
        _ => null,
    };
}
