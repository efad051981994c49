namespace VdiBroker.Rpc;

/// <summary>
/// How many of the places for sign-ins the people of one directory may have, by what is seen of it and not by its size. One that answers quickly has all but a few that are kept for the others; one that hangs or is slow has a third. So
/// many as it has fill nothing for longer than <see cref="LateAfter"/>: who waits longer than that for a directory has given the place among all sign-ins back, and keeps only the directory's own.
/// </summary>
public static class DirectoryShare
{
    // It takes some directories, not one that hangs, to fill what is there for all.
    private const int Parts = 3;
    // With one that hangs and is not known to, so many are left until it is: each of them serves some ten people in a second.
    private const int Kept = 8;

    /// <summary>Whoever has a place for longer waits for the directory. They answer within milliseconds, and within this where processors are busy.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// True for a directory that hangs or is slow: so many wait for it as a slow one has places, or its places come back late. The second remembers: after many have waited in vain it takes as many again, served quickly, to be quick. A
    /// single late one, as where processors are busy, does not make a directory slow.
    /// </summary>
    /// <param name="all">How many places there are for all sign-ins now, from 1.</param>
    /// <param name="late">How many of the directory's places have been taken for longer than <see cref="LateAfter"/>, from 0.</param>
    /// <param name="took">For how long its places are taken lately.</param>
    public static bool IsSlow(int all, int late, TimeSpan took) => late >= OfSlow(all) || took > LateAfter;

    /// <summary>How many places it has, at least 1; where there are two or more in all, never all of them.</summary>
    /// <param name="all">How many there are for all sign-ins now, from 1.</param>
    /// <param name="quick">It is known to answer, and is not slow.</param>
    public static int Places(int all, bool quick) => quick ? Math.Max(OfSlow(all), all - Math.Max(1, all / Kept)) : OfSlow(all);

    private static int OfSlow(int all) => Math.Max(1, all / Parts);
}
