using System.Collections.Immutable;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Keeps the places of everybody who waits at this broker, with one look for each pool and not one for each person, and tells them where they stand: with each event
/// that may have freed a seat, and every half second in any case.
/// </summary>
internal sealed class WaitingRoom(QueueStore queue, SessionStore sessions, FarmEvents events, ILogger<WaitingRoom> logger) : BackgroundService
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _breath = TimeSpan.FromMilliseconds(50);
    private readonly Bell _bell = new();
    private readonly Lock _gate = new();
    private readonly List<WaitingPlace> _places = [];

    /// <summary>Begins to wait.</summary>
    public WaitingPlace Enter(Pool pool, WaitingHere who)
    {
        var place = new WaitingPlace(pool, who);
        lock (_gate) _places.Add(place);
        _bell.Ring();
        return place;
    }

    /// <summary>Ends the wait at this broker.</summary>
    /// <param name="place">Whose.</param>
    /// <param name="cause">Why the place is given up; null = it is not: a seat was claimed, or the person asks another broker.</param>
    public async Task LeaveAsync(WaitingPlace place, string? cause)
    {
        bool elsewhere;
        lock (_gate)
        {
            _places.Remove(place);
            // A second click of the same person still waits.
            elsewhere = _places.Any(other => other.Pool.Id == place.Pool.Id && other.Who.Person == place.Who.Person);
        }
        if (cause is null || elsewhere) return;
        SessionsLog.QueueLeft(logger, place.Who.Person, place.Pool.Id, cause);
        try
        {
            await queue.LeaveAsync(place.Pool.Id, place.Who.Person, place.Who.Serial, cause);
        }
        catch (StoreOutOfReachException)
        {
            // Nobody asks about it any more: it is given up by itself.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = events.Subscribe(happened =>
        {
            if (happened.Kind.StartsWith("session-", StringComparison.Ordinal) || happened.Kind.StartsWith("queue-", StringComparison.Ordinal) || happened.Kind.StartsWith("host-drain-", StringComparison.Ordinal)) _bell.Ring();
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (var line in Lines()) await LookAsync(line.Key, [.. line]);
            await _bell.HeardAsync(_look, stoppingToken);
            // A crowd's events come together.
            await Task.Delay(_breath, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<IGrouping<PoolId, WaitingPlace>> Lines()
    {
        lock (_gate) return [.. _places.GroupBy(place => place.Pool.Id)];
    }

    private async Task LookAsync(PoolId id, ImmutableArray<WaitingPlace> places)
    {
        try
        {
            var pool = places[0].Pool;
            // Of two calls of one person the newer sign-in speaks.
            var here = places.Select(place => place.Who).GroupBy(who => who.Person).Select(same => same.MaxBy(who => who.Serial)!).ToList();
            var look = await queue.WaitAsync(id, here);
            foreach (var person in look.Unread) SessionsLog.PlaceUnreadable(logger, person, id);
            var hosts = await sessions.HostsOfAsync(pool);
            var standings = WaitingQueue.Stand(look.Waiters, pool.Shares, look.Use, hosts.Where(host => host.IsGiven).ToDictionary(host => host.Host.Id, host => host.Free));
            foreach (var place in places)
            {
                if (!standings.TryGetValue(place.Who.Person, out var standing)) continue;
                var superseded = look.Holders.GetValueOrDefault(place.Who.Person) > place.Who.Serial;
                place.Tell(new QueueNews(standing, WaitingQueue.Estimate(standing.Place, look.Releases, look.Now), look.Now - standing.Since, superseded));
            }
        }
        catch (StoreException fault)
        {
            SessionsLog.QueueNotRead(logger, id, fault.Message);
        }
    }
}
