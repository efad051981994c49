using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>A master, two replicas and three Sentinels that find out within about a second that the master is gone, each with an address of its own.</summary>
public sealed class SentinelRedis : IAsyncDisposable
{
    /// <summary>The master's name among the Sentinels.</summary>
    public const string Master = "city";

    private const int RedisPort = 6379;
    private const int SentinelPort = 26379;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<RedisNode> _nodes = [];
    private readonly List<RedisNode> _sentinels = [];

    private SentinelRedis()
    {
    }

    /// <summary>The three servers; which of them is the master changes.</summary>
    public IReadOnlyList<RedisNode> Nodes => _nodes;

    /// <summary>The three Sentinels.</summary>
    public IReadOnlyList<RedisNode> Sentinels => _sentinels;

    /// <summary>As a broker is told.</summary>
    public StoreAddress Address => new([.. _sentinels.Select(node => node.Endpoint)], Master);

    /// <summary>Starts them and waits until each Sentinel knows both replicas and both others.</summary>
    /// <param name="folder">Takes all files.</param>
    /// <param name="network">Six addresses of it are used, from <paramref name="first"/>.</param>
    /// <param name="first">Last number of the first address.</param>
    public static async Task<SentinelRedis> StartAsync(string folder, Loopback network, int first = 41)
    {
        var redis = new SentinelRedis();
        try
        {
            for (var i = 0; i < 3; i++) await redis.AddNodeAsync(Path.Combine(folder, $"redis{i}"), network.Address(first + i));
            await Eventually.HoldsAsync("both replicas attached", Patience, async () => await redis._nodes[0].InfoAsync("replication", "connected_slaves") == "2"
                && (await redis._nodes[0].AskAsync("info", "replication")).Split("state=online").Length == 3);
            for (var i = 0; i < 3; i++) await redis.AddSentinelAsync(Path.Combine(folder, $"sentinel{i}"), network.Address(first + 3 + i));
            await redis.SettledAsync();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>The server that the Sentinels call the master; null when none of them answers, or it is none of ours.</summary>
    public async Task<RedisNode?> MasterAsync()
    {
        foreach (var sentinel in _sentinels)
        {
            var answer = (await sentinel.AskAsync("sentinel", "get-master-addr-by-name", Master)).Split('\n');
            if (answer.Length == 2) return _nodes.FirstOrDefault(node => node.Address == answer[0]);
        }
        return null;
    }

    /// <summary>Waits until another server than <paramref name="before"/> is the master and says so itself.</summary>
    /// <returns>The new one.</returns>
    public async Task<RedisNode> FailedOverAsync(RedisNode before)
    {
        RedisNode? now = null;
        await Eventually.HoldsAsync("failover", Patience, async () => (now = await MasterAsync()) is not null && now != before && await now.InfoAsync("replication", "role") == "master");
        return now!;
    }

    /// <summary>Waits until all that run agree: one master, the others its replicas and in step, each Sentinel knows them.</summary>
    public Task SettledAsync() => Eventually.HoldsAsync("Sentinels and replicas settled", Patience, async () =>
    {
        if (await MasterAsync() is not { } master) return false;
        foreach (var replica in _nodes.Where(node => node != master && node.Pid != 0))
            if (await replica.InfoAsync("replication", "master_host") != master.Address || await replica.InfoAsync("replication", "master_link_status") != "up") return false;
        foreach (var sentinel in _sentinels.Where(node => node.Pid != 0))
        {
            var seen = (await sentinel.AskAsync("sentinel", "master", Master)).ReplaceLineEndings(" ");
            if (!seen.Contains($"ip {master.Address} ", StringComparison.Ordinal) || !seen.Contains("num-slaves 2 num-other-sentinels 2 ", StringComparison.Ordinal)) return false;
        }
        return true;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _sentinels.Concat(_nodes)) await node.DisposeAsync();
    }

    private async Task AddNodeAsync(string folder, string address)
    {
        var node = await RedisNode.AtAsync(folder, address, RedisPort, sentinel: false,
            [
                $"replica-announce-ip {address}", "appendonly yes", "save \"\"", "repl-diskless-sync yes", "repl-diskless-sync-delay 0",
                .. _nodes.Count == 0 ? (string[])[] : [$"replicaof {_nodes[0].Address} {RedisPort}"],
            ]);
        _nodes.Add(node);
        await node.StartAsync();
    }

    private async Task AddSentinelAsync(string folder, string address)
    {
        var sentinel = await RedisNode.AtAsync(folder, address, SentinelPort, sentinel: true,
            $"sentinel announce-ip {address}", $"sentinel monitor {Master} {_nodes[0].Address} {RedisPort} 2", $"sentinel down-after-milliseconds {Master} 1000",
            $"sentinel failover-timeout {Master} 5000", $"sentinel parallel-syncs {Master} 1");
        _sentinels.Add(sentinel);
        await sentinel.StartAsync();
    }
}
