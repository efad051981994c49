using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>
/// The scripts that repair the ledger by what hosts say, against a model in C#, on a real Redis, while rows, seats and desktops get lost: they must agree after every command,
/// and when all that can be repaired has been, nothing may be counted that is not there.
/// </summary>
[Collection(RedisCollection.Name)]
public sealed class AdoptionModelTests(RedisFixture redis) : IAsyncLifetime
{
    private RedisStore _store = null!;

    private abstract record Command
    {
        public sealed record Adopt(int User, AdoptionCase How) : Command;

        public sealed record Reseat(int Nth, bool Stale) : Command;

        public sealed record Raise(int Nth, long By, bool Stale) : Command;

        public sealed record Free(int User, int Host, int? Other) : Command;

        public sealed record Forget(int User, int? Other) : Command;

        public sealed record Drop(int Nth) : Command;

        public sealed record Finish(int Nth, bool Lost, bool Stale) : Command;

        public sealed record Lose(int Nth, bool Row, bool Seat, bool Desktop) : Command;
    }

    private static readonly Gen<bool> _seldom = Gen.Frequency((7, Gen.Const(false)), (1, Gen.Const(true)));
    private static readonly Gen<int> _nth = Gen.Int[0, 11];
    private static readonly Gen<int> _user = Gen.Int[0, 3];
    private static readonly Gen<int> _host = Gen.Int[0, 1];
    private static readonly Gen<int?> _other = Gen.Frequency((4, Gen.Const((int?)null)), (1, _nth.Select(n => (int?)n)));

    // By how much what the host was told is above the counter: an older one, a newer one, one that no broker can have given.
    private static readonly Gen<long> _ahead = Gen.Frequency((3, Gen.Long[-1000, 0]), (3, Gen.Long[1, 1000]), (1, Gen.Const(2L * 24 * 3600 * 1_000_000)));

    private static readonly Gen<Instead> _instead = Gen.Frequency((1, Gen.Const(Instead.Nothing)), (3, Gen.Const(Instead.Desktop)), (1, Gen.Const(Instead.Stale)));

    private static readonly Gen<AdoptionCase> _how = Gen.Select(_host, _ahead, Gen.Int[0, 2].Select(i => (AdoptedId)i), _instead, Gen.Select(_seldom, _seldom, _nth))
        .Select(x => new AdoptionCase($"blade{x.Item1}", x.Item2, x.Item3, x.Item4, x.Item5.Item1, x.Item5.Item2, x.Item5.Item3));

    private static readonly Gen<Command> _command = Gen.Frequency(
        (6, Gen.Select(_user, _how, (u, how) => (Command)new Command.Adopt(u, how))),
        (3, Gen.Select(_nth, _seldom, (n, s) => (Command)new Command.Reseat(n, s))),
        (3, Gen.Select(_nth, _ahead, _seldom, (n, by, s) => (Command)new Command.Raise(n, by, s))),
        (3, Gen.Select(_user, _host, _other, (u, h, o) => (Command)new Command.Free(u, h, o))),
        (3, Gen.Select(_user, _other, (u, o) => (Command)new Command.Forget(u, o))),
        (2, _nth.Select(n => (Command)new Command.Drop(n))),
        (2, Gen.Select(_nth, Gen.Bool, _seldom, (n, l, s) => (Command)new Command.Finish(n, l, s))),
        (4, Gen.Select(_nth, Gen.Bool, Gen.Bool, Gen.Bool, (n, r, s, d) => (Command)new Command.Lose(n, r, s, d))));

    /// <summary>A store of its own, so that a test may break its scripts.</summary>
    public async Task InitializeAsync() => _store = await RedisStore.ConnectAsync(new RedisOptions { Endpoints = [redis.Endpoint] });

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public Task Scripts_do_what_the_model_says() => SampleAsync(250);

