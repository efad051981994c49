using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class WaitingQueueTests
{
    private static readonly TenantId[] _tenants = [new("drancy"), new("dugny"), new("le-bourget")];
    private static readonly HostId[] _hosts = [new("blade0"), new("blade1"), new("blade2")];

    private static readonly Gen<Shares> _shares = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6].Nullable()).Array[3].Select(of =>
        new Shares([.. of.Select((share, i) => new TenantShare(_tenants[i], share.Item1, share.Item2 is { } most ? Math.Max(most, share.Item1) : null))]));

    private static readonly Gen<ImmutableDictionary<TenantId, int>> _use = Gen.Int[0, 6].Array[3].Select(n => n.Select((held, i) => (held, i)).ToImmutableDictionary(x => _tenants[x.i], x => x.held));

    private static readonly Gen<ImmutableDictionary<HostId, int>> _free = Gen.Int[0, 4].Array[3].Select(n => n.Select((free, i) => (free, i)).ToImmutableDictionary(x => _hosts[x.i], x => x.free));

    private static readonly Gen<ImmutableArray<Waiter>> _waiters = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 7]).Array[0, 14].Select(Gen.Shuffle(Enumerable.Range(1, 14).ToArray())).Select(x =>
        x.Item1.Select((who, i) => new Waiter(new PersonId($"{_tenants[who.Item1]}/p{i}"), _tenants[who.Item1], x.Item2[i], Farms.Noon,
            who.Item2 == 0 ? null : [.. _hosts.Where((_, h) => (who.Item2 & (1 << h)) != 0)])).ToImmutableArray());

    [Fact]
    public void Everybody_who_waits_has_a_place_of_their_own() => Gen.Select(_waiters, _shares, _use, _free).Sample((waiters, shares, use, free) =>
    {
        var standings = WaitingQueue.Stand(waiters, shares, use, free);
        Assert.Equal(Enumerable.Range(1, waiters.Length), standings.Values.Select(s => s.Place).Order());
        Assert.All(standings.Values, s => Assert.Equal(waiters.Length, s.Of));
    });

    [Fact]
    public void Who_is_silent_keeps_a_place_and_no_seat() => Gen.Select(_waiters, _shares, _use, _free, Gen.Bool.Array[14]).Sample((waiters, shares, use, free, silent) =>
    {
        var some = waiters.Select((waiter, i) => waiter with { Silent = silent[i] }).ToList();
        var standings = WaitingQueue.Stand(some, shares, use, free);
        var places = WaitingQueue.Stand(waiters, shares, use, free);
        Assert.All(some, waiter => Assert.Equal(places[waiter.Person].Place, standings[waiter.Person].Place));
        Assert.All(some, waiter => Assert.False(waiter.Silent && standings[waiter.Person].MayClaim));
        // The others are served as if nobody else waited where one line is all there is: one tenant, seats for anybody.
        if (waiters.Any(waiter => waiter.Hosts is not null || waiter.Tenant != _tenants[0])) return;
        var there = some.Where(waiter => !waiter.Silent).ToList();
        var alone = WaitingQueue.Stand(there, shares, use, free);
        Assert.All(there, waiter => Assert.Equal(alone[waiter.Person].MayClaim, standings[waiter.Person].MayClaim));
    });

    [Fact]
    public void Within_a_tenant_who_came_first_is_before() => Gen.Select(_waiters, _shares, _use, _free).Sample((waiters, shares, use, free) =>
    {
        var standings = WaitingQueue.Stand(waiters, shares, use, free);
        foreach (var tenant in waiters.GroupBy(w => w.Tenant))
            Assert.Equal(tenant.OrderBy(w => w.Number).Select(w => w.Person), tenant.OrderBy(w => standings[w.Person].Place).Select(w => w.Person));
    });

    [Fact]
    public void No_more_may_claim_than_seats_are_free_and_each_on_a_host_of_theirs() => Gen.Select(_waiters, _shares, _use, _free).Sample((waiters, shares, use, free) =>
    {
        var standings = WaitingQueue.Stand(waiters, shares, use, free);
        var claiming = waiters.Where(w => standings[w.Person].MayClaim).ToList();
        Assert.True(claiming.Count <= free.Values.Sum());
        Assert.All(claiming, w => Assert.Contains(free, seat => seat.Value > 0 && w.Hosts?.Contains(seat.Key) != false));
    });

    [Fact]
    public void No_seat_stays_free_while_somebody_waits_who_may_have_it() => Gen.Select(_waiters, _shares, _use, _free).Sample((waiters, shares, use, free) =>
    {
        var standings = WaitingQueue.Stand(waiters, shares, use, free);
        var claiming = waiters.Count(w => standings[w.Person].MayClaim);
        // Without rules by station the count is exact: as many as are free, or all whose tenant may hold more.
        if (waiters.Any(w => w.Hosts is not null)) return;
        var allowed = waiters.GroupBy(w => w.Tenant).Sum(g => shares.Most(g.Key) is { } most ? Math.Clamp(most - use.GetValueOrDefault(g.Key), 0, g.Count()) : g.Count());
        Assert.Equal(Math.Min(free.Values.Sum(), allowed), claiming);
    });

    [Fact]
    public void Nobody_over_their_guarantee_is_served_before_somebody_who_is_owed() => Gen.Select(_waiters, _shares, _use).Sample((waiters, shares, use) =>
    {
        var held = use;
        foreach (var (served, left) in Steps(waiters, shares, use))
        {
            if (shares.MayHoldMore(served.Tenant, held) && !shares.IsOwed(served.Tenant, held))
                Assert.DoesNotContain(left, w => shares.IsOwed(w.Tenant, held) && shares.MayHoldMore(w.Tenant, held));
            held = held.SetItem(served.Tenant, held.GetValueOrDefault(served.Tenant) + 1);
        }
    });

    [Fact]
    public void A_tenant_at_its_bound_waits_for_its_own_people_s_seats() => Gen.Select(_waiters, _shares, _use, _free).Sample((waiters, shares, use, free) =>
    {
        var standings = WaitingQueue.Stand(waiters, shares, use, free);
        foreach (var tenant in waiters.GroupBy(w => w.Tenant))
            if (shares.Most(tenant.Key) is { } most) Assert.True(tenant.Count(w => standings[w.Person].MayClaim) <= Math.Max(0, most - use.GetValueOrDefault(tenant.Key)));
    });

    [Fact]
    public void Who_may_sit_on_one_host_only_does_not_block_those_behind()
    {
        Waiter[] waiters =
        [
            new(new PersonId("drancy/a"), _tenants[0], 1, Farms.Noon, [_hosts[0]]),
            new(new PersonId("drancy/b"), _tenants[0], 2, Farms.Noon, null),
        ];
        var standings = WaitingQueue.Stand(waiters, Shares.None, ImmutableDictionary<TenantId, int>.Empty, new Dictionary<HostId, int> { [_hosts[1]] = 1 });
        Assert.Equal((1, false), (standings[waiters[0].Person].Place, standings[waiters[0].Person].MayClaim));
        Assert.Equal((2, true), (standings[waiters[1].Person].Place, standings[waiters[1].Person].MayClaim));
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 120)]
    [InlineData(5, 300)]
    public void The_estimate_follows_how_fast_seats_came_free(int place, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), WaitingQueue.Estimate(place, Enumerable.Range(1, 10).Select(minute => Farms.Noon.AddMinutes(-minute)), Farms.Noon));

    [Fact]
    public void Nothing_is_estimated_where_nothing_is_known()
    {
        Assert.Null(WaitingQueue.Estimate(1, [], Farms.Noon));
        Assert.Null(WaitingQueue.Estimate(1, [Farms.Noon.AddMinutes(-1)], Farms.Noon));
        Assert.Null(WaitingQueue.Estimate(1, [Farms.Noon.AddHours(-2), Farms.Noon.AddHours(-3)], Farms.Noon));
    }

    private static IEnumerable<(Waiter Served, IReadOnlyList<Waiter> Left)> Steps(ImmutableArray<Waiter> waiters, Shares shares, ImmutableDictionary<TenantId, int> use)
    {
        var order = WaitingQueue.Order(waiters, shares, use).ToList();
        return order.Select((served, index) => (served, (IReadOnlyList<Waiter>)order[(index + 1)..]));
    }
}
