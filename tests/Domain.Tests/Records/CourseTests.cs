using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Records;
using Xunit;

namespace VdiBroker.Domain.Tests.Records;

public sealed class CourseTests
{
    private static readonly SignInTimes _times = new(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(60));
    private static readonly Fact _signedIn = new Fact.SignedIn(7, Notes.Amelie, Notes.Here, _times, false);
    private static readonly Fact _asked = new Fact.Asked(Notes.Amelie, Notes.Here, null);
    private static readonly Fact _claimed = new Fact.Claimed(new SessionId("s1"), new HostId("blade1"), new Fence(1), false);
    private static readonly Fact _granted = new Fact.Presented(new HostId("blade1"), new Fence(1), "Granted");
    private static readonly Fact _active = new Fact.Became(new SessionId("s1"), "Active", "connected");

    [Fact]
    public void Whatever_way_and_however_often_notes_come_they_tell_the_same() => Gen.Select(Notes.Some, Gen.Int[0, 1000]).Sample((notes, seed) =>
    {
        var mixed = notes.Concat(notes.Where((_, i) => i % 3 == 0)).OrderBy(note => HashCode.Combine(note.Number, seed)).ToList();
        var (told, again) = (Course.Of(notes), Course.Of(mixed));
        Assert.Equal(told.Notes.AsEnumerable(), again.Notes);
        Assert.Equal(told.Openings.AsEnumerable(), again.Openings);
        Assert.Equal((told.Person, told.Station, told.SignedIn, told.Refused), (again.Person, again.Station, again.SignedIn, again.Refused));
    });

    [Fact]
    public void Notes_of_one_writer_keep_their_order_and_time_never_goes_back() => Notes.Some.Sample(notes =>
    {
        var ordered = Note.InOrder(notes);
        Assert.Equal(notes.Length, ordered.Length);
        foreach (var writer in ordered.GroupBy(note => note.Writer)) Assert.Equal(writer.Select(note => note.Number).Order(), writer.Select(note => note.Number));
        Assert.Equal(ordered.Select(note => note.At).Order(), ordered.Select(note => note.At));
    });

    [Fact]
    public void Every_opening_has_its_seven_segments_and_none_is_negative() => Notes.Some.Sample(notes =>
    {
        var course = Course.Of(notes);
        for (var index = course.Openings.IsEmpty ? -1 : 0; index < course.Openings.Length; index++)
        {
            var segments = Segments.Of(course, index);
            Assert.Equal(Enum.GetValues<SegmentName>(), segments.Select(segment => segment.Name));
            Assert.All(segments, segment => Assert.True(segment.Took is null || segment.Took >= TimeSpan.Zero, $"{segment}"));
            Assert.All(segments.Where(segment => segment.State == SegmentState.Known), segment => Assert.True(segment is { From: not null, Took: not null }, $"{segment}"));
        }
    });

    [Fact]
    public void What_is_over_stays_over() => Gen.Select(Notes.Some, Notes.Fact).Sample((notes, later) =>
    {
        var before = Course.Of(notes);
        var after = Course.Of([.. notes, new Note(Farms.Noon.AddHours(1), "a", 1000, later)]);
        foreach (var (was, now) in before.Openings.Zip(after.Openings))
            if (was.Ending is Ending.Moved or Ending.Over { Phase: "Ended" or "Lost" or "Expired" }) Assert.Equal(later is Fact.Claimed && was == before.Openings[^1] ? now.Ending : was.Ending, now.Ending);
    });

    [Fact]
    public void A_whole_way_is_told_with_all_its_segments()
    {
        var course = Notes.Told(_signedIn, _asked, new Fact.Queued(2, 3, null), new Fact.Queued(1, 2, null), _claimed, _granted, _active, new Fact.Shown(new Fence(1), TimeSpan.FromMilliseconds(700), null, null));
        Assert.Equal(
            [300, 300, 60, 2000, 1000, 1000, 2000],
            Segments.Of(course, 0).Select(segment => segment.Took?.TotalMilliseconds ?? -1));
        Assert.All(Segments.Of(course, 0), segment => Assert.Equal(SegmentState.Known, segment.State));
        Assert.IsType<Ending.OnScreen>(course.Openings[0].Ending);
        Assert.Equal(Farms.Noon - _times.Whole, course.Began);
    }

    [Fact]
    public void What_the_station_did_not_tell_is_unknown_and_what_was_not_reached_says_so()
    {
        var silent = Segments.Of(Notes.Told(_signedIn, _asked, _claimed, _granted, _active), 0);
        Assert.Equal([SegmentState.Unknown, SegmentState.Known, SegmentState.Known, SegmentState.NotNeeded, SegmentState.Known, SegmentState.Known, SegmentState.Unknown], silent.Select(segment => segment.State));
        var refused = Segments.Of(Notes.Told(_signedIn, _asked, new Fact.Refused(4, "abcdefgh", "")), 0);
        Assert.Equal([SegmentState.NotReached, SegmentState.NotReached], refused.TakeLast(2).Select(segment => segment.State));
        var stuck = Segments.Of(Notes.Told(_signedIn, _asked, _claimed), 0);
        Assert.Equal([SegmentState.Unfinished, SegmentState.NotReached], stuck.TakeLast(2).Select(segment => segment.State));
        var rejected = Segments.Of(Notes.Told(new Fact.Tried(Notes.Here, null, TimeSpan.FromSeconds(1)), new Fact.Refused(1, "abcdefgh", "")), -1);
        Assert.Equal([SegmentState.Unknown, SegmentState.Known, SegmentState.NotReached, SegmentState.NotReached, SegmentState.NotReached, SegmentState.NotReached, SegmentState.NotReached], rejected.Select(segment => segment.State));
    }

    [Fact]
    public void A_desktop_that_was_taken_elsewhere_is_told_as_moved_also_when_it_ends_there()
    {
        var course = Notes.Told(_signedIn, _asked, _claimed, _granted, _active, new Fact.Moved(new StationId("poste-2"), 9), new Fact.Became(new SessionId("s1"), "Ended", "gone-from-host"));
        Assert.Equal(new Ending.Moved(new StationId("poste-2")), course.Openings[0].Ending);
    }

    [Fact]
    public void Who_signed_out_is_told_so_and_not_that_the_session_went_from_its_host()
    {
        var course = Notes.Told(_signedIn, _asked, _claimed, _active, new Fact.Closed(true), new Fact.Became(new SessionId("s1"), "Ended", "gone-from-host"));
        Assert.Equal(new Ending.Over("Ended", ""), course.Openings[0].Ending);
    }

    [Fact]
    public void A_second_opening_of_a_sign_in_has_its_own_way()
    {
        var course = Notes.Told(_signedIn, _asked, _claimed, new Fact.Presented(new HostId("blade1"), new Fence(1), "Used"), _asked, new Fact.Claimed(new SessionId("s1"), new HostId("blade1"), new Fence(2), true),
            new Fact.Presented(new HostId("blade1"), new Fence(2), "Granted"), _active);
        Assert.Equal(new Ending.TicketRefused("Used"), course.Openings[0].Ending);
        Assert.IsType<Ending.OnScreen>(course.Openings[1].Ending);
        Assert.Equal(SegmentState.NotNeeded, Segments.Of(course, 1)[1].State);
    }
}
