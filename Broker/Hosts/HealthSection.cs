using System.Globalization;
using VdiBroker.CityFile;

namespace VdiBroker.Hosts;

/// <summary>How long hosts may be silent: the section <c>health</c> of the city file.</summary>
internal static class HealthSection
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);

    /// <summary>Reads it; faults go to the document. What is not there follows from what is: suspect half-way from a report to dead, a cut as long as silence but 3 s at most.</summary>
    public static HealthThresholds Read(CityDocument city)
    {
        var health = city.Root.Map("health", mayBeMissing: true);
        var fallback = HealthThresholds.Default;
        var every = health.Time("report_every", fallback.ReportEvery);
        var dead = health.Time("dead_after", fallback.DeadAfter);
        var derived = new HealthThresholds(every, dead, dead < fallback.DetachedFor ? dead : fallback.DetachedFor);
        var read = derived with { DetachedFor = health.Time("detached_for", derived.DetachedFor), SuspectAfter = health.Time("suspect_after", derived.SuspectAfter) };
        if (every < _shortest) health.Fault("report_every", "'report_every' must be at least 100ms");
        if (dead > _longest) health.Fault("dead_after", "'dead_after' must be at most 1m: whose host has died is told after that time");
        if (dead < 2 * every) health.Fault("dead_after", $"'dead_after' must be at least twice 'report_every' ({Text(every)}), or one late report makes a host look dead");
        else if (read.SuspectAfter <= every) health.Fault("suspect_after", $"'suspect_after' must be longer than 'report_every' ({Text(every)}), or a host is a suspect between two reports");
        else if (read.SuspectAfter >= dead) health.Fault("suspect_after", $"'suspect_after' must be shorter than 'dead_after' ({Text(dead)}): a host is a suspect before it is dead");
        if (read.DetachedFor > dead) health.Fault("detached_for", $"'detached_for' must not be longer than 'dead_after' ({Text(dead)}): a cut stream is seen at once");
        health.Close();
        return read;
    }

    private static string Text(TimeSpan time) =>
        time.TotalMilliseconds % 1000 == 0 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s") : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms");
}
