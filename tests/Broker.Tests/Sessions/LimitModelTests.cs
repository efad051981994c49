using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>The scripts of limits against a model in C#, on a real Redis, in every phase of a session.</summary>
[Collection(RedisCollection.Name)]
public sealed class LimitModelTests(RedisFixture redis)
{
    private static readonly TimeSpan _long = TimeSpan.FromHours(1);

    private abstract record Command
    {
        public sealed record Becomes(SessionPhase Phase) : Command;

        public sealed record Move(int Station) : Command;

        /// <summary>Told of an end that has come already, or comes in an hour.</summary>
        public sealed record Warn(Limit Limit, bool Now, bool Stale) : Command;

        public sealed record TakeBack(bool Stale) : Command;

        public sealed record End(Limit Limit, bool Warned, bool Stale) : Command;

        public sealed record Extend(Limit Limit, int Minutes, bool Stale) : Command;
    }

    private sealed record Model(SessionPhase Phase, Limit? Told, bool Over, ImmutableSortedDictionary<Limit, long> Spared, int Extensions, Limit? EndedBy);

    private static readonly Gen<bool> _stale = Gen.Frequency((4, Gen.Const(false)), (1, Gen.Const(true)));
    private static readonly Gen<Limit> _limit = Gen.Int[0, 1].Select(i => i == 0 ? Limit.Idle : Limit.GiveBack);
    private static readonly Gen<Command> _command = Gen.Frequency(
        (2, Gen.Int[0, 2].Select(i => (Command)new Command.Becomes(i == 0 ? SessionPhase.Active : i == 1 ? SessionPhase.Disconnected : SessionPhase.Ended))),
        (1, Gen.Int[0, 2].Select(s => (Command)new Command.Move(s))),
        (4, Gen.Select(_limit, Gen.Bool, _stale, (l, n, s) => (Command)new Command.Warn(l, n, s))),
        (2, _stale.Select(s => (Command)new Command.TakeBack(s))),
        (3, Gen.Select(_limit, Gen.Bool, _stale, (l, w, s) => (Command)new Command.End(l, w, s))),
        (3, Gen.Select(_limit, Gen.Int[1, 9], _stale, (l, m, s) => (Command)new Command.Extend(l, m, s))));

    [Fact]
    public async Task Scripts_do_what_the_model_says() => await _command.Array[1, 25].SampleAsync(async commands =>
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var ledger = new LimitLedger(redis.Store, farm.Keys);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-0")));
        var model = new Model(SessionPhase.Opening, null, false, ImmutableSortedDictionary<Limit, long>.Empty, 0, null);
        foreach (var command in commands)
        {
            var session = (await farm.Sessions.FindAsync(held.Session))!;
            model = await ApplyAsync(farm, ledger, session, model, command);
            var end = (await farm.Sessions.FindAsync(held.Session))!;
            Assert.Equal((model.Phase, model.Told, model.EndedBy, model.Extensions), (end.Phase, end.End.Promise?.Limit, end.End.EndedBy, end.End.Extensions));
            if (model.Told is not null) Assert.Equal(model.Over, end.End.Promise!.EndsAt <= DateTimeOffset.UtcNow.AddMinutes(1));
            Assert.Equal(model.Spared, end.End.Spared.Select(one => KeyValuePair.Create(one.Key, one.Value.ToUnixTimeMilliseconds())).OrderBy(one => one.Key));
        }
    }, iter: 200, threads: 2);

    [Fact]
    public async Task What_was_told_survives_a_move()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var ledger = new LimitLedger(redis.Store, farm.Keys);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        var ends = await ledger.WarnAsync((await farm.Sessions.FindAsync(held.Session))!, Limit.Longest, DateTimeOffset.UtcNow.AddMinutes(4), TimeSpan.FromMinutes(1));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-b")));
        Assert.Equal(new EndPromise(Limit.Longest, ends!.Value), (await farm.Sessions.FindAsync(held.Session))!.End.Promise);
    }

    [Fact]
    public async Task Two_brokers_that_decide_the_same_end_a_session_once()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var ledger = new LimitLedger(redis.Store, farm.Keys);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        await farm.Ledger.CorrectAsync(new Correction((await farm.Sessions.FindAsync(held.Session))!, SessionPhase.Disconnected, "test"));
        var seen = (await farm.Sessions.FindAsync(held.Session))!;
        var ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ledger.EndAsync(seen, Limit.Disconnected, warned: false)));
        Assert.Single(ended, one => one);
        var told = Assert.Single(await farm.EventsAsync(), e => e["kind"] == "session-ending");
        Assert.Equal(("limit-disconnected", "blade0", "amelie"), (told["cause"], told["host"], told["user"]));
    }

    private static async Task<Model> ApplyAsync(LedgerFarm farm, LimitLedger ledger, Session session, Model model, Command command)
    {
        Session On(bool stale) => stale ? session with { Revision = session.Revision - 1 } : session;
        var runs = SessionLife.Running.Contains(model.Phase);
        switch (command)
        {
            case Command.Becomes(var phase):
                return await farm.Ledger.CorrectAsync(new Correction(session, phase, "test")) ? model with { Phase = phase } : model;
            case Command.Move(var station):
                var moved = await farm.TryOpenAsync(await farm.SignInAsync("amelie", $"poste-{station}")) is Claim.Held held && held.Session == session.Id;
                return moved ? model with { Phase = SessionPhase.Opening } : model;
            case Command.Warn(var limit, var now, var stale):
                var ends = await ledger.WarnAsync(On(stale), limit, DateTimeOffset.UtcNow - _long, now ? TimeSpan.Zero : _long);
                Assert.Equal(runs && !stale, ends is not null);
                return ends is null ? model : model with { Told = limit, Over = now };
            case Command.TakeBack(var stale):
                Assert.Equal(runs && !stale, await ledger.TakeBackAsync(On(stale), Limit.Idle));
                return runs && !stale ? model with { Told = null } : model;
            case Command.End(var limit, var warned, var stale):
                var due = !stale && model.Phase is SessionPhase.Active or SessionPhase.Disconnected && !stale && (!warned || (model.Told == limit && model.Over));
                Assert.Equal(due, await ledger.EndAsync(On(stale), limit, warned));
                return due ? model with { Phase = SessionPhase.Ending, EndedBy = limit } : model;
            case Command.Extend(var limit, var minutes, var stale):
                var until = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeMilliseconds());
                var granted = !stale && runs && model.Told == limit;
                Assert.Equal(granted, await ledger.ExtendAsync(On(stale), limit, until));
                return granted ? model with { Told = null, Spared = model.Spared.SetItem(limit, until.ToUnixTimeMilliseconds()), Extensions = model.Extensions + 1 } : model;
            default:
                throw new InvalidOperationException($"{command}");
        }
    }
}
