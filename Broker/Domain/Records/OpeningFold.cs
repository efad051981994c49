namespace VdiBroker.Records;

/// <summary>Folds one note into the opening that it belongs to. What comes late never undoes an end.</summary>
internal static class OpeningFold
{
    private static readonly string[] _final = ["Ended", "Lost", "Expired"];

    public static OpeningCourse Evolve(OpeningCourse opening, Note note)
    {
        var next = opening with { LastAt = note.At };
        return note.Fact switch
        {
            Fact.Considered considered => next with { Pool = considered.Pool, Considered = considered },
            Fact.Waits waits => Waiting(next with { WaitedFor = waits }, note.At),
            Fact.Queued queued => Waiting(next with { Queued = queued }, note.At),
            Fact.Claimed claimed => next with { Claimed = claimed, DecidedAt = note.At, Ending = new Ending.Given() },
            Fact.Presented presented => Presented(next, presented, note.At),
            Fact.Became became => Became(next, became, note.At),
            Fact.Shown shown => next with { Shown = opening.Shown ?? shown, ShownAt = opening.ShownAt ?? note.At, Ending = Unless(next, new Ending.OnScreen()) },
            Fact.Moved moved => next with { Ending = Unless(next, new Ending.Moved(moved.Station)) },
            Fact.Closed closed => Closed(next, closed, note.At),
            Fact.GaveUp gaveUp when opening.DecidedAt is null => next with { DecidedAt = note.At, Ending = Unless(next, new Ending.GaveUp(gaveUp.BrokerStopping)) },
            Fact.Refused refused when opening.Claimed is null => next with { DecidedAt = note.At, Ending = Unless(next, new Ending.Refused(refused)) },
            _ => next,
        };
    }

    private static OpeningCourse Waiting(OpeningCourse opening, DateTimeOffset at) =>
        opening with { WaitsSince = opening.WaitsSince ?? at, Ending = opening.Ending is Ending.UnderWay ? new Ending.UnderWay(Waits: true) : opening.Ending };

    private static OpeningCourse Presented(OpeningCourse opening, Fact.Presented presented, DateTimeOffset at) => presented.Verdict == "Granted"
        ? opening with { RedeemedAt = opening.RedeemedAt ?? at }
        : opening with { Ending = opening is { RedeemedAt: null, Ending: Ending.Given or Ending.TicketRefused } ? new Ending.TicketRefused(presented.Verdict) : opening.Ending };

    private static OpeningCourse Became(OpeningCourse opening, Fact.Became became, DateTimeOffset at) => became.Phase switch
    {
        "Active" => opening with { ActiveAt = opening.ActiveAt ?? at, Ending = Unless(opening, new Ending.OnScreen()) },
        "Disconnected" => opening with { Ending = Unless(opening, new Ending.Disconnected()) },
        _ => opening with { Ending = Unless(opening, new Ending.Over(became.Phase, became.Cause)) },
    };

    private static OpeningCourse Closed(OpeningCourse opening, Fact.Closed closed, DateTimeOffset at)
    {
        if (opening.Claimed is null) return opening.DecidedAt is null ? opening with { DecidedAt = at, Ending = Unless(opening, new Ending.GaveUp(BrokerStopping: false)) } : opening;
        return opening with { Ending = Unless(opening, closed.SignedOut ? new Ending.Over("Ending", "") : new Ending.Disconnected()) };
    }

    // A session that was ended, and a desktop that has gone to another station, stay so; how an end was ordered is remembered beyond its execution.
    private static Ending Unless(OpeningCourse opening, Ending next) => opening.Ending switch
    {
        Ending.Moved or Ending.Refused or Ending.GaveUp => opening.Ending,
        Ending.Over over when _final.Contains(over.Phase) => over,
        Ending.Over over when next is Ending.Over { Phase: "Ended" } => over with { Phase = "Ended" },
        Ending.Over when next is not Ending.Over => opening.Ending,
        _ => next,
    };
}
