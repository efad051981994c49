using System.Collections.Immutable;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>The scripts of drains against a model in C#, on a real Redis; and what claims make of drains.</summary>
[Collection(RedisCollection.Name)]
public sealed class DrainModelTests(RedisFixture redis)
{
    private abstract record Command
    {
        public sealed record Plan(int Host, int From, int? Until) : Command;

        public sealed record TakeBack(int Host) : Command;
    }

    // Hours from now: far from each other, so that no clock decides.
    private static readonly Gen<Command> _command = Gen.Frequency(
        (3, Gen.Select(Gen.Int[0, 2], Gen.Int[-3, 3], Gen.Int[-2, 6].Nullable(), (host, from, until) => (Command)new Command.Plan(host, from, until == 0 ? null : until))),
        (1, Gen.Int[0, 2].Select(host => (Command)new Command.TakeBack(host))));

    [Fact]
    public async Task Scripts_do_what_the_model_says() => await _command.Array[1, 12].SampleAsync(async commands =>
    {
        var farm = new LedgerFarm(redis.Store, 1, 1, 1);
        var book = new DrainBook(redis.Store, farm.Keys);
        var model = ImmutableDictionary<HostId, HostDrain>.Empty;
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Plan(var host, var from, var until):
                    var drain = DrainOf(host, from) with { Until = until is { } hours ? At(hours) : null, By = "op", Why = "why \"not\"" };
                    Assert.Equal(until is not < 0, await book.PlanAsync(drain));
                    if (until is not < 0) model = model.SetItem(drain.Host, drain);
                    break;
                case Command.TakeBack(var host):
                    Assert.Equal(model.GetValueOrDefault(Name(host)), await book.TakeBackAsync(Name(host), "op"));
                    model = model.Remove(Name(host));
                    break;
            }
            Assert.Equal(model.Values.OrderBy(one => one.Host.Value), (await book.AllAsync()).Values.OrderBy(one => one.Host.Value));
        }
    }, iter: 60, threads: 2);

    [Fact]
    public async Task A_claim_that_was_decided_before_the_drain_began_is_not_given_a_seat_there()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        var book = new DrainBook(redis.Store, farm.Keys);
        await farm.ReportAllAsync();
        var before = await farm.Sessions.LoadAsync(new PersonId("drancy/amelie"), "amelie", farm.Pool);
        Assert.DoesNotContain(before.Hosts, host => host.Draining);
        await book.PlanAsync(DrainOf(0, -1));
        var after = await farm.Sessions.LoadAsync(new PersonId("drancy/amelie"), "amelie", farm.Pool);
        Assert.Equal([true, false], after.Hosts.Select(host => host.Draining));
        // The script looks for itself, whatever was decided on.
        for (var i = 0; i < 2; i++)
        {
            var who = await farm.SignInAsync($"person{i}", $"poste-{i}");
            var decision = Assert.IsType<OpeningDecision.Place>(Opening.Decide(before, new OpeningWish($"person{i}", LedgerFarm.Town, who.SignIn.Serial), 0));
            var claim = await farm.Ledger.PlaceAsync(who.SignIn, new Presented(who.Secret), farm.Pool, decision);
            if (i == 0) Assert.Equal("blade1", Assert.IsType<Claim.Held>(claim).Host.Value);
            else Assert.IsType<Claim.Changed>(claim);
        }
        await book.TakeBackAsync(Name(0), "op");
        Assert.Equal("blade0", Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("person2", "poste-2"))).Host.Value);
    }

    [Fact]
    public async Task A_drain_that_is_over_keeps_nobody_out_and_is_cleared_away_with_the_next_plan()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAllAsync();
        await redis.Store.RunAsync("old drain", db => db.HashSetAsync(farm.Keys.Drains, "blade0", """{"from":1,"grace":0,"until":2,"by":"op","why":""}"""));
        await redis.Store.RunAsync("drain of a host that is no more", db => db.HashSetAsync(farm.Keys.Drains, "blade9", """{"from":1,"grace":0,"until":2,"by":"op","why":""}"""));
        Assert.All((await farm.Sessions.LoadAsync(new PersonId("drancy/amelie"), "amelie", farm.Pool)).Hosts, host => Assert.False(host.Draining));
        var book = new DrainBook(redis.Store, farm.Keys);
        await book.PlanAsync(DrainOf(1, 1));
        Assert.Equal(Name(1), Assert.Single(await book.AllAsync()).Key);
    }

    [Fact]
    public async Task A_store_that_was_emptied_is_told_again_once_and_what_was_taken_back_before_stays_so()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1, 1);
        var book = new DrainBook(redis.Store, farm.Keys);
        DrainKeeper Broker() => new(book, farm.Catalogue, new FarmEvents(redis.Store, farm.Keys), NullLogger<DrainKeeper>.Instance);
        var (first, second) = (Broker(), Broker());
        var (kept, anew) = (DrainOf(0, -1) with { By = "op", Why = "new fan" }, DrainOf(1, -1) with { By = "op", Why = "" });
        foreach (var drain in (HostDrain[])[kept, anew, DrainOf(2, -1)]) Assert.True(await book.PlanAsync(drain));
        Assert.Equal((0, 0), (await first.LookAsync(), await second.LookAsync()));
        await book.TakeBackAsync(Name(2), "op");
        Assert.Equal((0, 0), (await first.LookAsync(), await second.LookAsync()));

        await redis.Store.RunAsync("empty", async db =>
        {
            await db.KeyDeleteAsync(farm.Keys.Drains);
            return await db.StringSetAsync(farm.Keys.Began, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        });
        var planned = anew with { From = At(1), By = "another", Why = "planned anew" };
        Assert.True(await book.PlanAsync(planned));
        Assert.Equal((1, 0), (await first.LookAsync(), await second.LookAsync()));
        Assert.Equal([kept, planned], (await book.AllAsync()).Values.OrderBy(drain => drain.Host.Value));
        Assert.Equal(0, await Broker().LookAsync());
    }

    [Fact]
    public async Task Whoever_was_cut_off_while_a_drain_was_put_back_and_taken_back_does_not_put_it_back()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var book = new DrainBook(redis.Store, farm.Keys);
        var late = new DrainKeeper(book, farm.Catalogue, new FarmEvents(redis.Store, farm.Keys), NullLogger<DrainKeeper>.Instance);
        await redis.Store.RunAsync("old", db => db.StringSetAsync(farm.Keys.Began, 1));
        Assert.True(await book.PlanAsync(DrainOf(0, -1)));
        Assert.Equal(0, await late.LookAsync());
        await redis.Store.RunAsync("empty", async db =>
        {
            await db.KeyDeleteAsync(farm.Keys.Drains);
            return await db.StringSetAsync(farm.Keys.Began, (DateTimeOffset.UtcNow - farm.Catalogue.Thresholds.Settled).ToUnixTimeMilliseconds());
        });
        Assert.Equal(0, await late.LookAsync());
        Assert.Empty(await book.AllAsync());
    }

    private static DateTimeOffset At(int hours) => new DateTimeOffset(DateTime.UtcNow.Date, TimeSpan.Zero).AddHours(DateTime.UtcNow.Hour + hours).AddMinutes(hours < 0 ? 0 : 59);

    private static HostId Name(int host) => new($"blade{host}");

    private static HostDrain DrainOf(int host, int from) => new(Name(host), At(from), TimeSpan.FromMinutes(15));
}
