using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class PlacingRulesTests
{
    private static readonly StationId _classroom = new("poste-12-3");

    private static readonly Gen<PlacingRules> _rules = Gen.Select(
        Pick.From(PlacementPolicy.Spread, PlacementPolicy.Pack, PlacementPolicy.Sticky),
        Gen.Select(Pick.From("poste-12-*", "poste-*", "guichet-1"), Gen.Int[0, 63], Gen.Enum<StationRuleSort>()).Array[0, 3],
        (policy, rules) => new PlacingRules(policy, [.. rules.Select(r => new StationRule([StationPattern.Parse(r.Item1)!], Named(r.Item2), r.Item3))]));

    private static readonly Gen<PlacementWish> _wish = Gen.Select(_rules, Gen.Int[0, 6], (rules, last) => new PlacementWish("amelie.durand", Farms.Town)
    {
        Station = _classroom,
        LastHost = new HostId($"blade{last}"),
        Rules = rules,
    });

    [Fact]
    public void Whatever_the_policy_and_the_rules_no_host_is_offered_that_cannot_take_the_person() => Gen.Select(Farms.Pool, _wish, Gen.UInt).Sample((hosts, wish, draw) =>
        Assert.All(Placement.Rank(hosts, wish, draw).Ranked, host =>
        {
            Assert.True(host.Health.Reports());
            Assert.True(host.Taken < host.Host.Seats || host.CarriesForgotten(wish.User, Farms.Town));
            Assert.False(host.HoldsTheirs);
        }));

    [Fact]
    public void A_policy_orders_and_never_refuses() => Gen.Select(Farms.Pool, _wish, Gen.UInt).Sample((hosts, wish, draw) =>
    {
        var ranked = PlacementPolicy.All.Select(policy => Placement.Rank(hosts, wish with { Rules = wish.Rules with { Policy = policy } }, draw).Ranked.Select(h => h.Host.Id).ToHashSet()).ToList();
        Assert.All(ranked, offered => Assert.Equal(ranked[0], offered));
    });

    [Fact]
    public void A_host_that_a_rule_keeps_away_is_offered_to_nobody_there_but_who_sits_on_it() => Gen.Select(Farms.Pool, _wish, Gen.UInt).Sample((hosts, wish, draw) =>
        Assert.All(Placement.Rank(hosts, wish, draw).Ranked, host =>
            Assert.True(wish.Rules.LeaningTo(host.Host.Id, _classroom) != Leaning.Never || host.CarriesForgotten(wish.User, Farms.Town))));

    [Fact]
    public void What_a_rule_prefers_goes_before_what_it_avoids() => Gen.Select(Farms.Pool, _wish, Gen.UInt).Sample((hosts, wish, draw) =>
    {
        // Suspect hosts come after all others, whatever the rules say.
        var ranked = Placement.Rank(hosts, wish, draw).Ranked.Where(h => !h.CarriesForgotten(wish.User, Farms.Town)).Select(h => (h.Health == HostHealth.Suspect, wish.Rules.LeaningTo(h.Host.Id, _classroom))).ToList();
        Assert.Equal(ranked.Order(), ranked);
    });

    [Fact]
    public void Rules_of_other_stations_say_nothing()
    {
        var rule = new StationRule([StationPattern.Parse("guichet-*")!], Named(1), StationRuleSort.Only);
        Assert.Equal(Leaning.Neither, new PlacingRules(PlacementPolicy.Spread, [rule]).LeaningTo(new HostId("blade1"), _classroom));
        Assert.Equal(Leaning.Never, new PlacingRules(PlacementPolicy.Spread, [rule]).LeaningTo(new HostId("blade1"), new StationId("guichet-2")));
    }

    [Fact]
    public void Pack_fills_one_host_before_the_next_and_leaves_one_under_pressure_alone()
    {
        ImmutableArray<HostChoice> hosts = [Host("a", 2, 0.1), Host("b", 5, 0.1), Host("c", 8, 0.95)];
        Assert.Equal(["b", "a", "c"], Ranked(hosts, PlacementPolicy.Pack));
    }

    [Fact]
    public void Sticky_returns_to_the_last_host_and_spreads_otherwise()
    {
        ImmutableArray<HostChoice> hosts = [Host("a", 2, 0.1), Host("b", 5, 0.1), Host("c", 8, 0.3)];
        Assert.Equal(["c", "a", "b"], Ranked(hosts, PlacementPolicy.Sticky, last: "c"));
        Assert.Equal(["a", "b", "c"], Ranked(hosts, PlacementPolicy.Sticky, last: "gone"));
    }

    [Fact]
    public void A_heavier_host_carries_more()
    {
        var strong = Host("strong", 6, 0.1);
        ImmutableArray<HostChoice> hosts = [Host("weak", 4, 0.1), strong with { Host = strong.Host with { Weight = 2 } }];
        Assert.Equal(["strong", "weak"], Ranked(hosts, PlacementPolicy.Spread));
    }

    [Fact]
    public void A_host_is_charged_for_what_was_promised_before_its_statistics_move()
    {
        // The same seats and the same figures: one host's people are in the figures already, the other's are on their way.
        var settled = Host("settled", 4, 0.2, seen: 4);
        var promised = Host("promised", 4, 0.2, seen: 0);
        Assert.Equal(["settled", "promised"], Ranked([promised, settled], PlacementPolicy.Spread));
    }

    [Fact]
    public void A_personal_place_is_offered_to_its_owner_alone_and_every_seat_has_one_owner()
    {
        ImmutableArray<HostChoice> hosts = [Host("a", 0, 0.1), Host("b", 0, 0.1)];
        var owned = ImmutableDictionary<HostId, int>.Empty.Add(new HostId("a"), 10).Add(new HostId("b"), 9);
        var stranger = Placement.Rank(hosts, new PlacementWish("lea", Farms.Town) { Owned = owned }, 0);
        Assert.Equal(["b"], stranger.Ranked.Select(h => h.Host.Id.Value));
        Assert.Equal(Verdict.Reserved, stranger.Reasons[0].Verdict);
        var owner = Placement.Rank(hosts, new PlacementWish("lea", Farms.Town) { Owned = owned, Assigned = new HostId("a") }, 0);
        Assert.Equal(["a"], owner.Ranked.Select(h => h.Host.Id.Value));
        Assert.Equal(Verdict.NotTheirs, owner.Reasons[1].Verdict);
    }

    [Fact]
    public void Who_owns_a_place_on_a_host_that_is_down_is_told_that_it_is_down()
    {
        var down = Host("a", 0, 0.1) with { Health = HostHealth.Silent };
        Assert.True(Placement.Rank([down, Host("b", 0, 0.1)], new PlacementWish("lea", Farms.Town) { Assigned = new HostId("a") }, 0).AllDown);
    }

    private static ImmutableHashSet<HostId> Named(int bits) => [.. Enumerable.Range(0, 6).Where(i => (bits & (1 << i)) != 0).Select(i => new HostId($"blade{i}"))];

    private static IEnumerable<string> Ranked(ImmutableArray<HostChoice> hosts, PlacementPolicy policy, string? last = null) =>
        Placement.Rank(hosts, new PlacementWish("amelie.durand", Farms.Town) { Rules = new PlacingRules(policy, []), LastHost = last is null ? null : new HostId(last) }, 5).Ranked.Select(h => h.Host.Id.Value);

    private static HostChoice Host(string id, int taken, double load, int? seen = null) => new(
        new SessionHost(new HostId(id), "127.0.0.1", 3389, 10), HostHealth.Live,
        new HostObservation(Farms.Noon, null, "boot", "00", load, 0.1), new SeatCount(taken, seen ?? taken, []));
}
