namespace VdiBroker.Rpc;

/// <summary>
/// How often a station may do what costs no password and leaves something behind for days: be refused, begin a visit. One person sits at it, and none of them is that quick. Who signs in and gets a desktop is never counted.
/// </summary>
internal sealed class StationPace(TimeProvider time, ILogger<StationPace> logger)
{
    /// <summary>Refusals of a station at once; then one in <see cref="RefusalEach"/>.</summary>
    public const int RefusalsAtOnce = 30;

    /// <summary>Visits of a station at once; then one in <see cref="VisitEach"/>.</summary>
    public const int VisitsAtOnce = 20;

    /// <summary>As above.</summary>
    public static readonly TimeSpan RefusalEach = TimeSpan.FromMilliseconds(500);

    /// <summary>As above: each visit is an event of the farm, and that stream is capped for all.</summary>
    public static readonly TimeSpan VisitEach = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _toldEach = TimeSpan.FromMinutes(1);
    private readonly PeerPace _refusals = new(RefusalsAtOnce, RefusalEach, time);
    private readonly PeerPace _visits = new(VisitsAtOnce, VisitEach, time);
    private readonly PeerPace _told = new(1, _toldEach, time);

    /// <summary>A station wants something that may be refused.</summary>
    /// <returns>How long it has to wait, because it was refused too often; null = it may ask.</returns>
    public TimeSpan? Ask(string station) => Told(station, _refusals.Wait(station));

    /// <summary>A station was refused.</summary>
    public void Refused(string station) => _refusals.Count(station);

    /// <summary>A station begins a visit.</summary>
    /// <returns>How long it has to wait, because it began too many; null = it may, and is counted.</returns>
    public TimeSpan? Visit(string station) => Told(station, _visits.Take(station));

    private TimeSpan? Told(string station, TimeSpan? wait)
    {
        if (wait is not null && _told.Take(station) is null) RpcLog.StationTooOften(logger, station);
        return wait;
    }
}
