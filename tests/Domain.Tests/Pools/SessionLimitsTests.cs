using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Pools;
using Xunit;

namespace VdiBroker.Domain.Tests.Pools;

public sealed class SessionLimitsTests
{
    private static readonly DateTimeOffset _noon = Farms.Noon;
    private static readonly SessionLimits _office = new()
    {
        Idle = TimeSpan.FromMinutes(30),
        Disconnected = TimeSpan.FromHours(4),
        Longest = TimeSpan.FromHours(12),
        Warn = TimeSpan.FromMinutes(5),
        Extend = TimeSpan.FromMinutes(30),
        Extensions = 2,
    };

    private static readonly LimitedSession _atWork = new(OnScreen: true, _noon.AddHours(-3), _noon.AddHours(-3)) { Idle = TimeSpan.Zero };

    [Fact]
    public void Who_works_hears_of_nothing() => Assert.IsType<LimitDecision.Nothing>(_office.Decide(_atWork, [], _noon));

    [Fact]
    public void Who_leaves_the_keyboard_alone_is_warned_before_the_end() =>
        Assert.Equal(new LimitDecision.Warn(Limit.Idle, _noon.AddMinutes(4)), _office.Decide(_atWork with { Idle = TimeSpan.FromMinutes(26) }, [], _noon));

    [Fact]
    public void Who_touches_the_keyboard_is_told_that_it_holds_no_more() =>
        Assert.Equal(new LimitDecision.TakeBack(Limit.Idle), _office.Decide(Told(_atWork, Limit.Idle, _noon.AddMinutes(2)), [], _noon));

