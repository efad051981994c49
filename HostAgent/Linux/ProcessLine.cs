using System.Buffers.Text;
using System.IO.Enumeration;
using System.Text;

namespace VdiBroker.Agent.Linux;

/// <summary>One process as <c>/proc/PID/stat</c> shows it.</summary>
/// <param name="Id">Process id.</param>
/// <param name="Name">Program name, at most 15 characters.</param>
/// <param name="State">R, S, D, T, Z…</param>
/// <param name="Parent">Process id of the parent.</param>
/// <param name="StartTicks">Start since boot in clock ticks; with <paramref name="Id"/> it names one process for ever.</param>
internal readonly record struct ProcessLine(int Id, string Name, char State, int Parent, ulong StartTicks)
{
    private const int FieldsFromParentToStart = 18;

    /// <summary>False for a process that has ended and only waits for its parent to notice.</summary>
    public bool Runs => State is not ('Z' or 'X');

    /// <summary>All process ids of this process-id namespace.</summary>
    public static IEnumerable<int> Ids() => new FileSystemEnumerable<int>("/proc", static (ref FileSystemEntry entry) => int.Parse(entry.FileName),
        new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = true })
    {
        ShouldIncludePredicate = static (ref FileSystemEntry entry) => entry.FileName[0] is >= '1' and <= '9',
    };

    /// <summary>Every process that runs now.</summary>
    public static Dictionary<int, ProcessLine> All()
    {
        var all = new Dictionary<int, ProcessLine>();
        foreach (var id in Ids())
        {
            if (Of(id) is { Runs: true } line) all[id] = line;
        }
        return all;
    }

    /// <summary>The process with this id; null when there is none.</summary>
    public static ProcessLine? Of(int id)
    {
        Span<byte> buffer = stackalloc byte[1024];
        return Parse(ProcFile.Read($"/proc/{id}/stat", buffer));
    }

    /// <summary>Reads a line of <c>/proc/PID/stat</c>; the program's name may itself hold blanks and parentheses.</summary>
    public static ProcessLine? Parse(ReadOnlySpan<byte> text)
    {
        var open = text.IndexOf((byte)'(');
        var close = text.LastIndexOf((byte)')');
        if (open < 2 || close < open || !Utf8Parser.TryParse(text[..(open - 1)], out int id, out _)) return null;
        var rest = text[(close + 1)..].TrimStart((byte)' ');
        if (rest.Length < 3) return null;
        var state = (char)rest[0];
        rest = rest[2..];
        if (!Utf8Parser.TryParse(rest, out int parent, out _)) return null;
        for (var field = 0; field < FieldsFromParentToStart; field++)
        {
            var blank = rest.IndexOf((byte)' ');
            if (blank < 0) return null;
            rest = rest[(blank + 1)..];
        }
        return Utf8Parser.TryParse(rest, out ulong start, out _)
            ? new ProcessLine(id, Encoding.UTF8.GetString(text[(open + 1)..close]), state, parent, start)
            : null;
    }
}
