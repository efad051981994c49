using System.Diagnostics.Metrics;
using VdiBroker.Observability;

namespace VdiBroker.Records;

/// <summary>Counts what is noted: whatever a sign-in, an opening, a ticket or a session meets is a fact, so nothing is counted elsewhere, or twice.</summary>
internal static class RecordMetrics
{
    private static readonly Counter<long> _signIns = Instruments.Meter.CreateCounter<long>("vdibroker.sign_ins", "{sign_in}", "sign-ins by result: signed_in, limited, refused (why: vdibroker.refusals)");
    private static readonly Counter<long> _openings = Instruments.Meter.CreateCounter<long>("vdibroker.openings", "{opening}", "desktops: new, resumed; gave_up: the station went before there was one");
    private static readonly Counter<long> _tickets = Instruments.Meter.CreateCounter<long>("vdibroker.tickets", "{ticket}", "tickets that hosts presented, by verdict");
    private static readonly Counter<long> _phases = Instruments.Meter.CreateCounter<long>("vdibroker.session.changes", "{change}", "sessions that came into another phase of their life, by phase and cause");
    private static readonly Counter<long> _warnings = Instruments.Meter.CreateCounter<long>("vdibroker.session.warnings", "{warning}", "people who were told of their desktop's end, by limit");
    private static readonly Counter<long> _dropped = Instruments.Meter.CreateCounter<long>("vdibroker.records.dropped", "{note}", "notes of records that were lost: the store was out of reach for long");
    private static readonly Histogram<double> _segments = Instruments.OfWays("vdibroker.opening.segment.duration", "parts of the way to the first picture, of as many openings as OpeningTeller looks at");
    private static readonly Histogram<double> _whole = Instruments.OfWays("vdibroker.opening.duration", "from the last key of the sign-in to the first picture, of the same openings");

    /// <summary>What the room counts begins at 0.</summary>
    public static void Begin()
    {
        foreach (var result in (string[])["signed_in", "limited", "refused"]) Add(_signIns, 0, "vdibroker.result", result);
        foreach (var result in (string[])["new", "resumed", "gave_up"]) Add(_openings, 0, "vdibroker.result", result);
        _dropped.Add(0);
    }

    /// <summary>Tickets begin at 0.</summary>
    /// <param name="verdicts">Every verdict that there is: the room that judges knows them.</param>
    public static void BeginTickets(IEnumerable<string> verdicts)
    {
        foreach (var verdict in verdicts) Add(_tickets, 0, "vdibroker.verdict", verdict);
    }

    /// <summary>Sessions that come into a phase begin at 0.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="causes">Every cause that it can have.</param>
    public static void BeginChanges(string phase, IEnumerable<string> causes)
    {
        foreach (var cause in causes) Change(0, phase, cause);
    }

    /// <summary>Counts a fact.</summary>
    public static void Count(Fact fact)
    {
        switch (fact)
        {
            case Fact.SignedIn signedIn:
                Add(_signIns, 1, "vdibroker.result", signedIn.Limited ? "limited" : "signed_in");
                break;
            case Fact.Tried:
                Add(_signIns, 1, "vdibroker.result", "refused");
                break;
            case Fact.Claimed claimed:
                Add(_openings, 1, "vdibroker.result", claimed.Resumed ? "resumed" : "new");
                break;
            case Fact.GaveUp:
                Add(_openings, 1, "vdibroker.result", "gave_up");
                break;
            case Fact.Presented presented:
                Add(_tickets, 1, "vdibroker.verdict", presented.Verdict);
                break;
            case Fact.Became became:
                Change(1, became.Phase, became.Cause);
                break;
            case Fact.EndTold told:
                Add(_warnings, 1, "vdibroker.limit", told.Limit);
                break;
        }
    }

    /// <summary>Notes were lost.</summary>
    public static void Dropped(long count) => _dropped.Add(count);

    /// <summary>A way to a first picture is over.</summary>
    /// <param name="segments">Its segments; only those that were measured count.</param>
    /// <param name="resumed">To a desktop that ran already.</param>
    public static void Measure(IReadOnlyCollection<Segment> segments, bool resumed)
    {
        var kind = new KeyValuePair<string, object?>("vdibroker.result", resumed ? "resumed" : "new");
        foreach (var segment in segments.Where(segment => segment is { State: SegmentState.Known, Took: not null }))
            _segments.Record(segment.Took!.Value.TotalSeconds, new("vdibroker.segment", WordOf(segment.Name)), kind);
        // Of a way that has a gap nobody knows the length.
        if (segments.All(segment => segment.State is SegmentState.Known or SegmentState.NotNeeded)) _whole.Record(segments.Sum(segment => segment.Took?.TotalSeconds ?? 0), kind);
    }

    /// <summary>What a segment is called in metrics and traces.</summary>
    public static string WordOf(SegmentName name) => name switch
    {
        SegmentName.Station => "station",
        SegmentName.Directory => "directory",
        SegmentName.Profile => "profile",
        SegmentName.Queue => "queue",
        SegmentName.Placement => "placement",
        SegmentName.Host => "host",
        _ => "first_frame",
    };

    private static void Add(Counter<long> counter, long count, string tag, string value) => counter.Add(count, new KeyValuePair<string, object?>(tag, value));

    private static void Change(long count, string phase, string cause) => _phases.Add(count, new("vdibroker.session.phase", phase), new("vdibroker.session.cause", cause));
}
