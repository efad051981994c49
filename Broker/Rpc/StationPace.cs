namespace VdiBroker.Rpc;

/// <summary>
/// How often a station may do what leaves something behind for days: be refused, begin a visit, sign the same person in or open their desktop over and over. One person sits at it, and none of them is that quick. How many people sign in
/// there is not counted: one station may serve a crowd as fast as it likes, and one password is not enough to fill the farm's stream.
/// </summary>
internal sealed class StationPace(TimeProvider time, ILogger<StationPace> logger)
{
    /// <summary>Refusals of a station at once; then one in <see cref="RefusalEach"/>.</summary>
    public const int RefusalsAtOnce = 30;

    /// <summary>Visits of a station at once; then one in <see cref="VisitEach"/>.</summary>
    public const int VisitsAtOnce = 20;

    /// <summary>Sign-ins of one person at one station at once, and openings; then one of each in <see cref="OfPersonEach"/>.</summary>
    public const int OfPersonAtOnce = 30;

    /// <summary>As above.</summary>
    public static readonly TimeSpan RefusalEach = TimeSpan.FromMilliseconds(500);

    /// <summary>As above: each visit is an event of the farm, and that stream is capped for all.</summary>
    public static readonly TimeSpan VisitEach = TimeSpan.FromSeconds(5);

    /// <summary>As above: each is an event or two of the farm.</summary>
    public static readonly TimeSpan OfPersonEach = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _toldEach = TimeSpan.FromMinutes(1);
    private readonly PeerPace _refusals = new(RefusalsAtOnce, RefusalEach, time);
    private readonly PeerPace _visits = new(VisitsAtOnce, VisitEach, time);
    private readonly PeerPace _signIns = new(OfPersonAtOnce, OfPersonEach, time);
    private readonly PeerPace _openings = new(OfPersonAtOnce, OfPersonEach, time);
    private readonly PeerPace _told = new(1, _toldEach, time);

    /// <summary>A station wants something that may be refused.</summary>
    /// <returns>How long it has to wait, because it was refused too often; null = it may ask.</returns>
    public TimeSpan? Ask(string station) => Told(station, _refusals.Wait(station));

    /// <summary>A station was refused.</summary>
    public void Refused(string station) => _refusals.Count(station);

    /// <summary>A station begins a visit.</summary>
    /// <returns>How long it has to wait, because it began too many; null = it may, and is counted.</returns>
    public TimeSpan? Visit(string station) => Told(station, _visits.Take(station));

    /// <summary>Somebody has proven who they are, and a sign-in of theirs would begin.</summary>
    /// <returns>How long they have to wait, because they began too many at this station; null = it may begin, and is counted.</returns>
    public TimeSpan? SignIn(string station, string person) => Told(station, _signIns.Take(PairOf(station, person)));

    /// <summary>Somebody wants a desktop.</summary>
    /// <returns>How long they have to wait, because they opened too many at this station; null = they may.</returns>
    public TimeSpan? Open(string station, string person) => Told(station, _openings.Wait(PairOf(station, person)));

    /// <summary>Somebody got a desktop.</summary>
    public void Opened(string station, string person) => _openings.Count(PairOf(station, person));

    // No name of a station has this sign.
    private static string PairOf(string station, string person) => $"{station} {person}";

    private TimeSpan? Told(string station, TimeSpan? wait)
    {
        if (wait is not null && _told.Take(station) is null) RpcLog.StationTooOften(logger, station);
        return wait;
    }
}
