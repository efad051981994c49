using System.Globalization;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>An X server that xrdp started.</summary>
/// <param name="Line">Its process.</param>
/// <param name="Display">X display number.</param>
/// <param name="Owner">User id of its owner.</param>
internal sealed record XServer(ProcessLine Line, uint Display, uint Owner);

/// <summary>
/// Finds xrdp's X servers among the processes. A process is looked into while it is young (it may still become another program); later it
/// is known by its id, and the list of processes itself is read every two seconds or when a display appeared, so that a look at a host with
/// thousands of processes costs little. Not for concurrent use.
/// </summary>
internal sealed class XServers(TimeProvider time)
{
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SearchEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAfreshEvery = TimeSpan.FromSeconds(60);

    private readonly Dictionary<int, long> _firstSeen = [];
    private readonly Dictionary<int, XServer> _servers = [];
    private readonly List<int> _gone = [];
    private readonly HashSet<int> _present = [];
    private long _lastFresh = time.GetTimestamp();
    private long _lastSearch = long.MinValue / 2;

    /// <summary>The X servers that run now.</summary>
    /// <param name="atOnce">True: new ones are looked for in any case; false: at most every two seconds, else only the known are checked.</param>
    public IReadOnlyCollection<XServer> Look(bool atOnce)
    {
        var now = time.GetTimestamp();
        if (atOnce || time.GetElapsedTime(_lastSearch, now) >= SearchEvery) Search(now);
        else Check();
        return _servers.Values;
    }

    /// <summary>Looks into every process at the next look.</summary>
    public void Forget()
    {
        _firstSeen.Clear();
        _servers.Clear();
        _lastFresh = time.GetTimestamp();
        _lastSearch = long.MinValue / 2;
    }

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
        if (time.GetElapsedTime(_lastFresh, now) > LookAfreshEvery) Forget();
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
        foreach (var id in _firstSeen.Keys)
        {
            if (!_present.Contains(id)) _gone.Add(id);
        }
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
        // A console's X server is no session of ours: ours is a child of sesman, or (sesman's part dead) uses xrdp's configuration.
        var ofXrdp = ProcessLine.Of(line.Parent)?.Name == "xrdp-sesman" || Array.Exists(arguments, argument => argument.StartsWith("xrdp/", StringComparison.Ordinal));
        return ofXrdp && display is not null && uint.TryParse(display.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && ProcessFacts.Owner(id) is { } owner
            ? new XServer(line, number, owner)
            : null;
    }
}
