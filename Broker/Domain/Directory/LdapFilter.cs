using System.Globalization;
using System.Text;

namespace VdiBroker.Directory;

/// <summary>Search filters whose values come from people (RFC 4515).</summary>
public static class LdapFilter
{
    /// <summary><c>(attribute=value)</c> with the value escaped.</summary>
    /// <param name="attribute">An attribute's name, from the configuration.</param>
    /// <param name="value">Anything.</param>
    public static string Is(string attribute, string value) => $"({attribute}={Escape(value)})";

    /// <summary>
    /// Escapes a value so that a server reads it as this very text: every octet that means something in a filter, and every octet that is
    /// not printable ASCII, becomes <c>\xx</c> (RFC 4515, 3).
    /// </summary>
    /// <param name="value">Anything; UTF-16 that is no text (half a surrogate pair) becomes U+FFFD.</param>
    /// <returns>Printable ASCII.</returns>
    public static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length + 8);
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            if (octet is < 0x20 or > 0x7e or (byte)'*' or (byte)'(' or (byte)')' or (byte)'\\')
                escaped.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
            else
                escaped.Append((char)octet);
        }
        return escaped.ToString();
    }
}
