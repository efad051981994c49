using System.Globalization;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>An X server that xrdp started.</summary>
/// <param name="Line">Its process.</param>
/// <param name="Display">X display number.</param>
/// <param name="Owner">User id of its owner.</param>
internal sealed record XServer(ProcessLine Line, uint Display, uint Owner)
{
    /// <summary>sesman has lost it, see <see cref="Orphans"/>.</summary>
    public bool Orphaned { get; init; }
}

/// <summary>
/// Finds xrdp's X servers among the processes. A process is looked into while it is young (it may still become another program); later it
/// is known by its id, and the list of processes itself is read every two seconds or on demand, so that a look at a host with
/// thousands of processes costs little. Not for concurrent use.
/// </summary>
internal sealed class XServers(TimeProvider time, AgentLog log)
{
    /// <summary>More are never reported: a report must fit into a message of the broker's (256 KiB).</summary>
    public const int Most = 500;

    private const string Sesman = "xrdp-sesman";
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SearchEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAfreshEvery = TimeSpan.FromSeconds(60);

    private readonly Dictionary<int, long> _firstSeen = [];
    private readonly Dictionary<int, XServer> _servers = [];
    private readonly List<int> _gone = [];
    private readonly HashSet<int> _present = [];
    private readonly Orphans _orphans = new(time);
    private long _lastFresh = time.GetTimestamp();
    private long _lastSearch = long.MinValue / 2;
    private bool _tooMany;

    /// <summary>The X servers that run now.</summary>
    /// <param name="atOnce">True: new ones are looked for in any case; false: at most every two seconds, else only the known are checked.</param>
    public IReadOnlyCollection<XServer> Look(bool atOnce)
    {
        var now = time.GetTimestamp();
        if (atOnce || time.GetElapsedTime(_lastSearch, now) >= SearchEvery) Search(now);
        else Check();
        var orphaned = _orphans.Among(_servers.Values);
        var chosen = Choose(_servers.Values.Select(server => server with { Orphaned = orphaned.Contains(server.Line.Id) }));
        var tooMany = chosen.Count == Most && _servers.Count > Most;
        if (tooMany && !_tooMany) log.Error($"{_servers.Count} X servers run here: no more than the {Most} oldest are reported");
        _tooMany = tooMany;
        return chosen;
    }

    /// <summary>
    /// What is reported: one server for each display of a person, the oldest first and at most <see cref="Most"/>. Not one for each display
    /// alone: the display is only an argument, and nobody may hide another person's session by naming its display.
    /// </summary>
    public static IReadOnlyList<XServer> Choose(IEnumerable<XServer> servers) =>
        [.. servers.OrderBy(server => server.Line.StartTicks).ThenBy(server => server.Line.Id).DistinctBy(server => (server.Owner, server.Display)).Take(Most)];

    /// <summary>True for sesman's own processes. Anybody can call a process xrdp-sesman, but only root's is believed.</summary>
    public static bool IsSesman(int id) =>
        ProcessLine.Of(id)?.Name == Sesman && ProcessFacts.Owner(id) == 0 && ProcessFacts.Program(id) == Sesman;

    /// <summary>True for the programs that xrdp uses as X servers.</summary>
    public static bool IsServer(string program) => program is "Xorg" or "Xvnc" or "Xtigervnc";

    private void Check()
    {
        _gone.Clear();
        foreach (var id in _servers.Keys)
        {
            if (LookInto(id) is { } server) _servers[id] = server;
            else _gone.Add(id);
        }
        foreach (var id in _gone) _servers.Remove(id);
    }

    private void Search(long now)
    {
        _lastSearch = now;
        // A process id that ended and came again between two looks would stay overlooked for ever: so, forget now and then.
        if (time.GetElapsedTime(_lastFresh, now) > LookAfreshEvery)
        {
            _firstSeen.Clear();
            _lastFresh = now;
        }
        _present.Clear();
        foreach (var id in ProcessLine.Ids())
        {
            _present.Add(id);
            if (!_firstSeen.TryGetValue(id, out var seen)) _firstSeen[id] = seen = now;
            else if (time.GetElapsedTime(seen, now) > Young && !_servers.ContainsKey(id)) continue;
            if (LookInto(id) is { } server) _servers[id] = server;
            else _servers.Remove(id);
        }
        _gone.Clear();
        _gone.AddRange(_firstSeen.Keys.Concat(_servers.Keys).Where(id => !_present.Contains(id)));
        foreach (var id in _gone)
        {
            _firstSeen.Remove(id);
            _servers.Remove(id);
        }
    }

    private XServer? LookInto(int id)
    {
        if (ProcessLine.Of(id) is not { Runs: true } line || !IsServer(line.Name)) return null;
        if (_servers.TryGetValue(id, out var known) && known.Line.StartTicks == line.StartTicks) return known with { Line = line };
        var arguments = ProcessFacts.Arguments(id);
        var display = Array.Find(arguments, argument => argument.StartsWith(':'));
        // Names and arguments are anybody's to choose, the parent is not: a session is a child of sesman's root process. One that was seen as
        // such stays one when that process dies (above).
        return IsSesman(line.Parent) && display is not null && uint.TryParse(display.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && ProcessFacts.Owner(id) is { } owner
            ? new XServer(line, number, owner)
            : null;
    }
}
