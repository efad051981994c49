using VdiBroker.Protocol.Station.V1;

namespace VdiBroker.Shim.Brokers;

/// <summary>
/// A station's waits until a broker tells it of its desktop again. The broker knows how many stations it has, and says over how long they are to spread their return: a station comes at some instant of that time, so that
/// all of them together are no more than a broker can serve. The bench's stations wait by this very file. One station's; not for concurrent use.
/// </summary>
/// <param name="brokers">How many the station asks by turns.</param>
internal sealed class WayBack(int brokers)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    // Whatever a broker says: longer, and its words would be missed for nothing.
    private static readonly TimeSpan LongestSpread = TimeSpan.FromMinutes(5);

    private TimeSpan _spread;
    private bool _heard;
    private int _failures;

    /// <summary>A broker tells of the desktop; the last word counts.</summary>
    public void Hear(SessionNotice notice)
    {
        (_heard, _failures) = (true, 0);
        _spread = notice.Spread is { } told ? TimeSpan.FromSeconds(Math.Clamp(told.Seconds + (told.Nanos / 1e9), 0, LongestSpread.TotalSeconds)) : TimeSpan.Zero;
    }

    /// <summary>The person is waiting for it: until it is heard again, this station does not make room for the others.</summary>
    public void Hurry() => _spread = TimeSpan.Zero;

    /// <summary>How long to wait now that a stream was cut or a try has failed.</summary>
    /// <param name="asked">At least so long, as a broker asked for.</param>
    public TimeSpan Next(TimeSpan? asked)
    {
        var own = _heard && _spread > TimeSpan.Zero ? _spread * Random.Shared.NextDouble() : AfterFailure();
        _heard = false;
        return Pause.Longer(own, asked);
    }

    // Grows with each round of all brokers, not with each of them: with two of three dead the station is back within 3 s of its first try all the same. When no broker has taken it in a round, then either none is there
    // yet, and all whose instant fell into that time wait with it, or they are crowded: drawn anew, lest these become the next crowd.
    private TimeSpan AfterFailure()
    {
        var pause = new Pause(First, Longest > _spread ? Longest : _spread).After(1 + (_failures++ / brokers));
        var drawn = _failures % brokers == 0 ? _spread * Random.Shared.NextDouble() : TimeSpan.Zero;
        return drawn > pause ? drawn : pause;
    }
}
