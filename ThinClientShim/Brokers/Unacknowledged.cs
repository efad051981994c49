using System.Globalization;
using System.Net;

namespace VdiBroker.Shim.Brokers;

/// <summary>
/// What the kernel knows of this machine's TCP connections: whether what was sent is sent again and again because nobody says that it has come. It costs the network nothing, and tells of a cut well before any deadline has passed.
/// </summary>
internal static class Unacknowledged
{
    // 0.2 s after the first sending, then 0.4 s: a lost packet is no cut.
    private const int ManyTimes = 2;

    private const string Established = "01";
    private const string Resending = "01";
    private const int Remote = 2;
    private const int State = 3;
    private const int Timer = 5;
    private const int Times = 6;

    private static readonly string[] Tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];

    /// <summary>True: on a connection to one of these ports nothing arrives at present.</summary>
    public static bool To(IReadOnlySet<int> ports)
    {
        try
        {
            return Tables.Any(table => File.Exists(table) && File.ReadLines(table).Skip(1).Any(line => IsStuck(line, ports)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not told here: the deadlines will.
            return false;
        }
    }

    /// <summary>One line of the kernel's table (proc_net_tcp).</summary>
    public static bool IsStuck(string line, IReadOnlySet<int> ports)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > Times && words[State] == Established && words[Timer].StartsWith(Resending + ":", StringComparison.Ordinal)
            && Number(words[Times]) >= ManyTimes && ports.Contains(Number(words[Remote][(words[Remote].LastIndexOf(':') + 1)..]));
    }

    private static int Number(string hex) => int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number <= IPEndPoint.MaxPort ? number : 0;
}
