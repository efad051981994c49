using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class GiveBackTests
{
    private static readonly TenantId _rich = new("drancy");
    private static readonly TenantId _owed = new("dugny");
    private static readonly Shares _shares = new([new TenantShare(_rich, 2, null), new TenantShare(_owed, 2, null)]);

    private static readonly Gen<ImmutableArray<HeldSeat>> _held = Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[0, 600]).Array[0, 8].Select(seats =>
        seats.Select((s, i) => new HeldSeat(new SessionId($"s{i}"), s.Item1 ? _rich : _owed, s.Item2, Farms.Noon.AddSeconds(-s.Item3))).ToImmutableArray());

    private static readonly Gen<ImmutableArray<Waiter>> _waiters = Gen.Select(Gen.Bool, Gen.Int[0, 900]).Array[0, 5].Select(of =>
        of.Select((w, i) => new Waiter(new PersonId($"p/{i}"), w.Item1 ? _rich : _owed, i, Farms.Noon.AddSeconds(-w.Item2), null)).ToImmutableArray());

    [Fact]
    public void Nobody_gives_back_what_is_theirs() => Gen.Select(_held, _waiters, Gen.Int[0, 2]).Sample((held, waiters, free) =>
    {
        var use = Use(held);
        var back = GiveBack.Decide(held, waiters, _shares, use, free, new GiveBackRules(TimeSpan.Zero, TimeSpan.Zero), Farms.Noon);
        foreach (var tenant in held.GroupBy(seat => seat.Tenant))
            Assert.True(tenant.Count(seat => back.Contains(seat.Session)) <= _shares.Borrowed(tenant.Key, use));
    });

    [Fact]
    public void No_more_is_taken_than_people_wait_in_vain_for_what_is_theirs() => Gen.Select(_held, _waiters, Gen.Int[0, 2]).Sample((held, waiters, free) =>
    {
        var use = Use(held);
        var owed = waiters.GroupBy(w => w.Tenant).Sum(g => Math.Min(g.Count(), Math.Max(0, 2 - use.GetValueOrDefault(g.Key))));
        Assert.True(GiveBack.Decide(held, waiters, _shares, use, free, new GiveBackRules(TimeSpan.Zero, TimeSpan.Zero), Farms.Noon).Length <= Math.Max(0, owed - free));
    });

    [Fact]
    public void What_is_on_a_screen_is_left_there_unless_the_pool_says_otherwise() => Gen.Select(_held, _waiters).Sample((held, waiters) =>
        Assert.All(GiveBack.Decide(held, waiters, _shares, Use(held), 0, GiveBackRules.Default, Farms.Noon), id => Assert.False(held.Single(seat => seat.Session == id).OnScreen)));

    [Fact]
    public void Who_returns_gets_what_was_borrowed_the_longest_forgotten_first()
    {
        HeldSeat[] held = [Seat("a", true, 900), Seat("b", false, 200), Seat("c", false, 500), Seat("d", false, 60)];
        Waiter[] waiters = [new(new PersonId("dugny/lea"), _owed, 1, Farms.Noon.AddMinutes(-1), null)];
        Assert.Equal(["c"], GiveBack.Decide(held, waiters, _shares, Use(held), 0, GiveBackRules.Default, Farms.Noon).Select(id => id.Value));
        Assert.Empty(GiveBack.Decide(held, waiters, _shares, Use(held), 1, GiveBackRules.Default, Farms.Noon));
    }

    private static HeldSeat Seat(string id, bool onScreen, int seconds) => new(new SessionId(id), _rich, onScreen, Farms.Noon.AddSeconds(-seconds));

    private static ImmutableDictionary<TenantId, int> Use(IEnumerable<HeldSeat> held) => held.GroupBy(seat => seat.Tenant).ToImmutableDictionary(g => g.Key, g => g.Count());
}
