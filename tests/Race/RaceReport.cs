using System.Text.Json;
using VdiBroker.Race.Checking;
using VdiBroker.Race.History;

namespace VdiBroker.Race;

/// <summary>A race in figures, for programs.</summary>
/// <param name="Seed">Replays the schedule of faults.</param>
/// <param name="Seconds">From the first event to the last.</param>
/// <param name="Operations">Calls that were answered or lost.</param>
/// <param name="SignIns">Those of sign-in.</param>
/// <param name="Openings">Those of opening.</param>
/// <param name="Desktops">Openings that brought a desktop.</param>
/// <param name="Logons">Tickets presented.</param>
/// <param name="Faults">Faults that were made.</param>
/// <param name="Violations">What must never happen, and did.</param>
internal sealed record RaceReport(int Seed, double Seconds, int Operations, int SignIns, int Openings, int Desktops, int Logons, IReadOnlyList<ReportedFault> Faults, IReadOnlyList<ReportedViolation> Violations)
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>A script that was broken on purpose.</summary>
    public string? Sabotage { get; init; }

    /// <summary>The longest wait for a desktop that came.</summary>
    public double LongestWaitSeconds { get; init; }

    /// <summary>Of openings that brought a desktop, without those that stood in the queue.</summary>
    public double OpenP50Seconds { get; init; }

    /// <inheritdoc cref="OpenP50Seconds"/>
    public double OpenP95Seconds { get; init; }

    /// <summary>How many stood in the queue.</summary>
    public int Waited { get; init; }

    /// <summary>Openings that were cancelled or never answered.</summary>
    public int Unknown { get; init; }

    /// <summary>How late the driver itself was at worst.</summary>
    public double WorstLagSeconds { get; init; }

    /// <summary>How often each refusal came.</summary>
    public IReadOnlyDictionary<string, int> Outcomes { get; init; } = new Dictionary<string, int>();

    /// <summary>Sums a history up.</summary>
    public static RaceReport Of(RaceOptions options, IReadOnlyList<HistoryEvent> events, IReadOnlyList<Violation> violations)
    {
        var openings = events.OfType<Opened>().ToList();
        var desktops = openings.Where(one => one.IsDesktop).ToList();
        var queued = events.OfType<Queued>().Select(one => one.Visit).ToHashSet();
        var direct = desktops.Where(one => !queued.Contains(one.Visit)).Select(one => (one.At - one.From).TotalSeconds).Order().ToList();
        var signIns = events.OfType<SignedIn>().ToList();
        var logons = events.OfType<Presented>().Count();
        return new RaceReport(options.Seed, events[^1].At.TotalSeconds, signIns.Count + openings.Count + logons + events.OfType<Closed>().Count(), signIns.Count, openings.Count, desktops.Count, logons,
            [.. events.OfType<Fault>().OrderBy(one => one.From).Select(one => new ReportedFault(one.From.TotalSeconds, one.At.TotalSeconds, one.Kind, one.Target))],
            [.. violations.Select(one => new ReportedViolation(one.Rule, one.At.TotalSeconds, one.Text))])
        {
            Sabotage = options.Sabotage,
            LongestWaitSeconds = desktops.Select(one => (one.At - one.From).TotalSeconds).DefaultIfEmpty().Max(),
            OpenP50Seconds = At(direct, 0.5),
            OpenP95Seconds = At(direct, 0.95),
            Waited = desktops.Count(one => queued.Contains(one.Visit)),
            Unknown = openings.Count(one => one.IsUnknown),
            WorstLagSeconds = events.OfType<Lag>().Select(one => one.Late.TotalSeconds).DefaultIfEmpty().Max(),
            Outcomes = signIns.Select(one => $"sign-in {one.Outcome}").Concat(openings.Select(one => $"open {one.Outcome}")).Concat(events.OfType<Closed>().Select(one => $"close {one.Outcome}"))
                .Concat(events.OfType<Presented>().Select(one => $"ticket {one.Verdict}")).Concat(events.OfType<Told>().Select(one => $"told {one.State}")).Concat(events.OfType<Gone>().Select(one => $"gone {one.Cause}"))
                .GroupBy(one => one).OrderBy(one => one.Key, StringComparer.Ordinal).ToDictionary(one => one.Key, one => one.Count()),
        };
    }

    /// <summary>Writes it.</summary>
    public void Save(string file) => File.WriteAllText(file, JsonSerializer.Serialize(this, Shape) + "\n");

    /// <summary>As text.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"""
        seed {Seed}: {Operations} operations in {Seconds:0} s ({SignIns} sign-ins, {Openings} openings, {Desktops} desktops of which {Waited} after a wait, {Logons} logons), {Faults.Count} faults, {Violations.Count} violations
        open without a wait: half within {OpenP50Seconds:0.000} s, 95 % within {OpenP95Seconds:0.000} s; longest wait for a desktop {LongestWaitSeconds:0.0} s; {Unknown} openings of unknown outcome; driver late by {WorstLagSeconds:0.00} s at worst
        {string.Join(", ", Outcomes.Select(one => $"{one.Key} {one.Value}"))}
        """);

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}

/// <summary>A fault that was made.</summary>
internal sealed record ReportedFault(double From, double Until, string Kind, string Target);

/// <summary>A violation.</summary>
internal sealed record ReportedViolation(string Rule, double At, string Text);
