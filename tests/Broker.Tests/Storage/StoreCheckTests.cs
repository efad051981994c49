using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Checks;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>What <c>broker check</c> says of real stores that are set up badly.</summary>
public sealed class StoreCheckTests : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-store-check-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_store_that_may_throw_away_has_no_file_or_too_few_replicas_is_found()
    {
        await using var redis = await RedisNode.StartAloneAsync(_folder, Loopback.Pick().Address(1));
        await using var store = await FaultStores.ConnectAsync(StoreAddress.Of(redis.Endpoint));
        var good = await StoreCheck.RunAsync(store, "here", waited: 0);
        Assert.All(good, finding => Assert.Equal(CheckVerdict.Good, finding.Verdict));

        Assert.Single(await FoundAsync(store, waited: 1), finding => finding is { Verdict: CheckVerdict.Bad } && finding.Message.Contains("has 0 replicas, and 1 must have", StringComparison.Ordinal));
        await redis.AskAsync("config", "set", "maxmemory-policy", "allkeys-lru");
        Assert.Single(await FoundAsync(store), finding => finding is { Verdict: CheckVerdict.Warning } && finding.Message.Contains("allkeys-lru", StringComparison.Ordinal));
        await redis.AskAsync("config", "set", "maxmemory", "100mb");
        Assert.Single(await FoundAsync(store), finding => finding is { Verdict: CheckVerdict.Bad } && finding.Remedy.Contains("noeviction", StringComparison.Ordinal));
        await redis.AskAsync("config", "set", "maxmemory-policy", "volatile-ttl");
        Assert.Single(await FoundAsync(store), finding => finding is { Verdict: CheckVerdict.Warning } && finding.Message.Contains("throws away sign-ins and tickets", StringComparison.Ordinal));
        await redis.AskAsync("config", "set", "maxmemory-policy", "noeviction");
        await redis.AskAsync("config", "set", "appendonly", "no");
        Assert.Single(await FoundAsync(store), finding => finding.Message.Contains("neither append-only file nor replica", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sentinels_that_are_too_quick_and_a_master_that_is_too_patient_are_found()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        await using var store = await FaultStores.ConnectAsync(redis.Address);
        await FaultStores.WorksAsync(store, _ => { });
        // Redis' own patience with replicas is a minute.
        Assert.Single(await FoundAsync(store, waited: 1), finding => finding is { Verdict: CheckVerdict.Warning } && finding.Message.Contains("after 60 s (repl-timeout)", StringComparison.Ordinal));
        foreach (var node in redis.Nodes) await node.AskAsync("config", "set", "repl-timeout", "10");
        Assert.Empty(await FoundAsync(store, waited: 1));
        await redis.Sentinels[1].AskAsync("sentinel", "set", SentinelRedis.Master, "down-after-milliseconds", "500");
        Assert.Single(await FoundAsync(store, waited: 1), finding => finding is { Verdict: CheckVerdict.Bad } && finding.Message.Contains("silent for 0.5 s is replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_was_emptied_is_said_for_a_week()
    {
        await using var redis = await RedisNode.StartAloneAsync(_folder, Loopback.Pick().Address(1));
        await using var store = await FaultStores.ConnectAsync(StoreAddress.Of(redis.Endpoint));
        var keys = LedgerFarm.NextKeys();
        var now = DateTimeOffset.UtcNow;
        Assert.Empty(await StoreCheck.BirthAsync(store, keys, "here", now));
        await store.RunAsync("emptied", db => db.StringSetAsync(keys.Emptied, now.AddDays(-6).ToUnixTimeMilliseconds()));
        Assert.Equal(CheckVerdict.Warning, Assert.Single(await StoreCheck.BirthAsync(store, keys, "here", now)).Verdict);
        Assert.Empty(await StoreCheck.BirthAsync(store, keys, "here", now.AddDays(2)));
    }

    private static async Task<IReadOnlyList<CheckFinding>> FoundAsync(RedisStore store, int waited = 0) =>
        [.. (await StoreCheck.RunAsync(store, "here", waited)).Where(finding => finding.Verdict != CheckVerdict.Good)];
}
