namespace VdiBroker.Rpc;

/// <summary>What is said to somebody who comes to a gate.</summary>
public abstract record Turn
{
    private Turn()
    {
    }

    /// <summary>Begin at once.</summary>
    public sealed record Now : Turn;

    /// <summary>Wait for your turn: it is near.</summary>
    public sealed record Wait : Turn;

    /// <summary>Too many are here.</summary>
    /// <param name="After">At least so long before the next try.</param>
    public sealed record ComeBack(TimeSpan After) : Turn;
}

/// <summary>What a gate sees when somebody comes.</summary>
/// <param name="AtOnce">How many may be served together now, at least 1.</param>
/// <param name="UnderWay">How many are served, from 0.</param>
/// <param name="Waiting">How many wait for their turn, from 0.</param>
/// <param name="Took">How long serving one takes lately, above 0.</param>
/// <param name="Appointed">Up to when others were told to come back, on the clock of the gate.</param>
public readonly record struct Crowding(int AtOnce, int UnderWay, int Waiting, TimeSpan Took, TimeSpan Appointed);

/// <summary>
/// Who may begin work that many want at once. As many as help are served together; whose turn is near waits; everybody else is told at once when to come back, each at another moment,
/// no more in a second than can be served in one: work that nobody waits for any more is never begun, and the crowd that was sent away does not return as one.
/// </summary>
/// <param name="Least">How many are served together at least, however slow it is; 1 or more.</param>
/// <param name="Most">How many at most.</param>
/// <param name="LongestAway">The longest that anybody is sent away for; at least <see cref="ShortestAway"/>.</param>
public sealed record AdmissionRule(int Least, int Most, TimeSpan LongestAway)
{
    /// <summary>The shortest: sooner, nothing would be different.</summary>
    public static readonly TimeSpan ShortestAway = TimeSpan.FromSeconds(1);

    /// <summary>Work that is ready waits for a processor no longer than this where all is well.</summary>
    public static readonly TimeSpan Brisk = TimeSpan.FromMilliseconds(50);

    /// <summary>The rule for a share of the places: who has no more than that cannot fill what is there for the others.</summary>
    /// <param name="parts">The share is one of so many equal parts, from 1; it has one place at least.</param>
    public AdmissionRule Share(int parts) => this with { Least = Math.Max(1, Least / parts), Most = Math.Max(1, Most / parts) };

    /// <summary>True when one may begin at once: there is a place, and nobody waits for it.</summary>
    /// <param name="seen">What is at the gate.</param>
    public static bool IsFree(Crowding seen) => seen.UnderWay < seen.AtOnce && seen.Waiting == 0;

    /// <summary>
    /// How many are served together from now on: fewer where the processors are behind, one by one more where they are not. Not by how long serving takes: what waits for a directory that hangs
    /// keeps no processor busy, and must not keep others out.
    /// </summary>
    /// <param name="atOnce">How many until now.</param>
    /// <param name="behind">How long ready work waits for a processor.</param>
    public int Adapt(int atOnce, TimeSpan behind) => Math.Clamp(behind > Brisk ? (atOnce * 3 / 4) : atOnce + 2, Least, Most);

    /// <summary>Decides about one.</summary>
    /// <param name="seen">What is at the gate.</param>
    /// <param name="patience">How long this one may wait for the turn.</param>
    /// <param name="now">On the clock of the gate.</param>
    /// <param name="draw">0 to 1, random: spreads those who are sent away for the longest time.</param>
    public Turn Decide(Crowding seen, TimeSpan patience, TimeSpan now, double draw)
    {
        if (IsFree(seen)) return new Turn.Now();
        return ForOne(seen) * (seen.Waiting + 1) <= patience ? new Turn.Wait() : SendAway(seen, now, draw);
    }

    /// <summary>For how long somebody is sent away who came too late, or whose patience is over: serving took longer than it did lately.</summary>
    /// <param name="seen">What is at the gate, without this one.</param>
    /// <param name="now">On the clock of the gate.</param>
    /// <param name="draw">0 to 1, random.</param>
    public Turn.ComeBack SendAway(Crowding seen, TimeSpan now, double draw)
    {
        var away = seen.Appointed + ForOne(seen) - now;
        if (away < ShortestAway) away = ShortestAway;
        return new Turn.ComeBack(away <= LongestAway ? away : ShortestAway + ((LongestAway - ShortestAway) * ((1 + draw) / 2)));
    }

    /// <summary>The next of how long serving one takes, when another one has taken <paramref name="sample"/>.</summary>
    public static TimeSpan Smooth(TimeSpan took, TimeSpan sample) => TimeSpan.FromTicks(Math.Max(1, took.Ticks + ((sample.Ticks - took.Ticks) / 16)));

    // With all places taken, one of them is free so often.
    private static TimeSpan ForOne(Crowding seen) => seen.Took / seen.AtOnce;
}
