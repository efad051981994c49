using System.Text;

namespace VdiBroker.Profiles;

/// <summary>One line of an LDIF entry, unfolded (RFC 2849).</summary>
/// <param name="Name">Attribute or keyword; <c>-</c> for the end of a modification.</param>
/// <param name="Value">What it says.</param>
internal sealed record LdifLine(string Name, string Value);

/// <summary>The small part of RFC 2849 that profiles need, both ways.</summary>
internal static class LdifLines
{
    private const int Width = 76;

    /// <summary>Takes the lines of one entry apart: folds undone, comments left out, base64 read.</summary>
    /// <returns>Null with what is wrong.</returns>
    public static List<LdifLine>? Read(IEnumerable<string> physical, out string? fault)
    {
        fault = null;
        var lines = new List<LdifLine>();
        foreach (var line in Unfolded(physical).Where(line => !line.StartsWith('#')))
        {
            if (line == "-")
            {
                lines.Add(new LdifLine("-", ""));
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1) fault = "a line is not 'name: value'";
            else if (line.AsSpan(colon).StartsWith(":<")) fault = $"{line[..colon]}: values from other files or addresses are not read; write the value here";
            else if (line.AsSpan(colon).StartsWith("::") is var coded && Value(line[(colon + (coded ? 2 : 1))..].TrimStart(' '), coded) is { } value) lines.Add(new LdifLine(line[..colon], value));
            else fault = $"{line[..colon]}: what stands behind '::' is not base64 of UTF-8";
            if (fault is not null) return null;
        }
        return lines;
    }

    /// <summary>Writes one line, in base64 where it must be, folded.</summary>
    public static void Write(TextWriter text, string name, string value)
    {
        var line = IsSafe(value) ? $"{name}: {value}" : $"{name}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}";
        text.WriteLine(line.Length <= Width ? line : line[..Width]);
        for (var from = Width; from < line.Length; from += Width - 1) text.WriteLine($" {line[from..Math.Min(line.Length, from + Width - 1)]}");
    }

    private static IEnumerable<string> Unfolded(IEnumerable<string> physical)
    {
        var current = new StringBuilder();
        var any = false;
        foreach (var line in physical)
        {
            if (any && line.StartsWith(' '))
            {
                current.Append(line.AsSpan(1));
                continue;
            }
            if (any) yield return current.ToString();
            current.Clear().Append(line);
            any = true;
        }
        if (any) yield return current.ToString();
    }

    private static string? Value(string text, bool coded)
    {
        if (!coded) return text;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(text));
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            return null;
        }
    }

    // SAFE-STRING of RFC 2849, and no blank at the end, which editors take away.
    private static bool IsSafe(string value) =>
        !value.AsSpan().ContainsAnyExceptInRange(' ', '~') && !(value is [' ' or ':' or '<', ..] or [.., ' ']);
}
