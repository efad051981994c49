using StackExchange.Redis;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>One row among many that nobody can read, on a real Redis: what is read beside it is read all the same.</summary>
[Collection(RedisCollection.Name)]
public sealed class UnreadableRowTests(RedisFixture redis)
{
    private static readonly HostId _host = new("blade0");

    [Theory]
    [InlineData("fence", "x")]
    [InlineData("lease", "99999999999999999")]
    [InlineData("phase", "sleeping")]
    [InlineData("phase", "77")]
    [InlineData("since", "")]
    [InlineData("revision", "1.5")]
    public async Task A_session_that_cannot_be_read_keeps_its_seat_and_hides_no_other(string field, string value)
    {
        var farm = new LedgerFarm(redis.Store, 3);
        await farm.ReportAllAsync();
        var hurt = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        var beside = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("karim", "poste-b")));
        Assert.Equal((_host, _host), (hurt.Host, beside.Host));
        var known = await farm.SeatsAfterReportAsync(_host, ReadBefore.Nothing);
        await redis.Store.RunAsync("spoil", db => db.HashSetAsync(farm.Keys.Session(hurt.Session), field, value));
        // Read with a report, whether it was read before or not; and by itself.
        foreach (var before in (ReadBefore[])[known, ReadBefore.Nothing])
        {
            // A mark that has not changed is not read again.
            var rows = (await farm.SeatsAfterReportAsync(_host, field is "since" or "lease" ? ReadBefore.Nothing : before)).Rows;
            Assert.Equal([("amelie", true, false), ("karim", false, true)], rows.OrderBy(row => row.User).Select(row => (row.User, row.IsUnreadable, row.IsHeld(_host))));
        }
        Assert.Equal([beside.Session], (await farm.Sessions.OnHostAsync(_host)).Select(session => session.Id));
        // Nor does it end the look for what has lost its seat.
        await redis.Store.RunAsync("unseat", db => db.HashDeleteAsync(farm.Keys.Seats(_host), [(RedisValue)"amelie", "karim"]));
        Assert.Equal([beside.Session], (await farm.Sessions.UnseatedAsync([LedgerFarm.Office])).Select(one => one.Id));
        var (named, _, mine) = await farm.Sessions.FindAsync(hurt.Session, new PersonId("drancy/amelie"), LedgerFarm.Office);
        Assert.Equal((true, true), (named.IsUnreadable, mine.IsUnreadable));
    }

    [Theory]
    [InlineData("")]
    [InlineData("drancy|poste-b")]
    [InlineData("drancy|poste-b|x||1|1")]
    [InlineData("drancy|poste-b|1||99999999999999999999|1")]
    [InlineData("drancy|poste-b|99999999999999999999||1|1")]
    public async Task A_place_in_the_queue_that_cannot_be_read_is_kept_and_its_neighbours_with_it(string bad)
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim"), Here("lea")]);
        await SpoilAsync("karim");
        // Another broker's look: the place is there, and told as mended.
        var look = await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("lea")]);
        Assert.Equal(["drancy/karim", "drancy/lea"], look.Waiters.OrderBy(one => one.Number).Select(one => one.Person.Value));
        Assert.Equal("drancy/karim", Assert.Single(look.Unread).Value);
        // The broker that has them says the rest.
        Assert.Equal(7, (await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim")])).Holders[new PersonId("drancy/karim")]);
        await SpoilAsync("karim");
        var own = await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim")]);
        Assert.Equal((7, "drancy/karim"), (own.Holders[new PersonId("drancy/karim")], own.Waiters.MinBy(one => one.Number)!.Person.Value));
        await SpoilAsync("*");
        Assert.Equal(2, (await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Waiters.Length);
        await SpoilAsync("karim");
        await farm.Queue.LeaveAsync(LedgerFarm.Office, new PersonId("drancy/karim"), 7, "left");
        Assert.Equal(["drancy/lea"], (await farm.Queue.WaitAsync(LedgerFarm.Office, [])).Waiters.Select(one => one.Person.Value));

        Task<bool> SpoilAsync(string user) => redis.Store.RunAsync("spoil", db => db.HashSetAsync(farm.Keys.Waiting(LedgerFarm.Office), user == "*" ? "*" : $"drancy/{user}", bad));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task What_is_no_number_of_seats_is_counted_anew_and_what_is_no_moment_passed_over(string bad)
    {
        var farm = new LedgerFarm(redis.Store, 3);
        await farm.ReportAllAsync();
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        await redis.Store.RunAsync("spoil", async db =>
        {
            await db.HashSetAsync(farm.Keys.Shares(LedgerFarm.Office), "drancy", bad);
            await db.ListRightPushAsync(farm.Keys.Releases(LedgerFarm.Office), [(RedisValue)"1700000000000", bad]);
            return true;
        });
        var look = await farm.Queue.WaitAsync(LedgerFarm.Office, [Here("karim")]);
        Assert.Equal([KeyValuePair.Create(LedgerFarm.Town, 1)], look.Use);
        Assert.Contains(DateTimeOffset.FromUnixTimeMilliseconds(1700000000000), look.Releases);
    }

    [Theory]
    [InlineData("seen", "x")]
    [InlineData("seen", "99999999999999999")]
    [InlineData("detached", "x")]
    [InlineData("load", "much")]
    [InlineData("memory", "")]
    [InlineData("tally", "{")]
    [InlineData("tally", "null")]
    [InlineData("tally", "{}")]
    [InlineData("strays", "\t\n\tx\nlea\nlea\tdrancy")]
    public async Task A_board_that_cannot_be_read_hides_no_other_host(string field, string value)
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAllAsync();
        await redis.Store.RunAsync("spoil", db => db.HashSetAsync(farm.Keys.Board(_host), field, value));
        var states = await new HostStates(redis.Store, farm.Keys, farm.Catalogue).AllAsync();
        Assert.True(states.Single(one => one.Host.Id != _host).Health.Reports());
        Assert.All(states, one => Assert.Equal(0, one.Tally.Pools.GetValueOrDefault("bureau")?.Connected ?? 0));
        // Of whom nothing can be said nobody is given to; what is only counted wrong keeps nobody away.
        Assert.Equal(field is "tally" or "strays", states.Single(one => one.Host.Id == _host).Seen is not null);
        Assert.NotNull(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        Assert.Equal(2, (await redis.Store.RunAsync("hear", db => farm.Board.VoicesAsync(db, farm.Pool.Hosts))).Length);
        await farm.ReportAsync("blade0");
        Assert.All(await new HostStates(redis.Store, farm.Keys, farm.Catalogue).AllAsync(), one => Assert.True(one.Health.Reports()));
    }

    private static WaitingHere Here(string user) => new(new PersonId($"drancy/{user}"), new StationId("poste"), 7, First: false, Hosts: null);
}
