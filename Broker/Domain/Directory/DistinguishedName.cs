using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace VdiBroker.Directory;

/// <summary>
/// The name of an entry (RFC 4514), taken apart so that "is this entry in that branch?" has one answer, however either is spelled: letter
/// case, spaces around separators, ways of escaping and of writing accents (<see cref="TextForms"/>) do not count.
/// </summary>
public sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    private static readonly SearchValues<char> _ofTypes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    // What does not stand for itself: the escape, and halves of pairs, which alone are no text.
    private static readonly SearchValues<char> _notPlain = SearchValues.Create(['\\', .. Enumerable.Range(0xd800, 0x800).Select(half => (char)half)]);
    private readonly ImmutableArray<string> _parts;

    private DistinguishedName(ImmutableArray<string> parts) => _parts = parts;

    /// <summary>How many names (RDNs) it has; 0 = the root.</summary>
    public int Depth => _parts.Length;

    /// <summary>Takes a DN apart.</summary>
    /// <param name="text">RFC 4514 text; the empty text is the root.</param>
    /// <returns>The name, or null when the text is no DN.</returns>
    public static DistinguishedName? Parse(string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return new DistinguishedName([]);
        var parts = ImmutableArray.CreateBuilder<string>();
        foreach (var rdn in Split(text, ','))
        {
            if (Rdn(rdn) is not { } part) return null;
            parts.Add(part);
        }
        return new DistinguishedName(parts.DrainToImmutable());
    }

    /// <summary>True for <paramref name="branch"/> itself and for every entry below it.</summary>
    public bool IsIn(DistinguishedName branch) =>
        Depth >= branch.Depth && _parts.AsSpan()[(Depth - branch.Depth)..].SequenceEqual(branch._parts.AsSpan());

    /// <summary>True when its first name is this one type and value: <c>uid=amelie,…</c> is named <c>uid</c>, <c>amelie</c>.</summary>
    public bool IsNamed(string type, string value) => Depth > 0 && _parts[0] == Fold(type, value);

    /// <summary>Where an entry would be if <paramref name="from"/> were <paramref name="to"/>; null when it is not in <paramref name="from"/>.</summary>
    public DistinguishedName? Moved(DistinguishedName from, DistinguishedName to) =>
        IsIn(from) ? new DistinguishedName([.. _parts[..(Depth - from.Depth)], .. to._parts]) : null;

    /// <summary>Escapes a value for use in a DN (RFC 4514, 2.4): what a server reads is this very text.</summary>
    /// <param name="value">Anything; UTF-16 that is no text (half a surrogate pair) becomes U+FFFD.</param>
    public static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length + 8);
        var runes = value.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length; i++)
        {
            var rune = runes[i];
            var edge = (i == 0 && rune.Value is ' ' or '#') || (i == runes.Length - 1 && rune.Value is ' ');
            if (Rune.IsControl(rune))
                foreach (var octet in Encoding.UTF8.GetBytes(rune.ToString())) escaped.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
            else if (edge || rune.Value is '"' or '+' or ',' or ';' or '<' or '>' or '=' or '\\')
                escaped.Append('\\').Append(rune);
            else
                escaped.Append(rune);
        }
        return escaped.ToString();
    }

    /// <summary>The text that an escaped value stands for; null when it is not well escaped.</summary>
    /// <param name="escaped">A value as it stands in a DN; unescaped spaces around it do not count.</param>
    public static string? Unescape(string escaped)
    {
        // Most values have nothing to be read but themselves; each sign-in reads some dozens.
        if (!escaped.AsSpan().ContainsAny(_notPlain)) return escaped.Trim(' ');
        var text = escaped.TrimStart(' ');
        var octets = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var (count, kept) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                count += Encoding.UTF8.GetBytes(text.AsSpan(i, length), octets.AsSpan(count));
                if (text[i] != ' ') kept = count;
                i += length - 1;
                continue;
            }
            if (i + 1 >= text.Length) return null;
            if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                octets[count++] = byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                count += Encoding.UTF8.GetBytes(text.AsSpan(i + 1, 1), octets.AsSpan(count));
                i++;
            }
            kept = count;
        }
        return Encoding.UTF8.GetString(octets, 0, kept);
    }

    /// <inheritdoc/>
    public bool Equals(DistinguishedName? other) => other is not null && _parts.SequenceEqual(other._parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DistinguishedName);

    /// <inheritdoc/>
    public override int GetHashCode() => Depth == 0 ? 0 : StringComparer.Ordinal.GetHashCode(_parts[0]);

    /// <summary>Nothing of it: DNs stay out of logs and messages.</summary>
    public override string ToString() => $"(DN of {Depth} names)";

    // Types and values of one name, in their own order: it does not count.
    private static string? Rdn(string text)
    {
        if (!text.Contains('+', StringComparison.Ordinal)) return Pair(text);
        var pairs = Split(text, '+').Select(Pair).Order(StringComparer.Ordinal).ToArray();
        return pairs.Contains(null) ? null : string.Join('+', pairs);
    }

    private static string? Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || Unescape(text[(equals + 1)..]) is not { } value) return null;
        var type = text[..equals].Trim();
        return type.Length == 0 || type.AsSpan().ContainsAnyExcept(_ofTypes) ? null : Fold(type, value);
    }

    // The length keeps type and value apart whatever the value holds: two different names never fold to one text.
    private static string Fold(string type, string value)
    {
        // As coarse as a server's own comparison (RFC 4518): case, Unicode form and runs of spaces do not count.
        var folded = TextForms.Fold(value);
        return $"{type.ToUpperInvariant()}={folded.Length}:{folded}";
    }

    private static IEnumerable<string> Split(string text, char separator)
    {
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == separator)
            {
                yield return text[from..i];
                from = i + 1;
            }
        }
        yield return text[from..];
    }
}
