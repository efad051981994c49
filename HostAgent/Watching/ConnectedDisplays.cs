using System.Buffers.Text;
using VdiBroker.Agent.Linux;

namespace VdiBroker.Agent.Watching;

/// <summary>
/// Which displays have a station: xrdp holds a connection to the unix socket <c>…/xrdp_display_N</c> for as long as one is connected.
/// Not for concurrent use.
/// </summary>
internal sealed class ConnectedDisplays
{
    private byte[] _buffer = new byte[64 * 1024];

    /// <summary>Fills the displays that are connected, and those that have a socket at all.</summary>
    public void Look(HashSet<uint> connected, HashSet<uint> open)
    {
        connected.Clear();
        open.Clear();
        Parse(ProcFile.ReadWhole("/proc/net/unix", ref _buffer), connected, open);
    }

    /// <summary>Reads the text of <c>/proc/net/unix</c>: number, references, protocol, flags, type, state, inode, path.</summary>
    public static void Parse(ReadOnlySpan<byte> text, HashSet<uint> connected, HashSet<uint> open)
    {
        var name = "/xrdp_display_"u8;
        while (text.IndexOf(name) is >= 0 and var at)
        {
            var start = text[..at].LastIndexOf((byte)'\n') + 1;
            var line = text[start..];
            var end = line.IndexOf((byte)'\n');
            if (end >= 0) line = line[..end];
            var digits = line[(at - start + name.Length)..];
            if (Utf8Parser.TryParse(digits, out uint display, out var used) && used == digits.Length)
            {
                open.Add(display);
                if (State(line) is 3) connected.Add(display);
            }
            text = text[(start + line.Length)..];
        }
    }

    private static int State(ReadOnlySpan<byte> line)
    {
        for (var field = 0; field < 5; field++)
        {
            var blank = line.IndexOf((byte)' ');
            if (blank < 0) return -1;
            line = line[blank..].TrimStart((byte)' ');
        }
        return Utf8Parser.TryParse(line, out int state, out _, 'X') ? state : -1;
    }
}
