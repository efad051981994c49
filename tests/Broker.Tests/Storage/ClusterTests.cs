using System.Diagnostics;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Storage;

/// <summary>The store on a Cluster of six: the farm's node killed and paused, and moved to another by hand.</summary>
public sealed class ClusterTests(ITestOutputHelper said) : IAsyncLifetime
{
    private static readonly TimeSpan _givenUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan _byHand = TimeSpan.FromSeconds(60);
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-cluster-").FullName;
    private ClusterRedis _cluster = null!;

    public async Task InitializeAsync() => _cluster = await ClusterRedis.StartAsync(_folder, Loopback.Pick());

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task After_its_node_is_killed_a_farm_and_its_doorbell_are_back_within_seconds_and_no_call_outlasts_its_deadline()
    {
        await using var store = await FaultStores.ConnectAsync(_cluster.Address);
        var bell = await FaultStores.BellAsync(store, said.WriteLine);
        var owner = (await _cluster.OwnerAsync($"{{{FaultStores.Farm}}}"))!;
        await owner.KillAsync();
        await FaultStores.BackAsync(store, bell, () => _cluster.FailedOverAsync($"{{{FaultStores.Farm}}}", owner), said.WriteLine);
    }

    [Fact]
    public async Task A_paused_node_is_replaced()
    {
        await using var store = await FaultStores.ConnectAsync(_cluster.Address);
        var bell = await FaultStores.BellAsync(store, said.WriteLine);
        var owner = (await _cluster.OwnerAsync($"{{{FaultStores.Farm}}}"))!;
        owner.Pause();
        await FaultStores.BackAsync(store, bell, () => _cluster.FailedOverAsync($"{{{FaultStores.Farm}}}", owner), said.WriteLine);
        owner.Thaw();
        await _cluster.SettledAsync();
        await FaultStores.WorksAsync(store, said.WriteLine);
    }

    [Fact]
    public async Task A_farm_is_the_same_on_a_cluster_and_all_its_keys_are_found()
    {
        for (var farms = 0; farms < 3; farms++)
        {
            var keys = LedgerFarm.NextKeys();
            await using var store = await FaultStores.ConnectAsync(_cluster.Address with { Endpoints = [_cluster.Nodes[farms].Endpoint, _cluster.Nodes[5].Endpoint] }, keys.Farm);
            var farm = new LedgerFarm(store, keys, 1, 2);
            await farm.ReportAllAsync();
            var who = await farm.SignInAsync("amelie", "poste-a");
            var held = Assert.IsType<VdiBroker.Sessions.Claim.Held>(await farm.TryOpenAsync(who));
            Assert.Equal(VdiBroker.Sessions.TicketVerdict.Granted, await farm.PresentAsync(held.Ticket.Text, "amelie", held.Host.Value));
            Assert.Contains(keys.Session(held.Session), await store.KeysAsync("look", $"vdi:{{{keys.Farm}}}:*", CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_farm_that_is_taken_over_by_hand_is_followed()
    {
        await using var store = await FaultStores.ConnectAsync(_cluster.Address);
        await FaultStores.WorksAsync(store, said.WriteLine);
        var key = $"{{{FaultStores.Farm}}}";
        var owner = (await _cluster.OwnerAsync(key))!;
        RedisNode? replica = null;
        foreach (var node in _cluster.Nodes)
            if (await node.InfoAsync("replication", "master_host") == owner.Address) replica = node;
        // What the servers do not agree on within 5 s is given up by Redis: who does it by hand asks again.
        var asked = 0L;
        await Eventually.HoldsAsync("taken over", _byHand, async () =>
        {
            if (asked == 0 || Stopwatch.GetElapsedTime(asked) > _givenUp)
            {
                await replica!.AskAsync("cluster", "failover");
                asked = Stopwatch.GetTimestamp();
            }
            return await _cluster.OwnerAsync(key) == replica;
        });
        await FaultStores.WorksAsync(store, said.WriteLine);
        Assert.Equal(2, store.Line);
    }
}
