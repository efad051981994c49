using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>A store that was emptied is noticed, by whoever knew it before.</summary>
[Collection(RedisCollection.Name)]
public sealed class BirthMarkTests(RedisFixture redis) : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-birth-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_emptied_store_is_noticed_once_by_each_broker_that_knew_it_and_by_none_that_did_not()
    {
        var keys = LedgerFarm.NextKeys();
        var (first, second) = (Mark(keys, "a"), Mark(keys, "b"));
        foreach (var broker in (BirthMark[])[first, second, first]) Assert.False(await broker.LookAsync());
        Assert.Null(await BirthMark.LastEmptiedAsync(redis.Store, keys));
        await EmptyAsync(keys);
        Assert.True(await first.LookAsync());
        Assert.False(await first.LookAsync());
        Assert.NotNull(await BirthMark.LastEmptiedAsync(redis.Store, keys));
        Assert.True(await second.LookAsync());
        Assert.False(await Mark(keys, "c").LookAsync());
    }

    [Fact]
    public async Task One_that_was_emptied_while_no_broker_ran_is_noticed_too()
    {
        var keys = LedgerFarm.NextKeys();
        Assert.False(await Mark(keys, "a").LookAsync());
        Assert.False(await Mark(keys, "a").LookAsync());
        await EmptyAsync(keys);
        // Somebody else looks at the clock first.
        await redis.Store.RunScriptAsync(new Script("read_clock"), [keys.Began], []);
        Assert.True(await Mark(keys, "a").LookAsync());
        Assert.False(await Mark(keys, "a").LookAsync());
    }

    [Fact]
    public async Task A_state_folder_that_cannot_be_written_costs_the_memory_and_no_more()
    {
        var keys = LedgerFarm.NextKeys();
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "");
        var mark = Mark(keys, "file/below");
        Assert.False(await mark.LookAsync());
        await EmptyAsync(keys);
        Assert.True(await mark.LookAsync());
    }

    private BirthMark Mark(KeySpace keys, string folder) => new(redis.Store, keys, new StateFolder(Path.Combine(_folder, folder)), NullLogger<BirthMark>.Instance);

    private Task<long> EmptyAsync(KeySpace keys) => redis.Store.RunAsync("empty", async db =>
    {
        // The next beginning is another millisecond.
        var before = (string?)await db.StringGetAsync(keys.Began);
        await db.KeyDeleteAsync([keys.Began, keys.Emptied]);
        await db.StringSetAsync(keys.Began, before == "2" ? "3" : "2");
        return 0L;
    });
}
