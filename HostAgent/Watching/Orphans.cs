using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Which sessions sesman has lost. It alone knows whose desktop is which, in its memory (xrdp 0.9): when it dies, the desktops run on, each led by a process of its own, and the sesman that begins then knows of none of them;
/// when a session's leader dies, sesman forgets that one. Who logs on gets another desktop beside it, and nothing leads back to the first. Not for concurrent use.
/// </summary>
internal sealed class Orphans(TimeProvider time)
{
    /// <summary>For so long it must have looked lost: a read that fails once loses nobody their desktop.</summary>
    public static readonly TimeSpan Certain = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SearchEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(int, ulong), Known> _known = [];
    private IReadOnlyList<ProcessLine> _sesmen = [];
    private long _searched = long.MinValue / 2;

    private sealed class Known(int leader)
    {
        /// <summary>The process that sesman began for it.</summary>
        public int Leader { get; } = leader;
        /// <summary>That one's parent when it was sesman; 0 = it was not.</summary>
        public int Sesman { get; set; }
        /// <summary>Since when it looks lost; null = it does not.</summary>
        public long? Since { get; set; }
        public bool Lost { get; set; }
    }

    /// <summary>Process ids of the servers that are orphans now. What has become one stays one.</summary>
    public IReadOnlySet<int> Among(IReadOnlyCollection<XServer> servers)
    {
        var orphans = new HashSet<int>();
        foreach (var server in servers)
        {
            var name = (server.Line.Id, server.Line.StartTicks);
            // It was found as a child of sesman's.
            if (!_known.TryGetValue(name, out var known)) _known[name] = known = new Known(server.Line.Parent);
            if (!known.Lost) Look(server.Line, known, servers);
            if (known.Lost) orphans.Add(server.Line.Id);
        }
        if (_known.Count > servers.Count)
        {
            var present = servers.Select(server => (server.Line.Id, server.Line.StartTicks)).ToHashSet();
            foreach (var gone in _known.Keys.Where(name => !present.Contains(name)).ToList()) _known.Remove(gone);
        }
        return orphans;
    }

    /// <summary>The rule, on what a look at the processes shows.</summary>
    /// <param name="leader">Parent of the X server where that is one of sesman's processes; null = it has died.</param>
    /// <param name="sesmen">sesman's processes that lead no session and that no other one of them has begun: those that people log on to.</param>
    /// <returns>Whether it is lost, for a leader that is no child of sesman's. False as long as no other sesman has begun after it: until then nobody is given another desktop, and a sesman that leads its servers itself is no orphan.</returns>
    public static bool IsLost(ProcessLine? leader, IEnumerable<ProcessLine> sesmen) =>
        leader is not { } led || sesmen.Any(one => one.Id != led.Id && one.StartTicks > led.StartTicks);

    private void Look(ProcessLine server, Known known, IReadOnlyCollection<XServer> servers)
    {
        ProcessLine? leader = null;
        // A process that has died is nobody's parent any more.
        var died = server.Parent != known.Leader;
        if (!died)
        {
            leader = ProcessLine.Of(known.Leader);
            // Nearly always: it is the child of sesman that it was. Of a read that fails nothing follows.
            if (leader is not { } led || (known.Sesman != 0 && led.Parent == known.Sesman) || IsSesmansChild(led, known))
            {
                known.Since = null;
                return;
            }
        }
        if (!died && time.GetElapsedTime(_searched) >= SearchEvery)
        {
            _searched = time.GetTimestamp();
            var leaders = servers.Select(one => one.Line.Parent).ToHashSet();
            _sesmen = [.. ProcessLine.Ids().Where(id => !leaders.Contains(id) && XServers.IsSesman(id)).Select(ProcessLine.Of).OfType<ProcessLine>().Where(line => line.Runs && !XServers.IsSesman(line.Parent))];
        }
        known.Since = IsLost(leader, _sesmen) ? known.Since ?? time.GetTimestamp() : null;
        known.Lost = known.Since is { } since && time.GetElapsedTime(since) >= Certain;
    }

    private static bool IsSesmansChild(ProcessLine leader, Known known)
    {
        known.Sesman = XServers.IsSesman(leader.Parent) ? leader.Parent : 0;
        return known.Sesman != 0;
    }
}
