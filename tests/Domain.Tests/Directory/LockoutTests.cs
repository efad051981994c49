using CsCheck;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class LockoutTests
{
    private static readonly LockoutPolicy _policy = LockoutPolicy.Default;
    private static readonly TrySubject _amelieHere = new("amelie", "poste-1");
    private static readonly Gen<(int Person, int Seconds, int What)[]> _days = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 400], Gen.Int[0, 9]).Array[0, 200];

    [Fact]
    public void Five_wrong_tries_lock_a_person_at_that_station_for_ten_minutes_and_nowhere_else()
    {
        var town = new LockoutTown(_policy);
        Assert.Equal(5, town.Fail(_amelieHere, 12));
        Assert.Equal(new LockoutDecision.PersonLocked(town.Now + TimeSpan.FromMinutes(10), Everywhere: false), town.Decide(_amelieHere));
        Assert.IsType<LockoutDecision.Go>(town.Decide(_amelieHere with { Station = "poste-2" }));
        Assert.IsType<LockoutDecision.Go>(town.Decide(_amelieHere with { Person = "karim" }));
        town.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(5, town.Fail(_amelieHere, 12));
    }

    [Fact]
    public void Tries_further_apart_than_the_window_never_lock()
    {
        var town = new LockoutTown(_policy);
        for (var i = 0; i < 100; i++, town.Now += TimeSpan.FromMinutes(2.5)) Assert.NotNull(town.Begin(_amelieHere));
    }

    [Fact]
    public void Fifteen_tries_from_three_stations_lock_a_person_everywhere()
    {
        var town = new LockoutTown(_policy);
        foreach (var station in (string[])["poste-1", "poste-2", "poste-3"])
        {
            Assert.IsType<LockoutDecision.Go>(town.Decide(new TrySubject("amelie", "poste-9")));
            town.Fail(new TrySubject("amelie", station), 5);
        }
        Assert.Equal(new LockoutDecision.PersonLocked(town.Now + TimeSpan.FromMinutes(10), Everywhere: true), town.Decide(new TrySubject("amelie", "poste-9")));
        Assert.IsType<LockoutDecision.Go>(town.Decide(new TrySubject("karim", "poste-9")));
    }

    [Fact]
    public void A_station_that_tries_many_names_pauses_for_longer_each_time_and_starts_anew_after_an_hour()
    {
        var town = new LockoutTown(_policy);
        var pauses = new List<double>();
        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 40; i++) town.Begin(new TrySubject($"name-{round}-{i / 2}", "poste-1"));
            var until = Assert.IsType<LockoutDecision.StationPaused>(town.Decide(_amelieHere)).Until;
            pauses.Add((until - town.Now).TotalMinutes);
            town.Now = until;
        }
        Assert.Equal([1, 2, 4, 8, 15, 15], pauses);
        town.Now += TimeSpan.FromHours(1);
        for (var i = 0; i < 20; i++) town.Begin(new TrySubject($"other-{i}", "poste-1"));
        Assert.Equal(new LockoutDecision.StationPaused(town.Now + TimeSpan.FromMinutes(1)), town.Decide(_amelieHere));
    }

    [Fact]
    public void Who_has_an_account_clears_no_tries_at_other_people_s()
    {
        var town = new LockoutTown(_policy);
        var own = new TrySubject("mallory", "poste-1");
        for (var i = 0; i < 20; i++)
        {
            town.Begin(new TrySubject($"name-{i}", "poste-1"));
            if (town.Begin(own) is not null) town.Pass(own);
        }
        Assert.IsType<LockoutDecision.StationPaused>(town.Decide(own));
    }

    [Fact]
    public void One_station_never_locks_anybody_elsewhere_whatever_it_does() => _days.Sample(day =>
    {
        var town = new LockoutTown(_policy);
        foreach (var (person, seconds, what) in day)
        {
            Act(town, new TrySubject($"p{person}", "poste-1"), what);
            Assert.All(Enumerable.Range(0, 7), p => Assert.IsType<LockoutDecision.Go>(town.Decide(new TrySubject($"p{p}", "poste-2"))));
            town.Now += TimeSpan.FromSeconds(seconds);
        }
    });

    [Fact]
    public void The_right_password_clears_what_that_station_counted_and_nothing_is_locked_for_ever() => _days.Sample(day =>
    {
        var town = new LockoutTown(_policy);
        foreach (var (person, seconds, what) in day)
        {
            var who = new TrySubject($"p{person}", $"poste-{what % 4}");
            if (town.Begin(who) is { } id && what == 0)
            {
                town.Pass(who);
                Assert.Empty(town[who].Here.Tries);
                Assert.DoesNotContain(town[who].Everywhere.Tries, one => one.Of == who.Station);
                Assert.DoesNotContain(town[who].Station.Tries, one => one.Id == id || one.Of == who.Person);
            }
            town.Now += TimeSpan.FromSeconds(seconds / 8);
        }
        town.Now += TimeSpan.FromMinutes(15);
        Assert.All(day, one => Assert.IsType<LockoutDecision.Go>(town.Decide(new TrySubject($"p{one.Person}", $"poste-{one.What % 4}"))));
    });

    [Fact]
    public void A_try_never_unlocks_anybody_and_the_passing_of_time_never_locks() => _days.Sample(day =>
    {
        var town = new LockoutTown(_policy);
        foreach (var (person, seconds, what) in day)
        {
            var all = Enumerable.Range(0, 7).SelectMany(p => Enumerable.Range(0, 3).Select(s => new TrySubject($"p{p}", $"poste-{s}"))).ToList();
            var before = all.Where(one => town.Decide(one) is not LockoutDecision.Go).ToList();
            town.Begin(new TrySubject($"p{person}", $"poste-{what % 3}"));
            Assert.All(before, one => Assert.IsNotType<LockoutDecision.Go>(town.Decide(one)));
            var open = all.Where(one => town.Decide(one) is LockoutDecision.Go).ToList();
            town.Now += TimeSpan.FromSeconds(seconds / 8);
            Assert.All(open, one => Assert.IsType<LockoutDecision.Go>(town.Decide(one)));
        }
    });

    [Fact]
    public void The_ledgers_stay_small_and_an_unanswered_try_leaves_no_trace() => _days.Sample(day =>
    {
        var town = new LockoutTown(_policy);
        foreach (var (person, seconds, what) in day)
        {
            var who = new TrySubject($"p{person}", $"poste-{what}");
            var before = Lockout.Current(town[who], _policy, town.Now);
            if (town.Begin(who) is { } id && seconds % 2 == 0)
            {
                town.TakeBack(who, id);
                Assert.Equal(Ids(before), Ids(town[who]));
            }
            Assert.True(town[who].Here.Tries.Length <= 5 && town[who].Station.Tries.Length <= 20 && town[who].Everywhere.Tries.Length <= 15);
            town.Now += TimeSpan.FromSeconds(seconds / 20);
        }
    });

    [Fact]
    public void A_name_that_nobody_could_check_counts_for_the_station_alone()
    {
        var town = new LockoutTown(_policy);
        for (var i = 0; i < 20; i++) town.LeaveToStation(_amelieHere, town.Begin(_amelieHere)!);
        Assert.Empty(town[_amelieHere].Here.Tries);
        Assert.Empty(town[_amelieHere].Everywhere.Tries);
        Assert.IsType<LockoutDecision.StationPaused>(town.Decide(_amelieHere));
    }

    private static string Ids(LockoutState state) =>
        string.Join(',', state.Here.Tries.Concat(state.Station.Tries).Concat(state.Everywhere.Tries).Select(one => one.Id));

    private static void Act(LockoutTown town, TrySubject who, int what)
    {
        if (town.Begin(who) is not { } id) return;
        if (what == 0) town.Pass(who);
        else if (what == 1) town.TakeBack(who, id);
    }
}
