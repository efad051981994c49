using System.Buffers.Text;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Which X servers have a station: xrdp holds a connection to the unix socket <c>…/xrdp_display_N</c> for as long as one is connected, and
/// the other end of it is open in the X server itself. Anybody can give a socket such a name, so the name alone says nothing.
/// Not for concurrent use.
/// </summary>
internal sealed class ConnectedDisplays
{
    private readonly List<(uint Display, ulong Inode)> _established = [];
    private readonly HashSet<uint> _displays = [];
    private readonly Dictionary<int, ulong> _proven = [];
    private byte[] _buffer = new byte[64 * 1024];

    /// <summary>Process ids of the servers that have a station now.</summary>
    public IReadOnlySet<int> Look(IReadOnlyCollection<XServer> servers)
    {
        _displays.Clear();
        _displays.UnionWith(servers.Select(server => server.Display));
        _established.Clear();
        Parse(ProcFile.ReadWhole("/proc/net/unix", ref _buffer), _displays, _established);
        var connections = _established.ToLookup(connection => connection.Display, connection => connection.Inode);
        var connected = new Dictionary<int, ulong>();
        foreach (var server in servers)
        {
            // What was found in the server is its own for as long as it stands: its open files are read once for each connection.
            if (!connections.Contains(server.Display)) continue;
            var own = _proven.GetValueOrDefault(server.Line.Id);
            if (own == 0 || !connections[server.Display].Contains(own))
            {
                var open = ProcessFacts.Sockets(server.Line.Id);
                own = connections[server.Display].FirstOrDefault(open.Contains);
            }
            if (own != 0) connected[server.Line.Id] = own;
        }
        _proven.Clear();
        foreach (var (server, inode) in connected) _proven[server] = inode;
        return connected.Keys.ToHashSet();
    }

    /// <summary>Reads the text of <c>/proc/net/unix</c>: number, references, protocol, flags, type, state, inode, path.</summary>
    /// <param name="text">The file.</param>
    /// <param name="displays">Those that are asked for; names of others count for nothing.</param>
    /// <param name="established">Filled with the connections that stand, by inode of the end that has the name.</param>
    public static void Parse(ReadOnlySpan<byte> text, IReadOnlySet<uint> displays, ICollection<(uint Display, ulong Inode)> established)
    {
        var name = "/xrdp_display_"u8;
        while (text.IndexOf(name) is >= 0 and var at)
        {
            var start = text[..at].LastIndexOf((byte)'\n') + 1;
            var line = text[start..];
            var end = line.IndexOf((byte)'\n');
            if (end >= 0) line = line[..end];
            var digits = line[(at - start + name.Length)..];
            // A connection that the server has not accepted yet has the inode 0.
            if (Utf8Parser.TryParse(digits, out uint display, out var used) && used == digits.Length && displays.Contains(display)
                && Established(line) is > 0 and var inode)
                established.Add((display, inode));
            text = text[(start + line.Length)..];
        }
    }

    private static ulong Established(ReadOnlySpan<byte> line)
    {
        for (var field = 0; field < 5; field++) line = Next(line);
        return Utf8Parser.TryParse(line, out int state, out _, 'X') && state == 3 && Utf8Parser.TryParse(Next(line), out ulong inode, out _) ? inode : 0;
    }

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> line)
    {
        var blank = line.IndexOf((byte)' ');
        return blank < 0 ? default : line[blank..].TrimStart((byte)' ');
    }
}
