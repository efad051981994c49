using System.Collections.Immutable;

namespace VdiBroker.Records;

/// <summary>Cuts the way to a desktop into its segments.</summary>
public static class Segments
{
    /// <summary>The seven segments of one opening, in the order of <see cref="SegmentName"/>, each once; none is negative.</summary>
    /// <param name="course">The sign-in.</param>
    /// <param name="index">Which of its openings; -1 = the sign-in itself, when it was refused or nothing was asked for.</param>
    public static ImmutableArray<Segment> Of(Course course, int index)
    {
        var opening = index < 0 ? null : course.Openings[index];
        // What the sign-in took counts for the first desktop; whoever opens again later has signed in long before.
        var signIn = index > 0 ? null : course.SignedIn;
        return [.. SignIn(course, signIn, opening, later: index > 0), .. opening is null ? Unreached() : Opening(opening)];
    }

    private static IEnumerable<Segment> SignIn(Course course, Fact.SignedIn? signIn, OpeningCourse? opening, bool later)
    {
        if (later) return [NotNeeded(SegmentName.Station), NotNeeded(SegmentName.Directory), NotNeeded(SegmentName.Profile)];
        if (signIn is null || course.SignedInAt is not { } answered)
        {
            // A refusal ends the way at the directory's door: all that it took was spent there.
            var refused = course.Refused is not null;
            return
            [
                new Segment(SegmentName.Station, SegmentState.Unknown, null, null),
                course.Tried?.Took is { } spent ? Known(SegmentName.Directory, course.Began!.Value, spent) : new Segment(SegmentName.Directory, SegmentState.Unknown, null, null),
                new Segment(SegmentName.Profile, refused ? SegmentState.NotReached : SegmentState.Unknown, null, null),
            ];
        }
        var heard = answered - signIn.Took.Whole;
        var station = opening?.Shown?.SignInTook - signIn.Took.Whole;
        return
        [
            station is { } took ? Known(SegmentName.Station, heard - Positive(took), took) : new Segment(SegmentName.Station, SegmentState.Unknown, null, null),
            Known(SegmentName.Directory, heard, signIn.Took.Directory),
            Known(SegmentName.Profile, heard + signIn.Took.Directory, signIn.Took.Profile),
        ];
    }

    private static IEnumerable<Segment> Opening(OpeningCourse opening)
    {
        var end = opening.DecidedAt ?? opening.LastAt;
        var decided = opening.DecidedAt is not null;
        var queue = opening.WaitsSince is { } since && end is { } until ? Positive(until - since) : (TimeSpan?)null;
        yield return queue is { } waited
            ? new Segment(SegmentName.Queue, decided ? SegmentState.Known : SegmentState.Unfinished, opening.WaitsSince, waited)
            : NotNeeded(SegmentName.Queue);
        yield return opening.AskedAt is { } asked && end is { } over
            ? new Segment(SegmentName.Placement, decided ? SegmentState.Known : SegmentState.Unfinished, asked, Positive(over - asked - (queue ?? TimeSpan.Zero)))
            : new Segment(SegmentName.Placement, SegmentState.Unknown, null, null);
        yield return Step(SegmentName.Host, opening.Claimed is null ? null : opening.DecidedAt, opening.RedeemedAt ?? opening.ActiveAt ?? opening.ShownAt, opening);
        yield return Step(SegmentName.FirstFrame, opening.RedeemedAt, opening.ShownAt, opening);
    }

    // A step begins with one thing and ends with the next. On a screen without that next one: nobody told.
    private static Segment Step(SegmentName name, DateTimeOffset? from, DateTimeOffset? to, OpeningCourse opening)
    {
        if (from is { } begun && to is { } done) return Known(name, begun, done - begun);
        if (opening.ActiveAt is not null || opening.ShownAt is not null) return new Segment(name, SegmentState.Unknown, from, null);
        return from is { } start && opening.LastAt is { } last ? new Segment(name, SegmentState.Unfinished, start, Positive(last - start)) : new Segment(name, SegmentState.NotReached, null, null);
    }

    private static IEnumerable<Segment> Unreached() =>
        ((SegmentName[])[SegmentName.Queue, SegmentName.Placement, SegmentName.Host, SegmentName.FirstFrame]).Select(name => new Segment(name, SegmentState.NotReached, null, null));

    private static Segment Known(SegmentName name, DateTimeOffset from, TimeSpan took) => new(name, SegmentState.Known, from, Positive(took));

    private static Segment NotNeeded(SegmentName name) => new(name, SegmentState.NotNeeded, null, null);

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
