using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class PlacementTests
{
    [Fact]
    public void Rank_never_offers_a_silent_or_unseen_host() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
            Assert.All(Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Ranked, h => Assert.True(h.Health.Reports())));

    [Fact]
    public void That_all_carry_another_desktop_is_said_where_no_seat_that_others_give_back_would_help()
    {
        var said = 0;
        Gen.Select(Farms.Pool, Gen.Bool, Gen.UInt).Sample((hosts, everywhere, draw) =>
        {
            var placement = Placement.Rank([.. hosts.Select((host, at) => host with { HoldsTheirs = everywhere || at % 2 == 0 })], "amelie.durand", Farms.Town, draw);
            if (!placement.AllCarryAnother) return;
            Interlocked.Increment(ref said);
            Assert.Empty(placement.Ranked);
            // All that is free may be theirs once it is nobody's place.
            var emptied = Placement.Rank([.. hosts.Select((host, at) => host with { HoldsTheirs = everywhere || at % 2 == 0, Seats = SeatCount.None with { Strays = host.Seats.Strays } })], "amelie.durand", Farms.Town, draw);
            Assert.Empty(emptied.Ranked);
        });
        Assert.True(said > 0);
    }

    [Fact]
    public void Of_a_large_pool_is_told_what_came_first_and_what_was_not_offered_and_how_many_more_there_were() =>
        Gen.Select(Farms.Pool, Gen.UInt, Gen.Int[1, 12]).Sample((hosts, draw, most) =>
        {
            var placement = Placement.Rank(hosts, "amelie.durand", Farms.Town, draw);
            var (told, others) = placement.Told(most);
            Assert.Equal(placement.Reasons.Length, told.Length + others);
            Assert.Equal(Math.Min(most, placement.Reasons.Length), told.Length);
            Assert.Equal(placement.Reasons.Where(told.Contains), told);
            if (most > 1 && placement.Ranked is [var best, ..]) Assert.Contains(told, reason => reason.Host == best.Host.Id);
            if (told.Length >= most && told.Count(reason => reason.IsOffered) > Math.Max(1, most / 2)) Assert.All(placement.Reasons.Where(reason => !reason.IsOffered), reason => Assert.Contains(reason, told));
        });

    [Fact]
    public void Rank_never_offers_a_draining_host_but_to_whose_session_runs_there() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
        {
            var placement = Placement.Rank(hosts, "amelie.durand", Farms.Town, draw);
            Assert.All(placement.Ranked, h => Assert.True(!h.Draining || h.CarriesForgotten("amelie.durand", Farms.Town)));
            Assert.All(placement.Reasons.Where(r => r.Verdict == Verdict.Draining), r => Assert.True(hosts.Single(h => h.Host.Id == r.Host).Draining));
        });

    [Fact]
    public void A_suspect_host_is_the_last_resort_and_the_reasons_say_so() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
        {
            var placement = Placement.Rank(hosts, "amelie.durand", Farms.Town, draw);
            var ranked = placement.Ranked.Where(h => !h.CarriesForgotten("amelie.durand", Farms.Town)).Select(h => h.Health).ToList();
            Assert.Equal(ranked.OrderBy(health => health == HostHealth.Suspect), ranked);
            Assert.All(placement.Reasons.Where(r => r.Verdict == Verdict.LastResort), r => Assert.Equal(HostHealth.Suspect, hosts.Single(h => h.Host.Id == r.Host).Health));
        });

    [Fact]
    public void Rank_never_offers_a_full_host_unless_the_person_sits_there_already() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
            Assert.All(Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Ranked, h => Assert.True(h.Taken < h.Host.Seats || h.CarriesForgotten("amelie.durand", Farms.Town))));

    [Fact]
    public void Rank_never_offers_a_host_whose_session_of_this_account_belongs_to_another_desktop() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
            Assert.DoesNotContain(Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Ranked, h => h.HoldsTheirs));

    [Fact]
    public void Rank_never_offers_a_host_where_the_account_is_in_use_by_another_tenant_s_person() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
        {
            var placement = Placement.Rank(hosts, "amelie.durand", Farms.Town, draw);
            Assert.DoesNotContain(placement.Ranked, h => h.CarriesAnothers("amelie.durand", Farms.Town));
            Assert.Equal(placement.Ranked is [var best, ..] && best.CarriesForgotten("amelie.durand", Farms.Town), placement.FindsAgain);
        });

    [Fact]
    public void Rank_offers_every_live_host_with_a_free_seat() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
        {
            var free = hosts.Where(h => h.IsGiven && h.Taken < h.Host.Seats && !h.HoldsTheirs && !h.CarriesAnothers("amelie.durand", Farms.Town));
            Assert.Subset(Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Ranked.ToHashSet(), free.ToHashSet());
        });

    [Fact]
    public void A_forgotten_session_of_the_person_goes_before_every_other_host() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
        {
            var ranked = Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Ranked;
            var homes = ranked.Count(h => h.CarriesForgotten("amelie.durand", Farms.Town));
            Assert.All(ranked.Take(homes), h => Assert.True(h.CarriesForgotten("amelie.durand", Farms.Town)));
        });

    [Fact]
    public void Adding_a_host_never_turns_a_success_into_a_refusal() =>
        Gen.Select(Farms.Pool, Farms.Pool, Gen.UInt).Sample((hosts, more, draw) =>
        {
            if (Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Ranked.IsEmpty) return;
            Assert.False(Placement.Rank(hosts.AddRange(more), "amelie.durand", Farms.Town, draw).Ranked.IsEmpty);
        });

    [Fact]
    public void Every_host_has_its_reason() =>
        Gen.Select(Farms.Pool, Gen.UInt).Sample((hosts, draw) =>
            Assert.Equal(hosts.Select(h => h.Host.Id), Placement.Rank(hosts, "amelie.durand", Farms.Town, draw).Reasons.Select(r => r.Host)));

    [Fact]
    public void The_host_with_fewer_people_goes_first()
    {
        ImmutableArray<HostChoice> hosts = [Host("a", 20, 3), Host("b", 20, 1), Host("c", 20, 2)];
        Assert.Equal(["b", "c", "a"], Placement.Rank(hosts, "amelie.durand", Farms.Town, 7).Ranked.Select(h => h.Host.Id.Value));
    }

    [Fact]
    public void Equal_hosts_are_drawn_so_that_a_crowd_does_not_herd()
    {
        ImmutableArray<HostChoice> hosts = [Host("blade1", 20), Host("blade2", 20), Host("blade3", 20)];
        var firsts = Enumerable.Range(0, 3000).GroupBy(i => Placement.Rank(hosts, "amelie.durand", Farms.Town, (uint)(i * 2654435761L)).Ranked[0].Host.Id).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(3, firsts.Count);
        Assert.All(firsts.Values, count => Assert.InRange(count, 700, 1300));
    }

    [Fact]
    public void Seats_of_strays_are_not_given_twice()
    {
        var host = Host("a", 2);
        var full = host with { Seats = new SeatCount(0, 0, Farms.Strays("stray", "other")) };
        Assert.Equal(Verdict.Full, Placement.Rank([full], "amelie.durand", Farms.Town, 0).Reasons[0].Verdict);
        Assert.Equal(0, full.SeatsFor("amelie.durand", Farms.Town));
        Assert.Equal(Verdict.CarriesThePerson, Placement.Rank([full], "stray", Farms.Town, 0).Reasons[0].Verdict);
    }

    [Theory]
    [InlineData("drancy", Verdict.CarriesThePerson)]
    [InlineData("dugny", Verdict.CarriesOtherDesktop)]
    [InlineData(null, Verdict.CarriesThePerson)]
    public void A_forgotten_session_is_found_again_by_whose_it_may_be_and_by_nobody_else(string? whose, Verdict verdict)
    {
        var strays = Farms.Strays().Add("lea", whose is null ? null : new TenantId(whose));
        Assert.Equal(verdict, Placement.Rank([Host("a", 4) with { Seats = new SeatCount(0, 0, strays) }], "lea", Farms.Town, 0).Reasons[0].Verdict);
    }

    [Fact]
    public void A_host_that_claims_everybody_draws_nobody()
    {
        var claims = Host("liar", 2) with { Seats = new SeatCount(0, 0, Farms.Strays([.. Enumerable.Range(0, 9).Select(i => $"user{i}")])) };
        Assert.Equal(["honest"], Placement.Rank([claims, Host("honest", 2)], "user3", Farms.Town, 0).Ranked.Select(h => h.Host.Id.Value));
    }

    private static HostChoice Host(string id, int seats, int held = 0) => new(
        new SessionHost(new HostId(id), "127.0.0.1", 3389, seats), HostHealth.Live,
        new HostObservation(Farms.Noon, null, "boot", "00", 0.1, 0.2), new SeatCount(held, 0, Farms.Strays()));
}
