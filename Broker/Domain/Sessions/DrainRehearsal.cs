using System.Collections.Immutable;
using VdiBroker.Hosts;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>Somebody whose host is drained.</summary>
/// <param name="Session">What they have there.</param>
/// <param name="Possible">Other hosts that could take them.</param>
public sealed record Displaced(Session Session, ImmutableArray<HostId> Possible);

/// <summary>What a drain does to one person.</summary>
/// <param name="Session">What they have on the host.</param>
/// <param name="Until">Until when they may stay.</param>
/// <param name="Elsewhere">A seat that is there for them when all come at once; null = none is left.</param>
public sealed record DrainedPerson(Session Session, DateTimeOffset Until, HostId? Elsewhere);

/// <summary>Tells before a drain what it would do.</summary>
public static class DrainRehearsal
{
    /// <summary>Everybody on the host, those at a screen first, and a seat elsewhere for as many of them as there can be.</summary>
    /// <param name="drain">The drain.</param>
    /// <param name="people">All who are on the host; what is ending already or is over is left out.</param>
    /// <param name="free">Free seats of the other hosts.</param>
    public static ImmutableArray<DrainedPerson> Of(HostDrain drain, IEnumerable<Displaced> people, IReadOnlyDictionary<HostId, int> free)
    {
        Displaced[] order = [.. people.Where(one => one.Session is { IsFinal: false, Phase: not SessionPhase.Ending })
            .OrderBy(one => one.Session.Phase == SessionPhase.Disconnected).ThenBy(one => one.Session.Since).ThenBy(one => one.Session.Id.Value, StringComparer.Ordinal)];
        var seated = free.Keys.ToDictionary(host => host, _ => new List<int>());
        for (var i = 0; i < order.Length; i++) Seat(i, []);
        var places = seated.SelectMany(host => host.Value.Select(person => (person, host.Key))).ToDictionary(one => one.person, one => (HostId?)one.Key);
        return [.. order.Select((one, index) => new DrainedPerson(one.Session, DrainEnds.UntilOf(drain, one.Session), places.GetValueOrDefault(index)))];

        // Whoever sits there already moves on if they can (Kuhn): a seat is left empty only when nobody without one could have it.
        bool Seat(int person, HashSet<HostId> tried)
        {
            foreach (var host in order[person].Possible)
            {
                if (!seated.TryGetValue(host, out var there) || !tried.Add(host)) continue;
                if (there.Count < free[host])
                {
                    there.Add(person);
                    return true;
                }
                foreach (var other in there.ToArray())
                {
                    if (!Seat(other, tried)) continue;
                    there.Remove(other);
                    there.Add(person);
                    return true;
                }
            }
            return false;
        }
    }
}
