using System.Globalization;
using VdiBroker.Agent.Linux;
using VdiBroker.Agent.Watching;

namespace VdiBroker.Agent.Ending;

/// <summary>The processes of one session at one instant, by the part that they play when it is ended.</summary>
/// <param name="Programs">The person's programs: asked first, so that they can save.</param>
/// <param name="Desktop">The window manager's side: its end is the session's end.</param>
/// <param name="Rest">X server and channel server, which the leader ends; ended by force when it does not.</param>
/// <param name="Leader">The session's own sesman process, which closes the PAM session; null where it has died.</param>
internal sealed record SessionTree(
    IReadOnlyList<ProcessLine> Programs, IReadOnlyList<ProcessLine> Desktop, IReadOnlyList<ProcessLine> Rest, ProcessLine? Leader)
{
    /// <summary>All but the leader.</summary>
    public IEnumerable<ProcessLine> Members => Programs.Concat(Desktop).Concat(Rest);

    /// <summary>Looks at a session's processes.</summary>
    public static SessionTree Of(RunningSession session)
    {
        var all = ProcessLine.All();
        var tree = Of(session, all);
        var known = tree.Members.Select(line => line.Id).ToHashSet();
        // Programs that left the tree (daemons) still carry the display in their environment.
        var display = string.Create(CultureInfo.InvariantCulture, $":{session.Display}");
        var strays = all.Values.Where(line => !known.Contains(line.Id) && line.Parent != 2 && ProcessFacts.Owner(line.Id) == session.UserId
            && ProcessFacts.Variable(line.Id, "DISPLAY") is { } shown && (shown == display || shown == display + ".0"));
        return tree with { Programs = [.. tree.Programs, .. strays] };
    }

    /// <summary>The rule, on a given list of processes (without the strays).</summary>
    public static SessionTree Of(RunningSession session, IReadOnlyDictionary<int, ProcessLine> all)
    {
        var children = all.Values.ToLookup(line => line.Parent);
        // The leader must be this session's alone: a sesman process that is parent of several X servers leads them all.
        var leader = all.TryGetValue(session.Server.Leader, out var parent) && parent.Name == "xrdp-sesman"
            && children[parent.Id].Count(child => XServers.IsServer(child.Name)) == 1 ? parent : (ProcessLine?)null;
        var rest = new List<ProcessLine>();
        var desktop = new List<ProcessLine>();
        var programs = new List<ProcessLine>();
        foreach (var child in leader is { } led ? children[led.Id] : all.Values.Where(line => line.Id == session.Server.Process))
        {
            if (XServers.IsServer(child.Name) || child.Name == "xrdp-chansrv")
            {
                rest.Add(child);
                rest.AddRange(Below(child, children));
                continue;
            }
            desktop.Add(child);
            // The start script starts its window manager first: it is asked last, after the programs.
            var manager = children[child.Id].OrderBy(line => line.StartTicks).ThenBy(line => line.Id).Select(line => (ProcessLine?)line).FirstOrDefault();
            if (manager is { } first) desktop.Add(first);
            programs.AddRange(Below(child, children).Where(line => line.Id != manager?.Id));
        }
        return new SessionTree(programs, desktop, rest, leader);
    }

    private static IEnumerable<ProcessLine> Below(ProcessLine top, ILookup<int, ProcessLine> children) =>
        children[top.Id].SelectMany(child => Below(child, children).Prepend(child));
}
