using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>What a city's store is made of.</summary>
public enum StoreShape
{
    /// <summary>The broker's own Redis, started by it.</summary>
    Own,

    /// <summary>One Redis of the operator's.</summary>
    One,

    /// <summary>A master, two replicas and three Sentinels.</summary>
    Sentinel,

    /// <summary>A Cluster of six.</summary>
    Cluster,
}

/// <summary>A city's store, whatever its shape: what the broker is told of it, how it is broken and comes back, how it is read by others.</summary>
public abstract class CityStore : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private CityStore(string folder) => Folder = folder;

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    /// <summary>As the broker is told; null = it runs its own.</summary>
    public abstract StoreAddress? Address { get; }

    /// <summary>Servers that keep data, for readers.</summary>
    protected abstract IEnumerable<EndPoint> Servers { get; }

    /// <summary>The server that keeps the farm's keys at this moment; null = nobody can tell, or it is the broker's own.</summary>
    public abstract Task<RedisNode?> MasterAsync();

    /// <summary>kill -9 of the server that keeps the farm's keys.</summary>
    public abstract Task KillAsync();

    /// <summary>Brings back what <see cref="KillAsync"/> took, as the shape does it (its broker, an operator, a failover), and waits until the farm's keys can be had again.</summary>
    public abstract Task BackAsync();

    /// <summary>Starts a store.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="folder">Takes its files; not used for the broker's own.</param>
    /// <param name="network">Its addresses: last numbers 9 and from 41.</param>
    /// <param name="broker">The broker, which may not run yet; needed for its own store alone.</param>
    /// <param name="farm">Whose keys <see cref="KillAsync"/> and <see cref="MasterAsync"/> mean.</param>
    /// <param name="lines">Further lines of the configuration of one Redis.</param>
    public static async Task<CityStore> StartAsync(StoreShape shape, string folder, Loopback network, BrokerProcess? broker = null, string farm = CityYaml.Farm, params string[] lines) => shape switch
    {
        StoreShape.One => new OneStore(folder, await RedisNode.StartAloneAsync(folder, network.Address(9), lines)),
        StoreShape.Sentinel => new SentinelStore(folder, await SentinelRedis.StartAsync(folder, network)),
        StoreShape.Cluster => new ClusterStore(folder, await ClusterRedis.StartAsync(folder, network), $"{{{farm}}}"),
        _ => new OwnStore(broker ?? throw new ArgumentNullException(nameof(broker))),
    };

    /// <summary>Connects as a reader beside the broker: all servers that run.</summary>
    public Task<ConnectionMultiplexer> OpenAsync()
    {
        var options = new ConfigurationOptions { AbortOnConnectFail = true, AllowAdmin = true, ConnectTimeout = 5000 };
        foreach (var server in Servers) options.EndPoints.Add(server);
        return ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    private sealed class OwnStore(BrokerProcess broker) : CityStore(broker.StateFolder)
    {
        private int _killed;

        public override StoreAddress? Address => null;

        protected override IEnumerable<EndPoint> Servers => [new UnixDomainSocketEndPoint(broker.RedisSocket)];

        public override Task<RedisNode?> MasterAsync() => Task.FromResult<RedisNode?>(null);

        public override Task KillAsync()
        {
            _killed = broker.RedisPid;
            return broker.KillRedisAsync();
        }

        public override Task BackAsync() =>
            Eventually.HoldsAsync("the broker has started its Redis again", Patience, () => broker.RedisPid is var pid && pid != 0 && pid != _killed);

        // The broker ends it.
        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class OneStore(string folder, RedisNode node) : CityStore(folder)
    {
        public override StoreAddress? Address => StoreAddress.Of(node.Endpoint);

        protected override IEnumerable<EndPoint> Servers => [EndPointOf(node)];

        public override Task<RedisNode?> MasterAsync() => Task.FromResult<RedisNode?>(node);

        public override Task KillAsync() => node.KillAsync();

        public override Task BackAsync() => node.StartAsync();

        public override ValueTask DisposeAsync() => node.DisposeAsync();
    }

    private sealed class SentinelStore(string folder, SentinelRedis redis) : CityStore(folder)
    {
        private RedisNode? _killed;

        public override StoreAddress? Address => redis.Address;

        protected override IEnumerable<EndPoint> Servers => redis.Nodes.Where(node => node.Pid != 0).Select(EndPointOf);

        public override Task<RedisNode?> MasterAsync() => redis.MasterAsync();

        public override async Task KillAsync()
        {
            _killed = await MasterAsync() ?? throw new InvalidOperationException("the Sentinels name no master");
            await _killed.KillAsync();
        }

        public override async Task BackAsync()
        {
            await redis.FailedOverAsync(_killed!);
            // It comes back as a replica: the next one that is killed is survived too.
            await _killed!.StartAsync();
        }

        public override ValueTask DisposeAsync() => redis.DisposeAsync();
    }

    private sealed class ClusterStore(string folder, ClusterRedis redis, string key) : CityStore(folder)
    {
        private RedisNode? _killed;

        public override StoreAddress? Address => redis.Address;

        protected override IEnumerable<EndPoint> Servers => redis.Nodes.Where(node => node.Pid != 0).Select(EndPointOf);

        public override Task<RedisNode?> MasterAsync() => redis.OwnerAsync(key);

        public override async Task KillAsync()
        {
            _killed = await MasterAsync() ?? throw new InvalidOperationException("no server of the Cluster keeps the farm's keys");
            await _killed.KillAsync();
        }

        public override async Task BackAsync()
        {
            await redis.FailedOverAsync(key, _killed!);
            await _killed!.StartAsync();
        }

        public override ValueTask DisposeAsync() => redis.DisposeAsync();
    }

    private static IPEndPoint EndPointOf(RedisNode node) => new IPEndPoint(IPAddress.Parse(node.Address), node.Port);
}
