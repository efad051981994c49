using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>A Redis Cluster of three masters with a replica each, that gives up a silent master within about two seconds.</summary>
public sealed class ClusterRedis : IAsyncDisposable
{
    private const int Port = 7000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<RedisNode> _nodes = [];

    private ClusterRedis()
    {
    }

    /// <summary>The six servers; which of them are masters changes.</summary>
    public IReadOnlyList<RedisNode> Nodes => _nodes;

    /// <summary>As a broker is told.</summary>
    public StoreAddress Address => new([.. _nodes.Select(node => node.Endpoint)]);

    /// <summary>Starts it and waits until all six call it complete.</summary>
    /// <param name="folder">Takes all files.</param>
    /// <param name="network">Six addresses of it are used, from <paramref name="first"/>.</param>
    /// <param name="first">Last number of the first address.</param>
    public static async Task<ClusterRedis> StartAsync(string folder, Loopback network, int first = 51)
    {
        var cluster = new ClusterRedis();
        try
        {
            for (var i = 0; i < 6; i++)
            {
                var address = network.Address(first + i);
                var node = await RedisNode.AtAsync(Path.Combine(folder, $"node{i}"), address, Port, sentinel: false,
                    "cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 1500", $"cluster-announce-ip {address}", "cluster-require-full-coverage no",
                    "appendonly yes", "save \"\"", "repl-diskless-sync yes", "repl-diskless-sync-delay 0");
                cluster._nodes.Add(node);
                await node.StartAsync();
            }
            await Tool.OutputAsync("redis-cli", ["--cluster", "create", .. cluster._nodes.Select(node => node.Endpoint), "--cluster-replicas", "1", "--cluster-yes"]);
            await cluster.SettledAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The master that keeps a key, as the others see it; null when none answers.</summary>
    public async Task<RedisNode?> OwnerAsync(string key)
    {
        foreach (var node in _nodes)
        {
            if (!int.TryParse(await node.AskAsync("cluster", "keyslot", key), CultureInfo.InvariantCulture, out var slot)) continue;
            var owner = (await node.AskAsync("cluster", "nodes")).Split('\n').Select(line => line.Split(' '))
                .FirstOrDefault(parts => parts.Length > 8 && parts[2].Contains("master", StringComparison.Ordinal) && parts.Skip(8).Any(range => Holds(range, slot)));
            if (owner is not null) return _nodes.FirstOrDefault(known => owner[1].StartsWith(known.Endpoint + "@", StringComparison.Ordinal));
        }
        return null;
    }

    /// <summary>Waits until another server than <paramref name="before"/> keeps a key.</summary>
    /// <returns>The new one.</returns>
    public async Task<RedisNode> FailedOverAsync(string key, RedisNode before)
    {
        RedisNode? now = null;
        await Eventually.HoldsAsync("failover", Patience, async () => (now = await OwnerAsync(key)) is not null && now != before && await now.InfoAsync("replication", "role") == "master");
        return now!;
    }

    /// <summary>Waits until all that run call the cluster complete, and every replica is in step with its master.</summary>
    public Task SettledAsync() => Eventually.HoldsAsync("cluster settled", Patience, async () =>
    {
        foreach (var node in _nodes.Where(node => node.Pid != 0))
        {
            var state = await node.AskAsync("cluster", "info");
            if (!state.Contains("cluster_state:ok", StringComparison.Ordinal) || !state.Contains("cluster_known_nodes:6", StringComparison.Ordinal)) return false;
            var role = await node.InfoAsync("replication", "role");
            if (role == "slave" ? await node.InfoAsync("replication", "master_link_status") != "up" : await node.InfoAsync("replication", "connected_slaves") == "0" && _nodes.All(n => n.Pid != 0)) return false;
        }
        return true;
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private static bool Holds(string range, int slot)
    {
        var ends = range.Split('-');
        return int.TryParse(ends[0], CultureInfo.InvariantCulture, out var from) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var to) && from <= slot && slot <= to;
    }
}
