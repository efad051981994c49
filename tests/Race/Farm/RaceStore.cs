using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;

namespace VdiBroker.Race.Farm;

/// <summary>Which shape of store a race is run on.</summary>
internal enum StoreShape
{
    /// <summary>One Redis.</summary>
    Single,

    /// <summary>A master, two replicas, three Sentinels.</summary>
    Sentinel,

    /// <summary>Three masters with a replica each.</summary>
    Cluster,
}

/// <summary>The store of a race, whose master can be killed and frozen.</summary>
/// <param name="Address">For <c>broker.json</c>.</param>
/// <param name="All">Ends all its servers.</param>
/// <param name="MasterAsync">The server that keeps the farm at this moment; null = nobody can tell.</param>
internal sealed record RaceStore(StoreAddress Address, IAsyncDisposable All, Func<Task<RedisNode?>> MasterAsync) : IAsyncDisposable
{
    /// <summary>Starts an empty one.</summary>
    public static async Task<RaceStore> StartAsync(StoreShape shape, string folder, Loopback network)
    {
        switch (shape)
        {
            case StoreShape.Sentinel:
                var sentinels = await SentinelRedis.StartAsync(folder, network);
                return new RaceStore(sentinels.Address, sentinels, sentinels.MasterAsync);
            case StoreShape.Cluster:
                var cluster = await ClusterRedis.StartAsync(folder, network);
                return new RaceStore(cluster.Address, cluster, () => cluster.OwnerAsync($"{{{RaceCity.Name}}}"));
            default:
                // What it has answered is on its disk: a kill loses nothing, and the history excuses nothing.
                var alone = await RedisNode.StartAloneAsync(folder, network.Address(9), "appendfsync always");
                return new RaceStore(StoreAddress.Of(alone.Endpoint), alone, () => Task.FromResult<RedisNode?>(alone));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => All.DisposeAsync();
}
