using System.Globalization;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// Asks the servers themselves: the nodes of a Cluster who keeps the farm's keys, which are all in one slot; servers without a Cluster whether they are the master.
/// </summary>
/// <param name="nodes">Connected to all that are known.</param>
/// <param name="key">Any key of the farm.</param>
internal sealed class NodeFinder(ConnectionMultiplexer nodes, RedisKey key) : IMasterFinder
{
    private int? _slot;

    /// <inheritdoc/>
    public async Task<MasterFinding> FindAsync()
    {
        var answers = await Witness.AskAllAsync(nodes, AskAsync);
        var masters = answers.Where(answer => answer is { Epoch: < 0 }).Select(answer => answer!.Value.Endpoint).Distinct().Count();
        return masters > 1 ? new MasterFinding(null, 0, 0, answers.Length, "several servers call themselves the master, and there is neither Sentinel nor Cluster to say which one is")
            : MasterFinding.Newest(answers, "no server answers that knows who keeps this farm's keys");
    }

    /// <inheritdoc/>
    public async Task<TimeSpan?> PatienceAsync() => Witness.Least(await Witness.AskAllAsync(nodes, async node =>
        (RedisResult[]?)await node.ExecuteAsync("CONFIG", "GET", "cluster-node-timeout") is [_, var silence] ? ("", (long)silence) : null));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => nodes.DisposeAsync();

    private async Task<(string Endpoint, long Epoch)?> AskAsync(IServer node)
    {
        try
        {
            var slot = _slot ??= (int)await node.ExecuteAsync("CLUSTER", "KEYSLOT", key);
            return Owner((string?)await node.ExecuteAsync("CLUSTER", "NODES") ?? "", slot);
        }
        catch (RedisServerException none) when (none.Message.Contains("cluster support disabled", StringComparison.Ordinal))
        {
            return await node.RoleAsync() is Role.Master ? (node.EndPoint.ToString()!, -1) : null;
        }
    }

    // id, address:port@busport[,name], flags, its master, ping, pong, epoch, link, then slots and ranges of slots.
    private static (string Endpoint, long Epoch)? Owner(string nodes, int slot)
    {
        foreach (var parts in nodes.Split('\n').Select(line => line.Split(' ')))
        {
            if (parts.Length < 9 || !parts[2].Contains("master", StringComparison.Ordinal) || !parts.Skip(8).Any(range => Holds(range, slot))) continue;
            var place = parts[1].Split('@')[0];
            var colon = place.LastIndexOf(':');
            return (Witness.Endpoint(place[..colon], place[(colon + 1)..]), long.Parse(parts[6], CultureInfo.InvariantCulture));
        }
        return null;
    }

    // Slots on the move stand in brackets.
    private static bool Holds(string range, int slot)
    {
        var ends = range.Split('-');
        return int.TryParse(ends[0], CultureInfo.InvariantCulture, out var from) && int.TryParse(ends[^1], CultureInfo.InvariantCulture, out var to) && from <= slot && slot <= to;
    }
}
