using System.Collections.Immutable;

namespace VdiBroker.Directory;

/// <summary>A try that counts: one whose password was wrong, or that has not been answered yet.</summary>
/// <param name="Id">Its own, never used again.</param>
/// <param name="At">When it was begun.</param>
/// <param name="Of">What it is of, within its ledger: the person at a station, the station of a person.</param>
public sealed record CountedTry(string Id, DateTimeOffset At, string Of);

/// <summary>The tries of one thing: of a person at a station, of a station, of a person everywhere.</summary>
/// <param name="Tries">In the order begun.</param>
/// <param name="Step">How many pauses there were lately; only a station's grows.</param>
/// <param name="CalmAt">When <paramref name="Step"/> falls back to 0.</param>
public sealed record TryLedger(ImmutableArray<CountedTry> Tries, int Step, DateTimeOffset CalmAt)
{
    /// <summary>Nothing counted.</summary>
    public static readonly TryLedger Empty = new([], 0, DateTimeOffset.MinValue);

    internal TryLedger Without(Func<CountedTry, bool> which) => this with { Tries = Tries.RemoveAll(one => which(one)) };

    internal TryLedger With(CountedTry one) => this with { Tries = Tries.Add(one) };
}

/// <summary>Who tries, and where.</summary>
/// <param name="Person">A known person, whichever of their names is typed; else the typed name, the same for every spelling.</param>
/// <param name="Station">Name of the station.</param>
public sealed record TrySubject(string Person, string Station);

/// <summary>All that counts for one person at one station.</summary>
/// <param name="Here">This person's tries at this station; <see cref="CountedTry.Of"/> is empty.</param>
/// <param name="Station">This station's, whoever was tried; <see cref="CountedTry.Of"/> is the person.</param>
/// <param name="Everywhere">This person's at all stations; <see cref="CountedTry.Of"/> is the station.</param>
public sealed record LockoutState(TryLedger Here, TryLedger Station, TryLedger Everywhere)
{
    /// <summary>Nothing counted.</summary>
    public static readonly LockoutState Empty = new(TryLedger.Empty, TryLedger.Empty, TryLedger.Empty);
}

/// <summary>Whether a password may be tried. One of the three nested cases.</summary>
public abstract record LockoutDecision
{
    private LockoutDecision()
    {
    }

    /// <summary>It may.</summary>
    public sealed record Go : LockoutDecision;

    /// <summary>Not this person's: to be answered like a wrong password, the right one too.</summary>
    /// <param name="Until">When the next try may be made.</param>
    /// <param name="Everywhere">At every station; false = at this one.</param>
    public sealed record PersonLocked(DateTimeOffset Until, bool Everywhere) : LockoutDecision;

    /// <summary>Nobody's at this station.</summary>
    /// <param name="Until">When the next try may be made.</param>
    public sealed record StationPaused(DateTimeOffset Until) : LockoutDecision;
}
