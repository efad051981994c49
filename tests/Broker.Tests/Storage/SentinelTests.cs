using System.Diagnostics;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Storage;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>The store under Sentinels: its master killed, paused, thawed; Sentinels missing.</summary>
public sealed class SentinelTests(ITestOutputHelper said) : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-sentinel-").FullName;
    private SentinelRedis _redis = null!;

    public async Task InitializeAsync() => _redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task After_a_master_is_killed_the_store_and_its_doorbell_are_back_within_seconds_and_no_call_outlasts_its_deadline()
    {
        await using var store = await FaultStores.ConnectAsync(_redis.Address);
        var bell = await FaultStores.BellAsync(store, said.WriteLine);
        var master = (await _redis.MasterAsync())!;
        await master.KillAsync();
        await FaultStores.BackAsync(store, bell, () => _redis.FailedOverAsync(master), said.WriteLine);
        Assert.NotEqual(master, await _redis.MasterAsync());
    }

    [Fact]
    public async Task A_paused_master_is_replaced_and_when_it_is_thawed_nobody_goes_back_to_it()
    {
        await using var store = await FaultStores.ConnectAsync(_redis.Address);
        var bell = await FaultStores.BellAsync(store, said.WriteLine);
        var master = (await _redis.MasterAsync())!;
        master.Pause();
        await FaultStores.BackAsync(store, bell, () => _redis.FailedOverAsync(master), said.WriteLine);
        var line = store.Line;
        await store.RunAsync("write", db => db.StringSetAsync("new", "1"));
        master.Thaw();
        await Eventually.HoldsAsync("the thawed one is a replica", TimeSpan.FromSeconds(30), async () =>
        {
            Assert.Equal("1", await store.RunAsync("read", db => db.StringGetAsync("new")));
            return await master.InfoAsync("replication", "role") == "slave";
        });
        Assert.Equal(line, store.Line);
    }

    [Fact]
    public async Task With_all_Sentinels_down_at_the_start_the_store_says_so_and_is_there_when_one_comes_back()
    {
        foreach (var sentinel in _redis.Sentinels) await sentinel.KillAsync();
        var clock = Stopwatch.StartNew();
        await using var store = await FaultStores.ConnectAsync(_redis.Address);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        var fault = await Assert.ThrowsAsync<StoreOutOfReachException>(() => store.RunAsync("ping", db => db.PingAsync()));
        Assert.Contains("no Sentinel answers that knows a master 'city'", fault.Message, StringComparison.Ordinal);
        await _redis.Sentinels[1].StartAsync();
        await FaultStores.WorksAsync(store, said.WriteLine);
    }

    [Fact]
    public async Task While_it_runs_the_store_needs_no_Sentinel()
    {
        await _redis.Sentinels[0].KillAsync();
        _redis.Sentinels[1].Pause();
        await using var store = await FaultStores.ConnectAsync(_redis.Address);
        await store.RunAsync("write", db => db.StringSetAsync("key", "1"));
        await _redis.Sentinels[2].KillAsync();
        await store.RunAsync("write", db => db.StringSetAsync("key", "2"));
        Assert.Equal("2", await store.RunAsync("read", db => db.StringGetAsync("key")));
    }
}