    [Fact]
    public void The_end_that_was_told_of_comes_and_not_before()
    {
        var idle = Told(_atWork with { Idle = TimeSpan.FromMinutes(29) }, Limit.Idle, _noon.AddMinutes(1));
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(idle, [], _noon));
        // Who has touched it at the last moment is heard of a little later.
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(idle with { Idle = TimeSpan.FromMinutes(30) }, [], _noon.AddMinutes(1)));
        Assert.Equal(new LimitDecision.End(Limit.Idle, Warned: true), _office.Decide(idle with { Idle = TimeSpan.FromMinutes(30.1) }, [], _noon.AddMinutes(1.1)));
    }

    [Fact]
    public void What_a_host_cannot_tell_ends_nothing()
    {
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(_atWork with { Idle = null }, [], _noon));
        Assert.Equal(new LimitDecision.TakeBack(Limit.Idle), _office.Decide(Told(_atWork with { Idle = null }, Limit.Idle, _noon.AddMinutes(-1)), [], _noon));
    }

    [Fact]
    public void Who_sits_down_has_touched_the_desktop()
    {
        var back = _atWork with { PhaseSince = _noon.AddMinutes(-1), Idle = TimeSpan.FromHours(2) };
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(back, [], _noon));
    }

    [Fact]
    public void A_desktop_on_no_screen_is_ended_after_its_grace_without_a_word()
    {
        var away = new LimitedSession(OnScreen: false, _noon.AddHours(-6), _noon.AddHours(-4).AddSeconds(1)) { Idle = TimeSpan.FromHours(5) };
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(away, [], _noon));
        Assert.Equal(new LimitDecision.End(Limit.Disconnected, Warned: false), _office.Decide(away, [], _noon.AddSeconds(1)));
    }

    [Fact]
    public void The_longest_life_counts_from_the_beginning_whatever_the_person_does()
    {
        var long_ = _atWork with { Since = _noon.AddHours(-12).AddMinutes(5) };
        Assert.Equal(new LimitDecision.Warn(Limit.Longest, _noon.AddMinutes(5)), _office.Decide(long_, [], _noon));
        var told = Told(long_, Limit.Longest, _noon.AddMinutes(5));
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(told with { PhaseSince = _noon.AddMinutes(1) }, [], _noon.AddMinutes(1)));
        Assert.Equal(new LimitDecision.End(Limit.Longest, Warned: true), _office.Decide(told, [], _noon.AddMinutes(5)));
    }

    [Fact]
    public void Who_comes_back_after_the_end_that_was_told_elsewhere_is_told_anew()
    {
        var back = Told(_atWork with { Since = _noon.AddHours(-13), PhaseSince = _noon }, Limit.Longest, _noon.AddHours(-1));
        Assert.Equal(new LimitDecision.Warn(Limit.Longest, _noon.AddHours(-1)), _office.Decide(back, [], _noon));
    }

    [Fact]
    public void An_earlier_end_takes_the_place_of_a_later_one_and_not_the_other_way_round()
    {
        var idle = Told(_atWork with { Idle = TimeSpan.FromMinutes(20) }, Limit.Idle, _noon.AddMinutes(10));
        Assert.Equal(new LimitDecision.Warn(Limit.Hours, _noon.AddMinutes(5)), _office.Decide(idle, [new EndDemand(Limit.Hours, _noon.AddMinutes(5))], _noon));
        var closing = Told(_atWork with { Idle = TimeSpan.FromMinutes(26) }, Limit.Hours, _noon.AddMinutes(2));
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(closing, [new EndDemand(Limit.Hours, _noon.AddMinutes(2))], _noon));
    }

    [Fact]
    public void A_demand_that_is_over_is_taken_back() =>
        Assert.Equal(new LimitDecision.TakeBack(Limit.GiveBack), _office.Decide(Told(_atWork, Limit.GiveBack, _noon.AddMinutes(2)), [], _noon));

    [Fact]
    public void Who_asks_for_more_time_gets_it_as_often_as_the_pool_says()
    {
        var told = Told(_atWork, Limit.Longest, _noon.AddMinutes(2));
        Assert.Equal(new ExtensionDecision.Grant(Limit.Longest, _noon.AddMinutes(32)), _office.DecideExtension(told, _noon));
        Assert.IsType<ExtensionDecision.Refuse>(_office.DecideExtension(told with { Extensions = 2 }, _noon));
        Assert.IsType<ExtensionDecision.Refuse>(_office.DecideExtension(_atWork, _noon));
        Assert.IsType<ExtensionDecision.Refuse>(_office.DecideExtension(Told(_atWork, Limit.GiveBack, _noon), _noon));
        Assert.IsType<ExtensionDecision.Refuse>(_office.DecideExtension(Told(_atWork, Limit.Hours, _noon), _noon));
        Assert.IsType<ExtensionDecision.Grant>((_office with { ExtendsHours = true }).DecideExtension(Told(_atWork, Limit.Hours, _noon), _noon));
    }

    [Fact]
    public void A_wish_for_more_time_whose_answer_was_lost_has_the_same_answer_again()
    {
        var spared = _atWork with { Extensions = 2, Spared = ImmutableDictionary<Limit, DateTimeOffset>.Empty.Add(Limit.Longest, _noon.AddMinutes(32)) };
        Assert.Equal(new ExtensionDecision.Holds(_noon.AddMinutes(32)), _office.DecideExtension(spared, _noon));
        Assert.IsType<ExtensionDecision.Refuse>(_office.DecideExtension(spared, _noon.AddMinutes(32)));
    }

    [Fact]
    public void A_limit_that_was_put_off_does_not_hold_before_and_holds_then()
    {
        var spared = _atWork with { Since = _noon.AddHours(-12), Spared = ImmutableDictionary<Limit, DateTimeOffset>.Empty.Add(Limit.Longest, _noon.AddMinutes(30)) };
        Assert.IsType<LimitDecision.Nothing>(_office.Decide(spared, [], _noon));
        Assert.Equal(new LimitDecision.Warn(Limit.Longest, _noon.AddMinutes(30)), _office.Decide(spared, [], _noon.AddMinutes(25)));
    }

    /// <summary>Whatever a person does at a screen, they are told for the whole time of warning before they are ended, and never ended while the cause has gone.</summary>
    [Fact]
    public void Nobody_at_a_screen_is_ended_unwarned() =>
        Gen.Select(Gen.Int[0, 40].Array[1, 400], Gen.Int[1, 10], Gen.Int[11, 30]).Sample((touches, warn, idle) =>
        {
            var limits = new SessionLimits { Idle = TimeSpan.FromSeconds(idle), Longest = TimeSpan.FromSeconds(300), Warn = TimeSpan.FromSeconds(warn) };
            var touched = _noon;
            EndPromise? promise = null;
            DateTimeOffset? toldAt = null;
            for (var step = 0; step < touches.Length; step++)
            {
                var now = _noon.AddSeconds(step);
                if (touches[step] == 0) touched = now;
                var session = new LimitedSession(OnScreen: true, _noon, _noon) { Idle = now - touched, Promise = promise };
                switch (limits.Decide(session, [], now))
                {
                    case LimitDecision.Warn told:
                        // As the script has it.
                        promise = new EndPromise(told.Limit, told.At > now + limits.Warn ? told.At : now + limits.Warn);
                        toldAt ??= now;
                        break;
                    case LimitDecision.TakeBack:
                        (promise, toldAt) = (null, null);
                        break;
                    case LimitDecision.End end:
                        Assert.True(end.Warned);
                        Assert.Equal(promise!.Limit, end.Limit);
                        Assert.True(now - toldAt >= limits.Warn, $"told at {toldAt}, ended at {now}");
                        Assert.True(end.Limit == Limit.Longest ? now - _noon >= limits.Longest : now - touched >= limits.Idle - TimeSpan.FromSeconds(2), "nothing was over");
                        return;
                }
            }
            var left = _noon.AddSeconds(touches.Length - 1);
            Assert.True(left - touched <= limits.Idle + (limits.Warn * 1.5), "who is away is ended");
        });

    /// <summary>A host asks a desktop every 5 s and reports every second what it knows.</summary>
    [Fact]
    public void Who_touches_the_desktop_before_the_hour_that_was_told_keeps_it_and_nobody_is_told_twice_of_one_absence() =>
        Gen.Select(Gen.Int[0, 60].Array[1, 400], Gen.Int[12, 20], Gen.Int[0, 4]).Sample((touches, warn, asked) =>
        {
            var limits = new SessionLimits { Idle = TimeSpan.FromSeconds(30), Warn = TimeSpan.FromSeconds(warn) };
            var (touched, known, told) = (_noon, _noon, 0);
            EndPromise? promise = null;
            for (var step = 0; step < touches.Length; step++)
            {
                var now = _noon.AddSeconds(step);
                if (touches[step] == 0) touched = now;
                if (step % 5 == asked) (known, told) = (touched, touched == known ? told : 0);
                switch (limits.Decide(new LimitedSession(OnScreen: true, _noon, _noon) { Idle = now - known, Promise = promise }, [], now))
                {
                    case LimitDecision.Warn(var limit, var at):
                        promise = new EndPromise(limit, at > now + limits.Warn ? at : now + limits.Warn);
                        Assert.True(++told == 1, "told again of the same absence");
                        break;
                    case LimitDecision.TakeBack:
                        promise = null;
                        break;
                    case LimitDecision.End:
                        Assert.True(promise!.EndsAt - touched >= limits.Idle || touched > promise.EndsAt, $"touched at {touched}, told of {promise.EndsAt}, ended at {now}");
                        return;
                }
            }
        });

    [Fact]
    public void What_is_let_be_would_be_decided_so_and_what_may_end_is_not() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 600].Nullable(), Gen.Int[0, 600], Gen.Int[0, 90].Nullable(), Gen.Bool, Gen.Int[-60, 60].Nullable()).Sample((onScreen, idle, age, limit, told, demand) =>
        {
            var limits = limit is { } minutes ? new SessionLimits { Disconnected = TimeSpan.FromMinutes(minutes), Longest = TimeSpan.FromMinutes(minutes + 10) } : SessionLimits.None;
            EndDemand[] demands = demand is { } due ? [new EndDemand(Limit.Hours, _noon.AddMinutes(due))] : [];
            var session = new LimitedSession(onScreen, _noon.AddMinutes(-age), _noon.AddMinutes(-age)) { Idle = idle is { } untouched ? TimeSpan.FromMinutes(untouched) : null };
            if (told) session = Told(session, Limit.Longest, _noon);
            var letBe = limits.LetBe(session.Promise, demands);
            Assert.Equal(limit is null && !told && demand is null, letBe);
            if (letBe) Assert.IsType<LimitDecision.Nothing>(limits.Decide(session, demands, _noon));
        });

    private static LimitedSession Told(LimitedSession session, Limit limit, DateTimeOffset ends) => session with { Promise = new EndPromise(limit, ends) };
}
