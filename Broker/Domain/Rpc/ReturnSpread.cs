namespace VdiBroker.Rpc;

/// <summary>
/// Over how long a broker's stations spread their return, should their streams be cut all at once. A station cannot know how many others come with it; the broker can. More that come in a second than can be
/// served in one are served nothing: each handshake that is not finished in time was for nothing, and its station comes again.
/// </summary>
public static class ReturnSpread
{
    /// <summary>
    /// The part of the cores that is given to them. Half of a broker is there for who signs in (as its size is reckoned), the agents come back too, and directory and store often are on the same machine: two busy cores that
    /// carried all of these, and the stations, made 135 to 143 handshakes a second where this would ask for 112 (8 ms each; not tried there), and 290 to 308 where it asked for 270 (<c>tests/Bench/README.md</c>).
    /// </summary>
    public const double Share = 0.45;

    /// <summary>So few that they are served in less need no spread.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <summary>However many they are: nobody goes without news for longer. Above it the gate before the handshakes and the waits between tries have to do.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(3);

    /// <summary>The time over which they are to come.</summary>
    /// <param name="stations">How many there are, from 0.</param>
    /// <param name="cores">Of the broker that they come to, at least 1.</param>
    /// <param name="each">Time of one core for one that comes back: its handshake, and its stream's first look at the store.</param>
    /// <returns>From <see cref="Least"/> to <see cref="Most"/>; null = at once.</returns>
    public static TimeSpan? Over(int stations, int cores, TimeSpan each)
    {
        var needed = each * (stations / (cores * Share));
        return needed < Least ? null : needed < Most ? needed : Most;
    }

    /// <summary>What a station was told is worth being told anew: it is off by more than twice. Small differences cost more than they bring.</summary>
    /// <param name="told">What it was told; null = at once.</param>
    /// <param name="now">What holds now.</param>
    public static bool IsOutdated(TimeSpan? told, TimeSpan? now)
    {
        var (before, after) = (told ?? Least, now ?? Least);
        return after > before * 2 || before > after * 2;
    }
}
