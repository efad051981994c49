using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Stations;

namespace VdiBroker.Sessions;

/// <summary>Whom a drain concerns.</summary>
/// <param name="People">Who is on the host.</param>
/// <param name="Unread">Accounts on the host whose session's row cannot be read: nobody knows whose they are, and nobody warns or ends them.</param>
internal sealed record DrainConcerns(ImmutableArray<DrainedPerson> People, ImmutableArray<string> Unread);

/// <summary>Finds out what a drain would do, or does: who is on the host, until when, and whether the other hosts have a seat for each of them.</summary>
internal sealed class RehearseDrain(SessionStore sessions, PoolCatalogue pools, DrainBook drains, StationHomes homes)
{
    /// <summary>Looks; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    public async Task<DrainConcerns> RunAsync(HostDrain drain)
    {
        var (there, unread) = SessionStore.Part(await sessions.SeatsOfAsync(drain.Host));
        var others = await drains.AllAsync();
        var choices = new Dictionary<PoolId, ImmutableArray<HostChoice>>();
        foreach (var pool in pools.Pools.Values.Where(pool => there.Any(session => session.Pool == pool.Id)))
            choices[pool.Id] = [.. (await sessions.HostsOfAsync(pool)).Where(choice => choice.Host.Id != drain.Host && choice.IsGiven && others.GetValueOrDefault(choice.Host.Id)?.Holds(drain.EndsAt) != true)];
        var holders = await sessions.HoldersAsync(choices.Values.SelectMany(some => some).Select(choice => choice.Host.Id).Distinct());
        var free = choices.Values.SelectMany(some => some).DistinctBy(choice => choice.Host.Id).ToDictionary(choice => choice.Host.Id, choice => choice.Free);
        var people = DrainRehearsal.Of(drain, there.Select(session => new Displaced(session, Possible(session, drain.Host, For(session.User, choices.GetValueOrDefault(session.Pool, []), holders)))), free);
        return new DrainConcerns(people, unread);
    }

    private static List<HostChoice> For(string user, ImmutableArray<HostChoice> others, ImmutableDictionary<HostId, ImmutableHashSet<string>> holders) =>
        [.. others.Select(choice => choice with { HoldsTheirs = holders[choice.Host.Id].Contains(user) })];

    private ImmutableArray<HostId> Possible(Session session, HostId host, List<HostChoice> others)
    {
        if (!pools.Pools.TryGetValue(session.Pool, out var pool)) return [];
        // Whose own place is on this host waits until it is back.
        var wish = new PlacementWish(session.User, session.Person.Tenant) { Station = session.Station, Home = homes.Of(session.Station)?.Place, Rules = pool.Placing, Assigned = pool.Kind == PoolKind.Personal ? host : null };
        return [.. Placement.Rank(others, wish, 0).Reasons.Where(reason => reason.IsOffered).Select(reason => reason.Host)];
    }
}
