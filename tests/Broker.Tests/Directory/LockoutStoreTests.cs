using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>The scripts of the lockout on a real Redis: what they decide is what the pure rule decides.</summary>
[Collection(RedisCollection.Name)]
public sealed class LockoutStoreTests(RedisFixture redis)
{
    private static readonly StationId _first = new("poste-1");
    private static readonly StationId _second = new("poste-2");
    private static readonly PersonId _amelie = new("drancy/amelie");
    private static readonly string[] _logins = ["amelie", "AMELIE@drancy", "karim", ""];

    // Small enough that random runs reach every lock.
    private static readonly LockoutPolicy _tight = new()
    {
        Here = new TryLimit(3, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5)),
        Station = new TryLimit(5, TimeSpan.FromMinutes(8), TimeSpan.FromMinutes(1)),
        Everywhere = new TryLimit(4, TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(7)),
        Stations = 2,
        MostFromOneStation = 2,
    };

    private abstract record Command
    {
        public sealed record Begin(int Login, int Station) : Command;

        public sealed record Look(int Login, int Station) : Command;

        public sealed record Settle(int Nth, TryEnd End) : Command;

        public sealed record Wait(int Seconds) : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], (l, s) => (Command)new Command.Begin(l, s))),
        (1, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], (l, s) => (Command)new Command.Look(l, s))),
        (4, Gen.Select(Gen.Int[0, 9], Gen.Frequency((5, Gen.Const(TryEnd.Failed)), (1, Gen.Const(TryEnd.Passed)), (1, Gen.Const(TryEnd.Unanswered)), (1, Gen.Const(TryEnd.Unknown))), (n, e) => (Command)new Command.Settle(n, e))),
        (2, Gen.OneOf(Gen.Int[0, 90], Gen.Int[200, 4000]).Select(s => (Command)new Command.Wait(s))));

    [Fact]
    public async Task The_script_does_what_the_rule_says() => await _command.Array[1, 60].SampleAsync(async commands =>
    {
        var run = new LockoutRun(redis.Store, _tight);
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Begin c: await run.BeginAsync(_logins[c.Login], $"poste-{c.Station}"); break;
                case Command.Look c: await run.LookAsync(_logins[c.Login], $"poste-{c.Station}"); break;
                case Command.Settle c: await run.SettleAsync(c.Nth, c.End); break;
                case Command.Wait c: run.Now += TimeSpan.FromSeconds(c.Seconds); break;
            }
        }
    }, iter: 150, threads: 2);

    [Fact]
    public async Task Tries_at_once_do_not_outrun_the_count()
    {
        var store = new LockoutRun(redis.Store, LockoutPolicy.Default).Store;
        var begun = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => store.BeginAsync("amelie", _first)));
        Assert.Equal(5, begun.Count(one => one.Decision is LockoutDecision.Go));
        Assert.All(begun.Where(one => one.Decision is not LockoutDecision.Go), one => Assert.InRange(one.Left, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public async Task A_lock_is_told_once_listed_and_taken_away_by_name()
    {
        var run = new LockoutRun(redis.Store, LockoutPolicy.Default);
        var store = run.Store;
        for (var i = 0; i < 5; i++) await store.SettleAsync(await store.BeginAsync("Amelie", _first), TryEnd.Failed, _amelie);
        for (var i = 0; i < 3; i++) Assert.IsType<LockoutDecision.PersonLocked>((await store.BeginAsync("amelie ", _first)).Decision);
        Assert.IsType<LockoutDecision.Go>((await store.BeginAsync("amelie", _second)).Decision);

        var held = Assert.Single(await store.ListAsync());
        Assert.Equal((_first, _amelie.Value, LockoutStore.NameOf("amelie")), (held.Where, held.Person, held.Name));
        Assert.Equal(1, await store.UnlockAsync([held], "root"));
        Assert.Equal(0, await store.UnlockAsync([held], "root"));
        Assert.Empty(await store.ListAsync());
        Assert.IsType<LockoutDecision.Go>((await store.BeginAsync("amelie", _first)).Decision);
        Assert.Equal(["person-locked drancy/amelie poste-1", "unlocked  "], await EventsAsync(run));
    }

    [Fact]
    public async Task A_lock_whose_last_try_was_never_settled_is_told_at_the_next_one()
    {
        var run = new LockoutRun(redis.Store, LockoutPolicy.Default);
        for (var i = 0; i < 5; i++) await run.Store.BeginAsync("amelie", _first);
        Assert.Empty(await run.Store.ListAsync());
        await run.Store.BeginAsync("amelie", _first);
        Assert.Single(await run.Store.ListAsync());
    }

    [Fact]
    public async Task The_right_password_in_time_makes_no_lock_and_a_paused_station_is_told()
    {
        var run = new LockoutRun(redis.Store, LockoutPolicy.Default);
        var begun = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => run.Store.BeginAsync("amelie", _first)));
        foreach (var one in begun[..4]) await run.Store.SettleAsync(one, TryEnd.Failed);
        await run.Store.SettleAsync(begun[4], TryEnd.Passed, _amelie);
        Assert.Empty(await run.Store.ListAsync());
        for (var i = 0; i < 20; i++) await run.Store.SettleAsync(await run.Store.BeginAsync($"name{i}", _first), TryEnd.Failed);
        Assert.IsType<LockoutDecision.StationPaused>((await run.Store.BeginAsync("amelie", _first)).Decision);
        Assert.Equal((_first, null), ((await run.Store.ListAsync()).Select(one => (one.Where, one.Name)).Single()));
        Assert.Contains("station-paused  poste-1", await EventsAsync(run));
    }

    [Fact]
    public async Task Names_stand_nowhere_in_the_store()
    {
        var run = new LockoutRun(redis.Store, LockoutPolicy.Default);
        for (var i = 0; i < 6; i++) await run.Store.SettleAsync(await run.Store.BeginAsync("my-secret-typed-as-name", _first), TryEnd.Failed);
        var keys = (string[])(await redis.Store.RunAsync("look", db => db.ScriptEvaluateAsync("return redis.call('KEYS', '*')", [run.Keys.Events])))!;
        Assert.NotEmpty(keys);
        Assert.DoesNotContain(keys, key => key.Contains("my-secret", StringComparison.Ordinal));
        Assert.DoesNotContain(await EventsAsync(run), text => text.Contains("my-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_is_one_whichever_name_is_typed_and_nobody_types_their_count()
    {
        var run = new LockoutRun(redis.Store, LockoutPolicy.Default);
        foreach (var typed in (string[])["amelie", "adurand", "amelie@drancy.fr", "x", "y"]) await run.Store.SettleAsync(await run.Store.BeginAsync(typed, _first, _amelie), TryEnd.Failed, _amelie);
        Assert.IsType<LockoutDecision.PersonLocked>((await run.Store.BeginAsync("another alias", _first, _amelie)).Decision);
        Assert.Equal(_amelie.Value, Assert.Single(await run.Store.ListAsync()).Person);
        Assert.NotEqual(LockoutStore.NameOf(_amelie), LockoutStore.NameOf(_amelie.Value));
        Assert.IsType<LockoutDecision.Go>((await run.Store.BeginAsync(_amelie.Value, _first)).Decision);
    }

    [Fact]
    public async Task Switched_off_it_counts_nothing()
    {
        var run = new LockoutRun(redis.Store, LockoutPolicy.Default with { IsOn = false });
        for (var i = 0; i < 30; i++) Assert.IsType<LockoutDecision.Go>((await run.Store.BeginAsync("amelie", _first)).Decision);
        Assert.False(await redis.Store.RunAsync("look", db => db.KeyExistsAsync(run.Keys.TriesAt(_first))));
    }

    private async Task<List<string>> EventsAsync(LockoutRun run) =>
        [.. (await redis.Store.RunAsync("events", db => db.StreamRangeAsync(run.Keys.Events))).Select(e => e.Values.ToDictionary(v => v.Name.ToString(), v => v.Value.ToString()))
            .Select(e => $"{e["kind"]} {e.GetValueOrDefault("person")} {e.GetValueOrDefault("station")}")];
}