    [Theory]
    [InlineData("adopt_session", "not holder and redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[17])", "false", "taken in on a host that is full")]
    [InlineData("adopt_session", "if holder and holder ~= sid then return 'changed' end", "", "taken in on somebody else's seat")]
    [InlineData("adopt_session", "if given_up ~= '' and redis.call('HGET', KEYS[6], 'revision') ~= ARGV[14] then return 'changed' end", "", "a desktop given up that has moved on")]
    [InlineData("adopt_session", "use_pool(uses, sid, tenant)", "", "taken in without a use of the pool")]
    [InlineData("adopt_session", "if not is_believable(KEYS[1], told, ARGV[20]) then return 'implausible' end", "", "a host's own fence believed")]
    [InlineData("adopt_session", "keep_up(KEYS[1], told)", "", "a counter that stays behind what a host was told")]
    [InlineData("adopt_session", "leave_pool(it.uses, it.id)", "", "the use of what was given up stays")]
    [InlineData("adopt_session", "if not owner and ARGV[22] == '' then redis.call('SET', KEYS[8], ARGV[21], 'PX', ARGV[15]) end", "", "an account that anybody may take from whose session runs")]
    [InlineData("adopt_session", "if not owner and ARGV[22] == ''", "if true", "an account taken over from its tenant")]
    [InlineData("reseat_session", "if desktop and desktop ~= ARGV[2] then return 0 end", "", "a seat put back although the person has another desktop")]
    [InlineData("reseat_session", "KEYS[6] }, ARGV[2], ARGV[4])", "KEYS[6] }, ARGV[2] .. '+', ARGV[4])", "a seat put back that is counted twice")]
    [InlineData("raise_fence", "tonumber(s[2]) >= tonumber(ARGV[4])", "false", "a fence that falls")]
    [InlineData("raise_fence", "s[1] ~= ARGV[3] or", "not s[1] or", "a fence raised too late")]
    [InlineData("free_seat", "if not over and s[2] == ARGV[2] and s[3] == ARGV[4] then return 0 end", "", "a seat freed under a running session")]
    [InlineData("free_seat", "if redis.call('HGET', KEYS[1], ARGV[2]) ~= ARGV[3] then return 0 end", "", "somebody else's seat freed")]
    [InlineData("free_seat", "for i = 4, #KEYS, 2 do leave_pool({ use = KEYS[i], shares = KEYS[i + 1] }, ARGV[3]) end", "", "a freed seat still counted")]
    [InlineData("free_seat", "s[2] == ARGV[2] and s[3] == ARGV[4]", "true", "a second seat of one session that nobody frees")]
    [InlineData("free_seat", "if over then", "if true then", "what runs is not counted any more")]
    [InlineData("forget_desktop", "if redis.call('HGET', KEYS[1], ARGV[3]) ~= ARGV[4] then return 0 end", "", "another desktop forgotten")]
    [InlineData("forget_desktop", "if not over and s[2] == ARGV[2] and s[3] == ARGV[3] then return 0 end", "", "a desktop forgotten that runs")]
    [InlineData("forget_desktop", "if over then leave_pool", "if true then leave_pool", "somebody else's session is not counted any more")]
    [InlineData("drop_use", "if phase and phase ~= 'ended' and phase ~= 'lost' and phase ~= 'expired' then return 0 end", "", "what runs is counted no longer")]
    [InlineData("drop_use", "not leave_pool({ use = KEYS[2], shares = KEYS[4] }, ARGV[2])", "not phase", "what is gone is counted for ever")]
    [InlineData("adopt_session", "redis.call('HINCRBY', of.shares, tenant, 1)", "", "taken in and not counted as its tenant's")]
    [InlineData("correct_session", "redis.call('HINCRBY', of.shares, tenant, -1) == 0", "false", "over and still counted as its tenant's")]
    [InlineData("adopt_session", "before or '*', before and -1 or 1", "'*', 1", "one session counted twice")]
    public async Task A_broken_script_is_found_out(string script, string right, string wrong, string fault)
    {
        _store.Runs = asked =>
        {
            if (asked.Name != script) return asked;
            Assert.Equal(2, asked.Text.Split(right).Length);
            return asked.Reading(asked.Text.Replace(right, wrong, StringComparison.Ordinal));
        };
        var found = await Record.ExceptionAsync(() => SampleAsync(2000));
        Assert.True(found is CsCheckException, $"{fault}: not found, {found}");
    }

    private Task SampleAsync(int iterations) => Gen.Select(Gen.Bool, _command.Array[1, 40]).SampleAsync(async (personal, commands) =>
    {
        var farm = new LedgerFarm(_store, 1, 2);
        if (personal) farm.Pool = farm.Pool with { Kind = PoolKind.Personal };
        await farm.ReportAllAsync();
        var run = new AdoptionRun(farm);
        await run.BeginAsync();
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Adopt c: await run.AdoptAsync(AdoptionRun.Users[c.User], c.How); break;
                case Command.Reseat c: await run.ReseatAsync(c.Nth, c.Stale); break;
                case Command.Raise c: await run.RaiseAsync(c.Nth, c.By, c.Stale); break;
                case Command.Free c: await run.FreeAsync(AdoptionRun.Users[c.User], $"blade{c.Host}", c.Other); break;
                case Command.Forget c: await run.ForgetAsync(AdoptionRun.Users[c.User], c.Other); break;
                case Command.Drop c: await run.DropAsync(c.Nth); break;
                case Command.Finish c: await run.FinishAsync(c.Nth, c.Lost ? SessionPhase.Lost : SessionPhase.Ended, c.Stale); break;
                case Command.Lose c: await run.LoseAsync(c.Nth, c.Row, c.Seat, c.Desktop); break;
            }
            await run.AgreesAsync();
        }
        await run.SettleAsync();
    }, iter: iterations, threads: 2);
}
