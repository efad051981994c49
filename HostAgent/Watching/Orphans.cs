using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Which sessions sesman has lost. It alone knows whose desktop is which, in its memory (xrdp 0.9): when it dies, the desktops run on, each led by a process of its own, and the sesman that begins then knows of none of them;
/// when a session's leader dies, sesman forgets that one. Who logs on gets another desktop beside it, and nothing leads back to the first. Not for concurrent use.
/// </summary>
internal sealed class Orphans(TimeProvider time)
{
    private static readonly TimeSpan SearchEvery = TimeSpan.FromSeconds(2);

    // By the server's process: its leader, the leader's own parent, and whether both were sesman's.
    private readonly Dictionary<int, (int Leader, int Above, bool Kept)> _known = [];
    private readonly HashSet<(int, ulong)> _lost = [];
    private IReadOnlyList<ProcessLine> _sesmen = [];
    private long _searched = long.MinValue / 2;

    /// <summary>Process ids of the servers that are orphans now. What has become one stays one.</summary>
    public IReadOnlySet<int> Among(IReadOnlyCollection<XServer> servers)
    {
        var orphans = new HashSet<int>();
        foreach (var server in servers)
        {
            var line = server.Line;
            if (!_lost.Contains((line.Id, line.StartTicks)))
            {
                if (IsKept(line) || !IsLost(line, servers)) continue;
                _lost.Add((line.Id, line.StartTicks));
            }
            orphans.Add(line.Id);
        }
        var present = servers.Select(server => (server.Line.Id, server.Line.StartTicks)).ToHashSet();
        _lost.IntersectWith(present);
        foreach (var gone in _known.Keys.Where(id => !present.Any(one => one.Id == id)).ToList()) _known.Remove(gone);
        return orphans;
    }

    /// <summary>The rule, on what a look at the processes shows.</summary>
    /// <param name="leader">Parent of the X server where that is one of sesman's processes; null = it has died.</param>
    /// <param name="sesmen">sesman's processes that lead no session and that no other one of them has begun: those that people log on to.</param>
    /// <returns>Whether it is lost, for a leader that is no child of sesman's. False as long as no other sesman has begun after it: until then nobody is given another desktop, and a sesman that leads its servers itself is no orphan.</returns>
    public static bool IsLost(ProcessLine? leader, IEnumerable<ProcessLine> sesmen) =>
        leader is not { } led || sesmen.Any(one => one.Id != led.Id && one.StartTicks > led.StartTicks);

    // Nearly always: the leader is a child of sesman. Both ids stay what they are while that is so, and sesman cannot become another process.
    private bool IsKept(ProcessLine server)
    {
        if (ProcessLine.Of(server.Parent) is not { Runs: true } leader) return false;
        if (_known.TryGetValue(server.Id, out var known) && known.Leader == leader.Id && known.Above == leader.Parent && known.Kept) return true;
        var kept = XServers.IsSesman(leader.Id) && XServers.IsSesman(leader.Parent);
        _known[server.Id] = (leader.Id, leader.Parent, kept);
        return kept;
    }

    private bool IsLost(ProcessLine server, IReadOnlyCollection<XServer> servers)
    {
        var leader = XServers.IsSesman(server.Parent) ? ProcessLine.Of(server.Parent) : null;
        if (leader is not null && time.GetElapsedTime(_searched) >= SearchEvery)
        {
            _searched = time.GetTimestamp();
            var leaders = servers.Select(one => one.Line.Parent).ToHashSet();
            _sesmen = [.. ProcessLine.Ids().Where(id => !leaders.Contains(id) && XServers.IsSesman(id)).Select(ProcessLine.Of).OfType<ProcessLine>().Where(line => line.Runs && !XServers.IsSesman(line.Parent))];
        }
        return IsLost(leader, _sesmen);
    }
}
