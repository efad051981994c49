using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Records.V1;

namespace VdiBroker.Records;

/// <summary>What is told, as the protocol has it: the command and the RPC give the same.</summary>
internal static class Explanations
{
    /// <summary>One record.</summary>
    public static Explanation Of(Telling telling)
    {
        var explanation = new Explanation
        {
            Record = telling.Id.Value,
            Person = telling.Course.Person?.Value ?? "",
            Station = telling.Course.Station?.Value ?? "",
            Began = telling.Course.Began?.ToTimestamp(),
            ForThePerson = { telling.First, telling.Second },
        };
        explanation.Openings.AddRange(telling.Openings.Select(Of));
        explanation.Events.AddRange(telling.Events.Select(line => new ExplainedEvent { At = line.At.ToTimestamp(), Text = line.Text }));
        return explanation;
    }

    private static ExplainedOpening Of(ToldOpening opening)
    {
        var explained = new ExplainedOpening { Outcome = opening.Title, Decision = opening.Decision };
        explained.Hosts.AddRange(opening.Hosts.Select(Of));
        explained.Segments.AddRange(opening.Segments.Select(Of));
        return explained;
    }

    private static ExplainedHost Of(ToldHost host)
    {
        var explained = new ExplainedHost
        {
            Host = host.Line.Host.Value,
            Chosen = host.Chosen,
            Verdict = host.Line.Verdict,
            Taken = (uint)Math.Max(host.Line.Taken, 0),
            Seats = (uint)Math.Max(host.Line.Seats, 0),
            Text = host.Text,
        };
        if (host.Line.Score is { } score) explained.Score = score;
        return explained;
    }

    private static ExplainedSegment Of(ToldSegment told) => new()
    {
        Segment = told.Segment.Name switch
        {
            SegmentName.Station => Protocol.Records.V1.Segment.Station,
            SegmentName.Directory => Protocol.Records.V1.Segment.Directory,
            SegmentName.Profile => Protocol.Records.V1.Segment.Profile,
            SegmentName.Queue => Protocol.Records.V1.Segment.Queue,
            SegmentName.Placement => Protocol.Records.V1.Segment.Placement,
            SegmentName.Host => Protocol.Records.V1.Segment.Host,
            SegmentName.FirstFrame => Protocol.Records.V1.Segment.FirstFrame,
            _ => Protocol.Records.V1.Segment.Unspecified,
        },
        Passage = told.Segment.State switch
        {
            SegmentState.Known => Passage.Known,
            SegmentState.Unknown => Passage.Unknown,
            SegmentState.Unfinished => Passage.Unfinished,
            SegmentState.NotReached => Passage.NotReached,
            SegmentState.NotNeeded => Passage.NotNeeded,
            _ => Passage.Unspecified,
        },
        From = told.Segment.From?.ToTimestamp(),
        Took = told.Segment.Took?.ToDuration(),
        Name = told.Name,
        Text = told.Text,
    };
}
