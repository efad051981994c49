using System.Text;

namespace VdiBroker.City.Directory;

/// <summary>Writes entries as LDIF (RFC 2849) and values for DNs (RFC 4514).</summary>
internal static class Ldif
{
    /// <summary>Writes one entry.</summary>
    /// <param name="to">Takes it.</param>
    /// <param name="dn">Its DN, already escaped.</param>
    /// <param name="lines"><c>attribute: value</c>, the value as it is: whatever LDIF cannot carry becomes base64.</param>
    public static void Entry(TextWriter to, string dn, params IEnumerable<string> lines)
    {
        Line(to, $"dn: {dn}");
        foreach (var line in lines) Line(to, line);
        to.Write('\n');
    }

    /// <summary>An organizational unit.</summary>
    public static void Branch(TextWriter to, string ou, string under) => Entry(to, $"ou={ou},{under}", "objectClass: organizationalUnit", $"ou: {ou}");

    /// <summary>A suffix below nothing, <c>dc=…</c>.</summary>
    public static void Root(TextWriter to, string suffix, string organization) => Entry(to, suffix, "objectClass: dcObject", "objectClass: organization",
        $"dc: {suffix.Split(',')[0].Split('=')[1]}", $"o: {organization}");

    /// <summary>A value as it stands in a DN.</summary>
    public static string Escape(string value)
    {
        var to = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            var letter = value[i];
            var atEdge = (letter == ' ' && (i == 0 || i == value.Length - 1)) || (letter == '#' && i == 0);
            if (letter < ' ') to.Append($"\\{(int)letter:X2}");
            else if (atEdge || ",+\"\\<>;=".Contains(letter, StringComparison.Ordinal)) to.Append('\\').Append(letter);
            else to.Append(letter);
        }
        return to.ToString();
    }

    private static void Line(TextWriter to, string line)
    {
        var (name, value) = (line.Split(": ", 2)[0], line.Split(": ", 2)[1]);
        var safe = System.Text.Ascii.IsValid(value) && !value.Any(char.IsControl) && !value.StartsWith(' ') && !value.StartsWith(':') && !value.StartsWith('<') && !value.EndsWith(' ');
        to.Write(safe ? $"{line}\n" : $"{name}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\n");
    }
}
