using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Observability;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Rpc;

namespace VdiBroker.Records;

/// <summary>One opening as spans: the station's way as the root, its segments below. What the broker did meanwhile (calls, Redis, LDAP) hangs there already.</summary>
internal static class OpeningTrace
{
    /// <summary>Tells it.</summary>
    /// <param name="course">The sign-in.</param>
    /// <param name="index">Which opening; -1 = the sign-in itself.</param>
    /// <param name="segments">Of that opening.</param>
    /// <param name="station">The span that the station has begun with the sign-in.</param>
    public static void Tell(Course course, int index, ImmutableArray<Segment> segments, ActivityContext station)
    {
        var opening = index < 0 ? null : course.Openings[index];
        var from = segments.Select(segment => segment.From).Where(at => at is not null).Min() ?? course.Began;
        if (from is not { } begun) return;
        var end = segments.Max(segment => segment.From + segment.Took) ?? begun;
        if ((opening?.ShownAt ?? opening?.DecidedAt) is { } known && known > end) end = known;
        // Of the openings of one sign-in the first is the station's own span.
        using var way = index <= 0 ? Spans.TellRoot(Instruments.Station, "sign-in", station, begun, end) : Spans.Tell(Instruments.Station, "opening", station, begun, end);
        if (way is null) return;
        Describe(way, course, opening);
        var parent = index <= 0 ? station : way.Context;
        foreach (var segment in segments)
        {
            if (segment is not { State: SegmentState.Known or SegmentState.Unfinished, From: { } start, Took: { } took }) continue;
            using var span = Spans.Tell(SourceOf(segment.Name), RecordMetrics.WordOf(segment.Name), parent, start, start + took);
            if (span is null) continue;
            if (segment.State == SegmentState.Unfinished) span.SetTag("vdibroker.unfinished", true);
            Describe(span, segment.Name, opening);
        }
    }

    private static ActivitySource SourceOf(SegmentName name) => name switch
    {
        SegmentName.Station or SegmentName.FirstFrame => Instruments.Station,
        SegmentName.Host => Instruments.Host,
        _ => Instruments.Broker,
    };

    // Numbers and names of things, never of people.
    private static void Describe(Activity way, Course course, OpeningCourse? opening)
    {
        way.SetTag("vdibroker.sign_in", course.SignedIn?.Serial).SetTag("vdibroker.pool", opening?.Pool?.Value).SetTag("vdibroker.host", opening?.Claimed?.Host.Value)
            .SetTag("vdibroker.session", opening?.Claimed?.Session.Value).SetTag("vdibroker.resumed", opening?.Claimed?.Resumed);
        if ((opening is null ? course.Refused : (opening.Ending as Ending.Refused)?.Refusal) is not { } refusal) return;
        way.SetStatus(ActivityStatusCode.Error).SetTag("error.type", ErrorCatalogue.Names.GetValueOrDefault((ErrorCode)refusal.Code, "")).SetTag("vdibroker.reference", refusal.Reference);
    }

    private static void Describe(Activity span, SegmentName name, OpeningCourse? opening)
    {
        switch (name)
        {
            case SegmentName.Placement when opening?.Considered is { } considered:
                span.SetTag("vdibroker.decision", considered.Decision).SetTag("vdibroker.policy", considered.Policy).SetTag("vdibroker.hosts", considered.Hosts.Length);
                break;
            case SegmentName.Queue:
                span.SetTag("vdibroker.waits_for", opening?.WaitedFor?.For ?? "seat").SetTag("vdibroker.place", opening?.Queued?.Place);
                break;
            case SegmentName.Host:
                span.SetTag("vdibroker.host", opening?.Claimed?.Host.Value);
                break;
            // From then on the host's agent sees the person on the desktop.
            case SegmentName.FirstFrame when opening?.ActiveAt is { } active:
                span.AddEvent(new ActivityEvent("host.active", active));
                break;
        }
    }
}
