using System.Collections.Immutable;

namespace VdiBroker.Records;

/// <summary>A host that was considered, in words.</summary>
/// <param name="Line">As it was noted.</param>
/// <param name="Chosen">The desktop was given there.</param>
/// <param name="Text">What became of it.</param>
internal sealed record ToldHost(HostLine Line, bool Chosen, string Text);

/// <summary>A segment, in words.</summary>
/// <param name="Segment">As it was measured.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Text">How long it took, or why that is not known.</param>
internal sealed record ToldSegment(Segment Segment, string Name, string Text);

/// <summary>One wish for a desktop.</summary>
/// <param name="Title">Which desktop, and how it ended.</param>
/// <param name="Decision">What was decided, and how the pool chooses; empty = nothing was.</param>
/// <param name="Hosts">Every host considered.</param>
/// <param name="Segments">The way, in its order.</param>
internal sealed record ToldOpening(string Title, string Decision, ImmutableArray<ToldHost> Hosts, ImmutableArray<ToldSegment> Segments);

/// <summary>One line of the timeline.</summary>
/// <param name="At">When, by the store's clock.</param>
/// <param name="Text">What happened.</param>
internal sealed record ToldEvent(DateTimeOffset At, string Text);

/// <summary>A record, told: for the person in two sentences, for the helpdesk in full.</summary>
/// <param name="Id">Which record.</param>
/// <param name="Course">What it is told of.</param>
/// <param name="First">For the person: what happened.</param>
/// <param name="Second">For the person: what became of it, or what to do.</param>
/// <param name="Openings">For the helpdesk: each wish for a desktop; one without hosts when the sign-in itself was refused.</param>
/// <param name="Events">For the helpdesk: all that was noted.</param>
internal sealed record Telling(RecordId Id, Course Course, string First, string Second, ImmutableArray<ToldOpening> Openings, ImmutableArray<ToldEvent> Events)
{
    /// <summary>Tells a record.</summary>
    public static Telling Of(RecordId id, Course course, Voice voice)
    {
        var (first, second) = PersonWords.Of(course, voice);
        ImmutableArray<ToldOpening> openings = course.Openings.IsEmpty
            ? [HelpdeskWords.Opening(course, -1, voice)]
            : [.. course.Openings.Select((_, index) => HelpdeskWords.Opening(course, index, voice))];
        return new Telling(id, course, first, second, openings, [.. course.Notes.Select(note => new ToldEvent(note.At, HelpdeskWords.Event(note.Fact, voice)))]);
    }
}
