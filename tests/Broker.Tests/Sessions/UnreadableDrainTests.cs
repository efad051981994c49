using System.Text;
using StackExchange.Redis;
using VdiBroker.Broker.Tests.Rpc;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>Rows of drains that nobody can read, on a real Redis: their host takes nobody, and every other one goes on.</summary>
[Collection(RedisCollection.Name)]
public sealed class UnreadableDrainTests(RedisFixture redis)
{
    private static readonly HostId _host = new("blade0");
    private static readonly HostId _other = new("blade1");

    public static TheoryData<string> Rows => new("", "{", "null", "[1]", "7", "{}", "\"soon\"",
        """{"from":"1","grace":0,"by":"op","why":""}""", """{"from":null,"grace":0,"by":"op","why":""}""", """{"from":1.5,"grace":0,"by":"op","why":""}""",
        """{"from":1e300,"grace":0,"by":"op","why":""}""", """{"from":99999999999999999,"grace":0,"by":"op","why":""}""", """{"grace":0,"by":"op","why":""}""",
        """{"from":1,"grace":-1,"by":"op","why":""}""", """{"from":1,"grace":"15m","by":"op","why":""}""", """{"from":1,"grace":9223372036854775807,"by":"op","why":""}""", """{"from":1,"by":"op","why":""}""",
        """{"from":1,"grace":0,"until":"2","by":"op","why":""}""", """{"from":1,"grace":0,"until":{},"by":"op","why":""}""", """{"from":1,"grace":0,"until":false,"by":"op","why":""}""",
        """{"from":1,"grace":0,"until":2,"by":7,"why":""}""", """{"from":1,"grace":0,"until":2,"by":"op"}""");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_row_that_cannot_be_read_keeps_its_own_host_from_taking_people_and_no_other(string bad)
    {
        var farm = await FarmAsync(bad);
        var state = await farm.Sessions.LoadAsync(new PersonId("drancy/amelie"), "amelie", farm.Pool);
        Assert.Equal([true, false], state.Hosts.Select(host => host.Draining));
        Assert.Equal("blade1", Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-0"))).Host.Value);
        Assert.Equal(1, await redis.Store.RunAsync("count", db => db.HashLengthAsync(farm.Keys.Use(LedgerFarm.Office))));

        // The operator sees it, and the host's own report brings nobody's end.
        var drain = (await new HostStates(redis.Store, farm.Keys, farm.Catalogue).AllAsync()).Single(one => one.Host.Id == _host).Drain!;
        Assert.True(drain.IsUnreadable);
        Assert.Contains("cannot be read", drain.Why, StringComparison.Ordinal);
        var written = await farm.Board.WriteAsync(_host, "link", new HostReading("boot", new string('0', 64), 0.1, 0.1, []), ReadBefore.Nothing.Read);
        Assert.True(written!.Drain!.IsUnreadable);
        Assert.Null((await farm.Board.WriteAsync(_other, "link", new HostReading("boot", new string('0', 64), 0.1, 0.1, []), ReadBefore.Nothing.Read))!.Drain);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task The_script_of_a_claim_looks_for_itself_and_is_stopped_by_no_row(string bad)
    {
        var farm = await FarmAsync("{}");
        await redis.Store.RunAsync("clear", db => db.KeyDeleteAsync(farm.Keys.Drains));
        var before = await farm.Sessions.LoadAsync(new PersonId("drancy/amelie"), "amelie", farm.Pool);
        Assert.DoesNotContain(before.Hosts, host => host.Draining);
        await SpoilAsync(farm, bad);
        for (var i = 0; i < 2; i++)
        {
            var who = await farm.SignInAsync($"person{i}", $"poste-{i}");
            var decision = Assert.IsType<OpeningDecision.Place>(Opening.Decide(before, new OpeningWish($"person{i}", LedgerFarm.Town, who.SignIn.Serial), 0));
            var claim = await farm.Ledger.PlaceAsync(who.SignIn, new Presented(who.Secret), farm.Pool, decision);
            if (i == 0) Assert.Equal("blade1", Assert.IsType<Claim.Held>(claim).Host.Value);
            else Assert.IsType<Claim.Changed>(claim);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Other_drains_are_planned_and_taken_back_beside_it_and_it_is_replaced_or_taken_back_itself(string bad)
    {
        var farm = await FarmAsync(bad);
        var book = new DrainBook(redis.Store, farm.Keys);
        var beside = DrainOf(_other) with { By = "op" };
        Assert.True(await book.PlanAsync(beside));
        Assert.Equal(beside, (await book.AllAsync())[_other]);
        Assert.Equal(beside, await book.TakeBackAsync(_other, "op"));
        // Nobody clears it away but who decides of it.
        Assert.True((await book.AllAsync())[_host].IsUnreadable);
        Assert.True(await book.PlanAsync(DrainOf(_host)));
        Assert.Equal(DrainOf(_host), (await book.AllAsync())[_host]);

        await SpoilAsync(farm, bad);
        Assert.True((await book.TakeBackAsync(_host, "op"))!.IsUnreadable);
        Assert.Empty(await book.AllAsync());
        Assert.Null(await book.TakeBackAsync(_host, "op"));
        Assert.All((await farm.Sessions.LoadAsync(new PersonId("drancy/amelie"), "amelie", farm.Pool)).Hosts, host => Assert.False(host.Draining));
    }

    [Fact]
    public async Task What_is_no_text_is_no_drain_either_and_an_end_that_is_null_is_none()
    {
        var farm = await FarmAsync(Encoding.Latin1.GetBytes("{\"from\":1,\"grace\":0,\"until\":2,\"by\":\"\u00ff\",\"why\":\"\"}"));
        Assert.True((await new DrainBook(redis.Store, farm.Keys).AllAsync())[_host].IsUnreadable);
        await SpoilAsync(farm, """{"from":1,"grace":0,"until":null,"by":"op","why":""}""");
        Assert.Equal((false, null), (await new DrainBook(redis.Store, farm.Keys).AllAsync())[_host] is var read ? (read.IsUnreadable, read.Until) : default);
        Assert.Equal("blade1", Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-0"))).Host.Value);
    }

    [Fact]
    public async Task It_is_told_once_for_as_long_as_it_is_so_and_put_back_as_such_into_a_store_that_was_emptied()
    {
        var farm = await FarmAsync("{");
        var (log, book) = (new KeptLines<DrainKeeper>(), new DrainBook(redis.Store, farm.Keys));
        var keeper = new DrainKeeper(book, farm.Catalogue, new FarmEvents(redis.Store, farm.Keys), log);
        for (var n = 0; n < 2; n++) Assert.Equal(0, await keeper.LookAsync());
        var told = Assert.Single(log.Lines);
        Assert.Equal(707, told.Id);
        Assert.Contains("blade0", told.Text, StringComparison.Ordinal);

        await redis.Store.RunAsync("empty", async db =>
        {
            await db.KeyDeleteAsync(farm.Keys.Drains);
            return await db.StringSetAsync(farm.Keys.Began, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        });
        Assert.Equal(1, await keeper.LookAsync());
        var again = Assert.Single(await book.AllAsync()).Value;
        Assert.True(again.IsUnreadable);
        Assert.Contains("cannot be read", again.Why, StringComparison.Ordinal);
        Assert.Equal([707, 706], log.Lines.Select(line => line.Id));
        Assert.Equal("blade1", Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-0"))).Host.Value);

        // Decided anew, and spoilt again: that is told again.
        Assert.True(await book.PlanAsync(DrainOf(_host)));
        await keeper.LookAsync();
        await SpoilAsync(farm, "{");
        await keeper.LookAsync();
        Assert.Equal([707, 706, 707], log.Lines.Select(line => line.Id));
    }

    private async Task<LedgerFarm> FarmAsync(RedisValue bad)
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAllAsync();
        await SpoilAsync(farm, bad);
        return farm;
    }

    private Task<bool> SpoilAsync(LedgerFarm farm, RedisValue bad) => redis.Store.RunAsync("spoil", db => db.HashSetAsync(farm.Keys.Drains, _host.Value, bad));

    private static HostDrain DrainOf(HostId host) => new(host, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), TimeSpan.FromMinutes(15));
}
