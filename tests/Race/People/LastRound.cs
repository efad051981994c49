using System.Collections.Concurrent;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Race.Farm;
using VdiBroker.Race.History;

namespace VdiBroker.Race.People;

/// <summary>The end of a race, all faults over: everybody signs out of whatever runs, and then every seat is tried.</summary>
internal sealed class LastRound(RaceFarm farm, IReadOnlyList<BrokerRing> rings, RaceHistory history, RaceClock clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Filling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TooMany = TimeSpan.FromSeconds(2);

    /// <summary>Runs it.</summary>
    /// <param name="seen">Everybody who may have something.</param>
    public async Task RunAsync(IReadOnlyList<Townsperson> seen)
    {
        var left = await SignOutAsync(seen);
        await Eventually.HoldsAsync("empty hosts", Patience, () => farm.Machines.Values.All(machine => machine.People.Count == 0)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var person in left) history.Add(new Missed(clock.Now, $"{person.Login} could not be signed out of everything"));
        history.Add(new Settled(clock.Now));
        await FillAsync();
    }

    private async Task<IReadOnlyList<Townsperson>> SignOutAsync(IReadOnlyList<Townsperson> seen)
    {
        var until = clock.Now + Patience;
        var left = seen;
        for (var round = 0; left.Count > 0 && (round == 0 || clock.Now < until); round++)
        {
            var again = new ConcurrentBag<Townsperson>();
            await EachAsync(left, async (person, ring) =>
            {
                var visit = new Visit(new RaceCalls($"last{round}.{person.Login}", person, ring, history, clock), farm.Machines, Random.Shared, CancellationToken.None);
                if (await visit.LookAsync() != VisitEnd.Done) again.Add(person);
            });
            left = [.. again];
            if (left.Count > 0) await Task.Delay(TimeSpan.FromMilliseconds(500));
        }
        return left;
    }

    // Who fills is outside the history: it knows how many seats there were, and that is all that is asked.
    private async Task FillAsync()
    {
        var had = new ConcurrentDictionary<string, int>();
        var free = new Queue<Townsperson>(farm.People);
        var filled = new HashSet<string>();
        foreach (var (pool, hosts) in farm.Plan.Pools.OrderByDescending(one => one.Value.Length))
        {
            await OpenAsync(pool, hosts.Count(filled.Add) * farm.Plan.SeatsEach, Filling);
            // There must be no room for any more.
            await OpenAsync(pool, 2, TooMany);
        }
        foreach (var host in farm.Plan.Hosts) history.Add(new Filled(clock.Now, host, had.GetValueOrDefault(host)));

        Task OpenAsync(string pool, int people, TimeSpan within) => EachAsync([.. Enumerable.Range(0, people).Select(_ => free.Dequeue())], async (person, ring) =>
        {
            var calls = new RaceCalls($"fill.{person.Login}", person, ring, new RaceHistory(), clock);
            if (await calls.SignInAsync() is not { } signIn) return;
            using var patience = new CancellationTokenSource(within);
            if ((await calls.OpenAsync(signIn.SignIn, pool, patience.Token)).Desktop is { } desktop) had.AddOrUpdate(desktop.Host, 1, (_, count) => count + 1);
            else await calls.CloseAsync(signIn.SignIn, null, signOut: false);
        });
    }

    private async Task EachAsync(IReadOnlyList<Townsperson> people, Func<Townsperson, BrokerRing, Task> act)
    {
        var queue = new ConcurrentQueue<Townsperson>(people);
        await Task.WhenAll(rings.Select(async ring =>
        {
            while (queue.TryDequeue(out var person)) await act(person, ring);
        }));
    }
}
