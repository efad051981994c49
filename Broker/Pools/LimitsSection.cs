using VdiBroker.CityFile;

namespace VdiBroker.Pools;

/// <summary>How long a pool lets a session be: its key <c>limits</c>.</summary>
internal static class LimitsSection
{
    /// <summary>Reads the key; faults go to the document.</summary>
    /// <param name="pool">The pool's mapping.</param>
    /// <param name="hours">Its opening hours; null = always open.</param>
    public static SessionLimits Read(CityMap pool, PoolHours? hours = null)
    {
        var map = pool.Map("limits", mayBeMissing: true);
        var limits = new SessionLimits
        {
            Idle = TimeOf(map, "idle"),
            Disconnected = TimeOf(map, "disconnected"),
            Longest = TimeOf(map, "longest"),
            Warn = map.Time("warn", SessionLimits.None.Warn),
            Extend = map.Time("extend", SessionLimits.None.Extend),
            Extensions = map.Number("extensions", 0, 100, map.Has("extend") ? 1 : 0),
            ExtendsHours = hours?.AtClose == AtClose.Extend,
        };
        foreach (var (key, limit) in new[] { ("idle", limits.Idle), ("longest", limits.Longest) })
            if (limit <= limits.Warn) map.Fault(key, $"'{key}' must be longer than 'warn': people are warned before it is over");
        if (limits.Extensions > 0 && limits.Extend <= limits.Warn) map.Fault("extend", "'extend' must be longer than 'warn': else the next warning comes with the answer");
        if (limits is { ExtendsHours: true, Extensions: 0 }) pool.Fault("at_close", "'at_close: extend' needs 'limits: { extend: … }': by how much");
        map.Close();
        return limits;
    }

    private static TimeSpan? TimeOf(CityMap map, string key)
    {
        var time = map.Time(key, TimeSpan.MaxValue);
        if (time == TimeSpan.Zero) map.Fault(key, $"'{key}' must be longer than nothing; leave it out when there is no such limit");
        return time == TimeSpan.MaxValue ? null : time;
    }
}
