using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Records;

/// <summary>One wish for a desktop within a sign-in: what was considered and what came of it.</summary>
public sealed record OpeningCourse
{
    /// <summary>When it was asked for; null = that note is lost.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Which desktop, as far as is known.</summary>
    public PoolId? Pool { get; init; }

    /// <summary>The last decision with its reasons.</summary>
    public Fact.Considered? Considered { get; init; }

    /// <summary>When the first wait began; null = nobody waited.</summary>
    public DateTimeOffset? WaitsSince { get; init; }

    /// <summary>The last place in the queue; null = there was none.</summary>
    public Fact.Queued? Queued { get; init; }

    /// <summary>What was waited for outside the queue; null = nothing.</summary>
    public Fact.Waits? WaitedFor { get; init; }

    /// <summary>When deciding ended: with a desktop, a refusal, or the station's going.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>The desktop; null = none was given.</summary>
    public Fact.Claimed? Claimed { get; init; }

    /// <summary>When the host said yes to its ticket.</summary>
    public DateTimeOffset? RedeemedAt { get; init; }

    /// <summary>When its host saw the person on it for the first time.</summary>
    public DateTimeOffset? ActiveAt { get; init; }

    /// <summary>When the station had the first picture.</summary>
    public DateTimeOffset? ShownAt { get; init; }

    /// <summary>What the station measured.</summary>
    public Fact.Shown? Shown { get; init; }

    /// <summary>How it ended, or where it stands.</summary>
    public Ending Ending { get; init; } = new Ending.UnderWay(Waits: false);

    /// <summary>The last that is known of it.</summary>
    public DateTimeOffset? LastAt { get; init; }
}

/// <summary>The course of one sign-in, folded out of its notes.</summary>
public sealed record Course
{
    /// <summary>All notes, in order.</summary>
    public ImmutableArray<Note> Notes { get; init; } = [];

    /// <summary>Who; null = nobody known.</summary>
    public PersonId? Person { get; init; }

    /// <summary>Where; null = not known any more.</summary>
    public StationId? Station { get; init; }

    /// <summary>What the sign-in said of itself; null = it was refused, or the note is lost.</summary>
    public Fact.SignedIn? SignedIn { get; init; }

    /// <summary>When it was answered.</summary>
    public DateTimeOffset? SignedInAt { get; init; }

    /// <summary>What a sign-in that was refused said of itself; null = it was not.</summary>
    public Fact.Tried? Tried { get; init; }

    /// <summary>The sign-in itself was refused.</summary>
    public Fact.Refused? Refused { get; init; }

    /// <summary>Its wishes for a desktop, in order; empty = none, or the sign-in was refused.</summary>
    public ImmutableArray<OpeningCourse> Openings { get; init; } = [];

    /// <summary>The first that is known; null = nothing is.</summary>
    public DateTimeOffset? Began => Notes.IsEmpty ? null : SignedIn is { } done && SignedInAt is { } at ? at - done.Took.Whole : Notes[0].At - (Tried?.Took ?? TimeSpan.Zero);

    /// <summary>Folds notes, in whatever order they come and however often each.</summary>
    public static Course Of(IEnumerable<Note> notes)
    {
        var ordered = Note.InOrder(notes);
        return ordered.Aggregate(new Course { Notes = ordered }, (course, note) => course.Evolve(note));
    }

    private Course Evolve(Note note) => note.Fact switch
    {
        Fact.Tried tried => this with { Tried = tried, Station = tried.Station, Person = tried.Person ?? Person },
        Fact.SignedIn signedIn => this with { Station = signedIn.Station, Person = signedIn.Person, SignedIn = signedIn, SignedInAt = note.At },
        Fact.Asked asked => this with
        {
            Station = asked.Station,
            Person = asked.Person ?? Person,
            Openings = Openings.Add(new OpeningCourse { AskedAt = note.At, Pool = asked.Pool, LastAt = note.At }),
        },
        Fact.Refused refused when Openings.IsEmpty => this with { Refused = refused },
        Fact.Dropped or Fact.Unknown => this,
        _ => this with { Openings = Put(note) },
    };

    // A fact of a desktop belongs to the opening that holds it; all others to the last one.
    private ImmutableArray<OpeningCourse> Put(Note note)
    {
        var at = note.Fact switch
        {
            Fact.Presented presented => Holder(held => held.Fence == presented.Fence),
            Fact.Shown shown => Holder(held => held.Fence == shown.Fence),
            Fact.Became became => Holder(held => held.Session == became.Session),
            Fact.EndTold told => Holder(held => held.Session == told.Session),
            Fact.EndTakenBack back => Holder(held => held.Session == back.Session),
            Fact.EndPutOff off => Holder(held => held.Session == off.Session),
            _ => Openings.Length - 1,
        };
        // What was dropped may have been the question itself.
        return at < 0 ? Openings.Add(OpeningFold.Evolve(new OpeningCourse(), note)) : Openings.SetItem(at, OpeningFold.Evolve(Openings[at], note));
    }

    private int Holder(Func<Fact.Claimed, bool> holds)
    {
        for (var i = Openings.Length - 1; i >= 0; i--)
            if (Openings[i].Claimed is { } held && holds(held)) return i;
        return Openings.Length - 1;
    }
}
