using System.Collections.Concurrent;
using System.Diagnostics;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>What somebody was told is there after a failover, under Sentinels and in a Cluster, whatever happens to the master.</summary>
public sealed class AcknowledgedTests(ITestOutputHelper said) : IDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-acknowledged-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_sign_in_and_no_seat_that_was_given_is_forgotten_when_the_master_of_Sentinels_is_lost(bool paused)
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        var master = (await redis.MasterAsync())!;
        await RaceAsync(redis.Address, paused ? master.Pause : () => _ = master.KillAsync(), () => redis.FailedOverAsync(master), paused ? master.Thaw : null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nor_when_the_farm_s_node_of_a_cluster_is_lost_which_leaves_the_next_without_a_replica(bool paused)
    {
        await using var cluster = await ClusterRedis.StartAsync(_folder, Loopback.Pick());
        var key = $"{{{FaultStores.Farm}}}";
        var owner = (await cluster.OwnerAsync(key))!;
        await RaceAsync(cluster.Address, paused ? owner.Pause : () => _ = owner.KillAsync(), () => cluster.FailedOverAsync(key, owner), paused ? owner.Thaw : null);
    }

    [Fact]
    public async Task What_no_replica_has_is_not_acknowledged_and_asking_again_is_harmless()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        await using var store = await FaultStores.ConnectAsync(redis.Address);
        var farm = new LedgerFarm(store, FaultStores.Keys, 5);
        await farm.ReportAllAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var master = (await redis.MasterAsync())!;
        foreach (var replica in redis.Nodes.Where(node => node != master)) replica.Pause();
        // On a machine that stands still for half a second the call's own deadline comes first: never acknowledged, but then without the reason.
        var told = "";
        for (var tries = 0; tries < 3 && !told.Contains("0 of 2 replicas", StringComparison.Ordinal); tries++)
        {
            var clock = Stopwatch.StartNew();
            told = (await Assert.ThrowsAsync<StoreOutOfReachException>(() => farm.TryOpenAsync(who))).Message;
            said.WriteLine($"{clock.ElapsedMilliseconds} ms: {told}");
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, RedisStore.Deadline + TimeSpan.FromSeconds(1));
        }
        Assert.Contains("0 of 2 replicas", told, StringComparison.Ordinal);
        var claimed = Assert.Single(await farm.Sessions.DesktopsOfAsync(who.SignIn.Person)).Value;
        foreach (var replica in redis.Nodes) replica.Thaw();
        Claim.Held? held = null;
        await Eventually.HoldsAsync("the same desktop", TimeSpan.FromSeconds(10), async () => (held = await farm.TryOpenAsync(who) as Claim.Held) is not null);
        Assert.Equal(claimed, held!.Session);
        Assert.Single((await farm.SeatsAsync()).Values.SelectMany(seats => seats));
    }

    [Fact]
    public async Task A_thawed_old_master_acknowledges_nothing_even_to_whom_no_Sentinel_tells_that_it_is_old()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        var master = (await redis.MasterAsync())!;
        await using var store = await FaultStores.ConnectAsync(StoreAddress.Of(master.Endpoint) with { WaitReplicas = 1 });
        var signIns = new SignInStore(store, FaultStores.Keys);
        Assert.NotNull(await signIns.BeginAsync(Wanted("before"), "agglo"));
        master.Pause();
        var now = await redis.FailedOverAsync(master);
        // Until the last replica follows the new master it would confirm what the old one says, and that without a Sentinel to ask.
        var last = redis.Nodes.Single(node => node != master && node != now);
        await Eventually.HoldsAsync("the other replica follows the new master", TimeSpan.FromSeconds(15), async () => await last.InfoAsync("replication", "master_host") == now.Address);
        var late = Enumerable.Range(0, 5).Select(i => signIns.BeginAsync(Wanted($"late{i}"), "agglo")).ToList();
        master.Thaw();
        foreach (var one in late) said.WriteLine((await Assert.ThrowsAsync<StoreOutOfReachException>(() => one)).Message);
    }

    [Fact]
    public async Task Every_attached_replica_has_what_is_acknowledged_and_one_that_hangs_delays_it_and_does_not_prevent_it()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        await using var store = await FaultStores.ConnectAsync(redis.Address);
        var signIns = new SignInStore(store, FaultStores.Keys);
        await signIns.BeginAsync(Wanted("first"), "agglo");
        var master = (await redis.MasterAsync())!;
        var replica = redis.Nodes.First(node => node != master);
        replica.Pause();
        var clock = Stopwatch.StartNew();
        Assert.NotNull(await signIns.BeginAsync(Wanted("hung"), "agglo"));
        said.WriteLine($"with one of two hung: {clock.ElapsedMilliseconds} ms");
        // It was waited for, and then the other was enough.
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(290), RedisStore.Deadline);
        replica.Thaw();
        await Eventually.HoldsAsync("as quick as before", TimeSpan.FromSeconds(20), async () =>
        {
            clock.Restart();
            Assert.NotNull(await signIns.BeginAsync(Wanted($"thawed{clock.ElapsedTicks}"), "agglo"));
            return clock.Elapsed < TimeSpan.FromMilliseconds(200);
        });
    }

    [Fact]
    public async Task A_master_that_was_silent_for_long_acknowledges_nothing_until_Sentinels_confirm_it_although_a_replica_does()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        // The one Sentinel that this broker reaches will hear of no failover.
        var known = redis.Sentinels[0];
        await using var store = await FaultStores.ConnectAsync(redis.Address with { Endpoints = [known.Endpoint, .. redis.Sentinels.Skip(1).Select(sentinel => $"{sentinel.Address}:1")] });
        var signIns = new SignInStore(store, FaultStores.Keys);
        Assert.NotNull(await signIns.BeginAsync(Wanted("before"), "agglo"));
        var master = (await redis.MasterAsync())!;
        known.Pause();
        master.Pause();
        var now = (RedisNode?)null;
        await Eventually.HoldsAsync("failover", TimeSpan.FromSeconds(20), async () =>
        {
            foreach (var node in redis.Nodes.Where(node => node != master))
                if (await node.InfoAsync("replication", "role") == "master") now = node;
            return now is not null;
        });
        var last = redis.Nodes.Single(node => node != master && node != now);
        // A replica that has not heard of it: it still follows the old one.
        await Eventually.HoldsAsync("the last replica was told", TimeSpan.FromSeconds(15), async () => await last.InfoAsync("replication", "master_host") == now!.Address);
        await last.AskAsync("replicaof", master.Address, $"{master.Port}");
        master.Thaw();
        await Eventually.HoldsAsync("the thawed one has its replica back", TimeSpan.FromSeconds(15), async () => (await master.AskAsync("info", "replication")).Contains("state=online", StringComparison.Ordinal));
        var fault = await Assert.ThrowsAsync<StoreOutOfReachException>(() => signIns.BeginAsync(Wanted("late"), "agglo"));
        said.WriteLine(fault.Message);
        Assert.Contains("which was silent a moment ago", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_every_replica_gone_the_master_goes_on_alone_as_long_as_Sentinels_confirm_that_it_is_the_master()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        await using var store = await FaultStores.ConnectAsync(redis.Address);
        var signIns = new SignInStore(store, FaultStores.Keys);
        var master = (await redis.MasterAsync())!;
        foreach (var replica in redis.Nodes.Where(node => node != master)) await replica.KillAsync();
        await Eventually.HoldsAsync("acknowledged without a replica", TimeSpan.FromSeconds(10), async () => await signIns.BeginAsync(Wanted("alone"), "agglo") is not null);
        var clock = Stopwatch.StartNew();
        Assert.NotNull(await signIns.BeginAsync(Wanted("quick"), "agglo"));
        said.WriteLine($"{clock.ElapsedMilliseconds} ms");
        foreach (var sentinel in redis.Sentinels.Take(2)) await sentinel.KillAsync();
        var fault = await Assert.ThrowsAsync<StoreOutOfReachException>(() => signIns.BeginAsync(Wanted("unconfirmed"), "agglo"));
        Assert.Contains("most do not say that it is the master", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_commits_share_one_wait_and_each_gets_its_own_answer()
    {
        await using var redis = await SentinelRedis.StartAsync(_folder, Loopback.Pick());
        await using var store = await FaultStores.ConnectAsync(redis.Address);
        var signIns = new SignInStore(store, FaultStores.Keys);
        await signIns.BeginAsync(Wanted("first"), "agglo");
        var master = (await redis.MasterAsync())!;
        await master.AskAsync("config", "resetstat");
        var clock = Stopwatch.StartNew();
        var begun = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => signIns.BeginAsync(Wanted($"user{i}"), "agglo")));
        var took = clock.Elapsed;
        Assert.Equal(1000, begun.Select(one => one!.Value.Serial).Distinct().Count());
        Assert.Equal("user77", (await signIns.FindAsync(new Presented(begun[77]!.Value.Secret.Text), new StationId("poste-a")))!.User);
        var waits = (await master.InfoAsync("commandstats", "cmdstat_wait")).Split(',')[0];
        said.WriteLine($"1000 in {took.TotalMilliseconds:0} ms, wait {waits}");
        Assert.InRange(int.Parse(waits.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture), 1, 250);
        clock.Restart();
        for (var i = 0; i < 100; i++) await signIns.BeginAsync(Wanted($"one{i}"), "agglo");
        said.WriteLine($"one after the other {clock.Elapsed.TotalMilliseconds / 100:0.00} ms each");
    }

    private static SignIn Wanted(string user) =>
        new(0, new PersonId($"drancy/{user}"), user, new StationId("poste-a"), [LedgerFarm.Office], new StationSettings("fr", "fr", 0, 0), Closed: false);

    // Many sign in and open while the master is lost; then everything that they were told is looked for.
    private async Task RaceAsync(StoreAddress address, Action lose, Func<Task> lost, Action? after)
    {
        await using var store = await FaultStores.ConnectAsync(address);
        var farm = new LedgerFarm(store, FaultStores.Keys, 100_000);
        await FaultStores.WorksAsync(store, said.WriteLine);
        await farm.ReportAllAsync();
        var told = new ConcurrentBag<(string Secret, string Station, Claim.Held Held)>();
        var outages = 0;
        var end = new TaskCompletionSource();
        var people = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !end.Task.IsCompleted; i++)
            {
                try
                {
                    var who = await farm.SignInAsync($"user{worker}-{i}", $"poste-{worker}");
                    if (await farm.TryOpenAsync(who) is Claim.Held held) told.Add((who.Secret, who.SignIn.Station.Value, held));
                }
                catch (StoreOutOfReachException)
                {
                    Interlocked.Increment(ref outages);
                }
            }
        })).ToList();
        await Eventually.HoldsAsync("some are seated", TimeSpan.FromSeconds(20), () => told.Count > 200);
        lose();
        await lost();
        var before = told.Count;
        after?.Invoke();
        // As agents do, the host reports over and over: one report that the old master still took is lost with it, and with it the host.
        await Eventually.HoldsAsync("more are seated", TimeSpan.FromSeconds(20), async () =>
        {
            await farm.ReportAllAsync();
            return told.Count > before + 200;
        });
        end.SetResult();
        await Task.WhenAll(people);
        said.WriteLine($"{before} were seated before, {told.Count - before} after; {outages} outages; line {store.Line}");
        foreach (var (secret, station, held) in told)
        {
            Assert.NotNull(await farm.SignIns.FindAsync(new Presented(secret), new StationId(station)));
            Assert.Equal(held.Fence, (await farm.Sessions.FindAsync(held.Session))?.Fence);
        }
        Assert.Equal(told.Count, told.Select(one => one.Held.Fence).Distinct().Count());
    }
}
