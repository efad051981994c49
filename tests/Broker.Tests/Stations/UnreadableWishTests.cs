using StackExchange.Redis;
using VdiBroker.Broker.Tests.Rpc;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Stations;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Stations;

/// <summary>Rows of wishes that nobody can read, on a real Redis: their own station asks anew, and every other one goes on.</summary>
[Collection(RedisCollection.Name)]
public sealed class UnreadableWishTests
{
    private readonly RedisFixture _redis;
    private readonly KeySpace _keys = LedgerFarm.NextKeys();
    private readonly KeptLines<EnrolmentStore> _log = new();
    private readonly EnrolmentStore _wishes;

    public UnreadableWishTests(RedisFixture redis) => (_redis, _wishes) = (redis, new EnrolmentStore(redis.Store, _keys, _log));

    public static TheoryData<string> Rows => new("", "{", "null", "[1]", "7", "{}", """{"key":7,"decided":true}""",
        """{"key":{},"publicKey":"AAAA","name":"","model":"","cards":"","from":"","at":1700000000000}""",
        """{"key":"key0000","publicKey":null,"name":"","model":"","cards":"","from":"","at":1700000000000}""",
        """{"key":"key0000","publicKey":"AAAA","name":"","model":"","cards":"","from":"","at":"soon"}""",
        """{"key":"key0000","publicKey":"AAAA","name":"","model":"","cards":"","from":"","at":9999999999999999}""",
        """{"key":"key0000","publicKey":"AAAA","name":"","model":"","cards":"","from":""}""",
        """{"key":"key0000","publicKey":"AAAA","name":"","model":"","cards":"","from":"","at":1700000000000,"decided":"no"}""",
        """{"key":"key0009","publicKey":"AAAA","name":"","model":"","cards":"","from":"","at":1700000000000}""");

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_row_that_cannot_be_read_is_replaced_when_its_own_station_asks_and_hurts_no_other(string bad)
    {
        var (first, second) = (await AskAsync(0), await AskAsync(1));
        await SpoilAsync(first.Code, bad);
        Assert.Equal(second.Code, (await AskAsync(1)).Code);
        Assert.NotNull(await AskAsync(2));
        Assert.Contains(second.Code, (await _wishes.ListAsync()).Wishes.Select(one => one.Code));
        Assert.Empty(_log.Lines);

        var anew = await AskAsync(0);
        Assert.NotEqual(first.Code, anew.Code);
        Assert.Equal([311], _log.Lines.Select(line => line.Id));
        var (wishes, unreadable) = await _wishes.ListAsync();
        Assert.Equal([anew.Code, second.Code], wishes.Where(one => one.Wish.Key != "key0002").OrderBy(one => one.Wish.Key).Select(one => one.Code));
        Assert.Empty(unreadable);
        Assert.Null(await _wishes.FindAsync(first.Code));
        Assert.Equal(anew.Code, (await AskAsync(0)).Code);
        Assert.Equal((3L, 3L), (await CountAsync(_keys.EnrolmentCodes), await CountAsync(_keys.Enrolments)));
        Assert.Single(_log.Lines);
        Assert.Equal(WishDecision.Done, await _wishes.RefuseAsync(anew, "anne", "no"));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task What_has_ended_is_forgotten_whether_it_can_be_read_or_not(string bad)
    {
        var first = await AskAsync(0);
        await SpoilAsync(first.Code, bad);
        await _redis.Store.RunAsync("age", db => db.SortedSetAddAsync(_keys.EnrolmentEnds, first.Code, 1));
        var second = await AskAsync(1);
        Assert.Equal([second.Code], (await _wishes.ListAsync()).Wishes.Select(one => one.Code));
        Assert.Equal((1L, 1L), (await CountAsync(_keys.EnrolmentCodes), await CountAsync(_keys.Enrolments)));
        Assert.NotEqual(first.Code, (await AskAsync(0)).Code);
    }

    [Fact]
    public async Task It_is_listed_by_its_code_and_a_code_that_leads_to_another_station_s_wish_or_nowhere_is_drawn_anew()
    {
        var (first, second) = (await AskAsync(0), await AskAsync(1));
        await SpoilAsync(first.Code, "{");
        Assert.Equal(first.Code, Assert.Single((await _wishes.ListAsync()).Unreadable));
        Assert.Null(await _wishes.FindAsync(first.Code));

        await _redis.Store.RunAsync("lead astray", db => db.HashSetAsync(_keys.EnrolmentCodes, WishOf(0).Key, second.Code));
        var anew = await AskAsync(0);
        Assert.DoesNotContain(anew.Code, (string[])[first.Code, second.Code]);
        Assert.Equal(second, await AskAsync(1));

        await _redis.Store.RunAsync("lose", db => db.HashDeleteAsync(_keys.Enrolments, anew.Code));
        Assert.NotEqual(anew.Code, (await AskAsync(0)).Code);
        Assert.Equal(second, await AskAsync(1));
    }

    private async Task<KnownWish> AskAsync(int key) => (await _wishes.AskAsync(WishOf(key)))!;

    private Task<bool> SpoilAsync(string code, RedisValue bad) => _redis.Store.RunAsync("spoil", db => db.HashSetAsync(_keys.Enrolments, code, bad));

    private Task<long> CountAsync(RedisKey hash) => _redis.Store.RunAsync("count", db => db.HashLengthAsync(hash));

    private static StationWish WishOf(int key) => new($"key{key:0000}", "AAAA", "poste", "Igel", "", "127.0.0.1");
}
