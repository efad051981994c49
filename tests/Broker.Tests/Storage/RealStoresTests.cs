using System.Diagnostics;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>The stores that the fault tests break: that they break, and mend, as a city's would.</summary>
public sealed class RealStoresTests(ITestOutputHelper said) : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-stores-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sentinels_replace_a_killed_master_and_take_it_back_as_a_replica()
    {
        var clock = Stopwatch.StartNew();
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        var master = (await redis.MasterAsync())!;
        said.WriteLine($"started in {clock.ElapsedMilliseconds} ms");
        await master.AskAsync("set", "word", "kept");
        await master.AskAsync("wait", "2", "1000");
        clock.Restart();
        await master.KillAsync();
        var next = await redis.FailedOverAsync(master);
        said.WriteLine($"failed over in {clock.ElapsedMilliseconds} ms");
        Assert.Equal("kept", await next.AskAsync("get", "word"));
        await master.StartAsync();
        await redis.SettledAsync();
        said.WriteLine($"settled after {clock.ElapsedMilliseconds} ms");
        Assert.Equal("slave", await master.InfoAsync("replication", "role"));
    }

    [Fact]
    public async Task A_cluster_replaces_a_paused_master_and_takes_it_back_as_a_replica()
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await ClusterRedis.StartAsync(_folder, Loopback.Pick());
        var owner = (await cluster.OwnerAsync("{farm}word"))!;
        said.WriteLine($"started in {clock.ElapsedMilliseconds} ms");
        Assert.Equal("OK", await owner.AskAsync("set", "{farm}word", "kept"));
        Assert.Equal("1", await owner.AskAsync("wait", "0", "1000"));
        clock.Restart();
        owner.Pause();
        var next = await cluster.FailedOverAsync("{farm}word", owner);
        said.WriteLine($"failed over in {clock.ElapsedMilliseconds} ms");
        Assert.Equal("kept", await next.AskAsync("get", "{farm}word"));
        owner.Thaw();
        await cluster.SettledAsync();
        said.WriteLine($"settled after {clock.ElapsedMilliseconds} ms");
        Assert.Equal("slave", await owner.InfoAsync("replication", "role"));
    }
}
