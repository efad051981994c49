using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>The queue's scripts on a real Redis.</summary>
[Collection(RedisCollection.Name)]
public sealed class QueueTests(RedisFixture redis)
{
    private static readonly string[] _users = ["amelie", "karim", "lea", "hugo"];

    private abstract record Command
    {
        public sealed record Wait(int User, long Serial, bool First) : Command;

        public sealed record Leave(int User, long Serial) : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (3, Gen.Select(Gen.Int[0, 3], Gen.Long[1, 3], Gen.Bool, (u, s, f) => (Command)new Command.Wait(u, s, f))),
        (1, Gen.Select(Gen.Int[0, 3], Gen.Long[1, 3], (u, s) => (Command)new Command.Leave(u, s))));

    [Fact]
    public async Task Places_are_kept_and_given_up_as_the_model_says() => await _command.Array[1, 25].SampleAsync(async commands =>
    {
        var farm = new LedgerFarm(redis.Store, 1);
        // In the order of the queue: who, and the sign-in that holds the place.
        var (first, rest) = (new List<(string User, long Serial)>(), new List<(string User, long Serial)>());
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Wait wait:
                    var waiting = Here(_users[wait.User], wait.Serial) with { First = wait.First };
                    await farm.Queue.WaitAsync(LedgerFarm.Office, [waiting]);
                    if (!Hold(first, _users[wait.User], wait.Serial) && !Hold(rest, _users[wait.User], wait.Serial)) (wait.First ? first : rest).Add((_users[wait.User], wait.Serial));
                    break;
                case Command.Leave leave:
                    await farm.Queue.LeaveAsync(LedgerFarm.Office, new PersonId($"drancy/{_users[leave.User]}"), leave.Serial, "left");
                    foreach (var line in (List<(string User, long Serial)>[])[first, rest]) line.RemoveAll(place => place.User == _users[leave.User] && place.Serial <= leave.Serial);
                    break;
            }
            var look = await farm.Queue.WaitAsync(LedgerFarm.Office, []);
            Assert.Equal(first.Concat(rest).Select(place => $"drancy/{place.User}"), look.Waiters.OrderBy(w => w.Number).Select(w => w.Person.Value));
            Assert.All(first.Concat(rest), place => Assert.Equal(place.Serial, look.Holders[new PersonId($"drancy/{place.User}")]));
        }
    }, iter: 100, threads: 2);

    [Fact]
    public async Task No_seat_is_kept_for_somebody_on_a_host_that_has_become_impossible_for_them_while_they_wait()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        var place = new WaitingPlace(farm.Pool, Here("karim", 1) with { First = true });
        var free = farm.Pool.Hosts.ToDictionary(host => host, _ => 1);
        free[new HostId("blade0")] = 0;
        async Task<bool> MayClaimAsync(string user)
        {
            var look = await farm.Queue.WaitAsync(LedgerFarm.Office, [place.Who, Here("lea", 2)]);
            return WaitingQueue.Stand(look.Waiters, farm.Pool.Shares, look.Use, free)[new PersonId($"drancy/{user}")].MayClaim;
        }

        Assert.True(await MayClaimAsync("karim"));
        Assert.False(await MayClaimAsync("lea"));
        // Their desktop of another pool runs on the one host that has a seat.
        place.Update(Here("karim", 1) with { Hosts = [new HostId("blade0")] });
        Assert.True(place.Who.First);
        Assert.False(await MayClaimAsync("karim"));
        Assert.True(await MayClaimAsync("lea"));
    }

    [Fact]
    public async Task Whoever_comes_while_others_wait_waits_too_and_a_claim_ends_the_wait()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        var (amelie, karim) = (await farm.SignInAsync("amelie", "poste-a"), await farm.SignInAsync("karim", "poste-b"));
        await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim", karim.SignIn.Serial)]);
        Assert.IsType<Claim.OthersWait>(await farm.TryOpenAsync(amelie));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(karim, turn: true));
        Assert.Empty((await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Waiters);
    }

    [Fact]
    public async Task A_place_that_nobody_asks_about_is_given_up_and_recorded()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        Assert.DoesNotContain((await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim", 1), Here("lea", 2)])).Waiters, waiter => waiter.Silent);
        // Lea's broker goes on asking, Karim's is dead: no seat is kept for him, before his place is given up.
        await Eventually.HoldsAsync("Karim silent", TimeSpan.FromSeconds(20), async () =>
            (await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("lea", 2)])).Waiters.Where(waiter => waiter.Silent).Select(waiter => waiter.Person.Value).SequenceEqual(["drancy/karim"]));
        await Eventually.HoldsAsync("Karim's place given up", TimeSpan.FromSeconds(20), async () =>
            (await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("lea", 2)])).Waiters.Select(w => w.Person.Value).SequenceEqual(["drancy/lea"]));
        Assert.Contains(await farm.EventsAsync(), e => e["kind"] == "queue-left" && e["person"] == "drancy/karim" && e["cause"] == "silent");
    }

    [Fact]
    public async Task After_an_outage_of_the_store_nobody_has_lost_their_place()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim", 1), Here("lea", 2)]);
        // As if nobody had been able to look for an hour: every row and the look itself are old.
        var hourAgo = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();
        await redis.Store.RunAsync("age", async db =>
        {
            foreach (var row in await db.HashGetAllAsync(farm.Keys.Waiting(LedgerFarm.Office)))
                await db.HashSetAsync(farm.Keys.Waiting(LedgerFarm.Office), row.Name, row.Name == "*" ? hourAgo : $"{row.Value.ToString()[..row.Value.ToString().LastIndexOf('|')]}|{hourAgo}");
            return true;
        });
        // Lea's broker is the first that is back.
        var waiters = (await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("lea", 2)])).Waiters;
        Assert.Equal(["drancy/karim", "drancy/lea"], waiters.OrderBy(w => w.Number).Select(w => w.Person.Value));
        Assert.DoesNotContain(waiters, waiter => waiter.Silent);
    }

    [Fact]
    public async Task A_seat_that_comes_free_is_counted_for_its_tenant_and_for_the_estimate()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("lea", "poste-b", "dugny")));
        Assert.Equal([("drancy", 1), ("dugny", 1)], await UseAsync(farm));
        await farm.Ledger.CorrectAsync(new Correction((await farm.Sessions.FindAsync(held.Session))!, SessionPhase.Ended, "test"));
        Assert.Equal([("dugny", 1)], await UseAsync(farm));
        Assert.Single((await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Releases);
    }

    [Fact]
    public async Task A_tenant_never_holds_more_than_its_bound_however_many_ask_at_once()
    {
        var farm = new LedgerFarm(redis.Store, 9);
        farm.Pool = farm.Pool with { Shares = new Shares([new TenantShare(new TenantId("drancy"), 1, 3)]) };
        await farm.ReportAllAsync();
        var crowd = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => farm.SignInAsync($"user{i}", $"poste-{i}")));
        var claims = await Task.WhenAll(crowd.Select(who => farm.TryOpenAsync(who)));
        Assert.Equal(3, claims.Count(claim => claim is Claim.Held));
        Assert.Equal(9, claims.Count(claim => claim is Claim.ShareUsedUp));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("zoe", "poste-z", "dugny")));
    }

    [Fact]
    public async Task What_a_broker_of_before_has_put_and_taken_is_counted_at_the_next_claim()
    {
        var farm = new LedgerFarm(redis.Store, 9);
        farm.Pool = farm.Pool with { Shares = new Shares([new TenantShare(new TenantId("drancy"), 1, 3)]) };
        await farm.ReportAllAsync();
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        // It knows the list alone.
        await farm.Store.RunAsync("put", async db =>
        {
            await db.HashSetAsync(farm.Keys.Use(LedgerFarm.Office), [new("one", "drancy"), new("two", "drancy"), new("three", "dugny")]);
            return true;
        });
        Assert.IsType<Claim.ShareUsedUp>(await farm.TryOpenAsync(await farm.SignInAsync("karim", "poste-b")));
        Assert.Equal([("drancy", 3), ("dugny", 1)], await UseAsync(farm));
        await farm.Store.RunAsync("take", db => db.HashDeleteAsync(farm.Keys.Use(LedgerFarm.Office), "one"));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("lea", "poste-c")));
        Assert.Equal([("drancy", 3), ("dugny", 1)], await UseAsync(farm));

        // As many put as taken: seen by nobody until a broker starts.
        await farm.Store.RunAsync("put and take", db => Task.WhenAll(db.HashDeleteAsync(farm.Keys.Use(LedgerFarm.Office), "three"), db.HashSetAsync(farm.Keys.Use(LedgerFarm.Office), "four", "drancy")));
        await farm.Adoptions.ForgetSharesAsync([LedgerFarm.Office]);
        Assert.Equal([("drancy", 4)], await UseAsync(farm));
    }

    [Fact]
    public async Task A_drained_host_is_claimed_by_nobody_from_its_hour_on()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        await DrainFromAsync(farm, DateTimeOffset.UtcNow.AddMinutes(-1));
        Assert.IsNotType<Claim.Held>(await farm.TryOpenAsync(who));
        await DrainFromAsync(farm, DateTimeOffset.UtcNow.AddHours(1));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
    }

    [Fact]
    public async Task A_personal_place_lasts_and_is_nobody_else_s()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        farm.Pool = farm.Pool with { Kind = PoolKind.Personal };
        await farm.ReportAllAsync();
        var amelie = await farm.SignInAsync("amelie", "poste-a");
        var first = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(amelie));
        await farm.Ledger.CorrectAsync(new Correction((await farm.Sessions.FindAsync(first.Session))!, SessionPhase.Ended, "test"));
        // Two others for one place that has no owner, at once; Amélie's stays free for her.
        var others = await Task.WhenAll((await Task.WhenAll(farm.SignInAsync("karim", "poste-b"), farm.SignInAsync("lea", "poste-c"))).Select(who => farm.TryOpenAsync(who)));
        Assert.Single(others.OfType<Claim.Held>(), claim => claim.Host != first.Host);
        for (var draw = 0u; draw < 4; draw++)
        {
            var again = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(amelie, draw));
            Assert.Equal(first.Host, again.Host);
            await farm.Ledger.CorrectAsync(new Correction((await farm.Sessions.FindAsync(again.Session))!, SessionPhase.Ended, "test"));
        }
    }

    private static WaitingHere Here(string user, long serial) => new(new PersonId($"drancy/{user}"), new StationId("poste-a"), serial, First: false, Hosts: null);

    private static bool Hold(List<(string User, long Serial)> line, string user, long serial)
    {
        var index = line.FindIndex(place => place.User == user);
        if (index >= 0 && line[index].Serial <= serial) line[index] = (user, serial);
        return index >= 0;
    }

    private static async Task<IEnumerable<(string, int)>> UseAsync(LedgerFarm farm) =>
        (await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Use.OrderBy(row => row.Key.Value, StringComparer.Ordinal).Select(row => (row.Key.Value, row.Value));

    private Task<bool> DrainFromAsync(LedgerFarm farm, DateTimeOffset from) =>
        redis.Store.RunAsync("drain", db => db.HashSetAsync(farm.Keys.Drains, "blade0", $$"""{"from":{{from.ToUnixTimeMilliseconds()}},"grace":0,"until":{{from.AddHours(2).ToUnixTimeMilliseconds()}},"by":"op","why":""}"""));
}
