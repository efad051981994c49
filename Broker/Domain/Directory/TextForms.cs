using System.Text;

namespace VdiBroker.Directory;

/// <summary>
/// Names in either Unicode form. An accent comes as one character (é) or as a letter and a mark (e + U+0301), by keyboard and by age of a
/// directory; both must find the same person. Needs ICU: where a program runs without (InvariantGlobalization), <c>string.Normalize</c> gives
/// back what it got.
/// </summary>
public static class TextForms
{
    /// <summary>False where the program runs without ICU: then one person would have many keys, and nobody may rely on anything here.</summary>
    public static bool AreKnown => Fold("\U0001d41a") == "a" && Compose("e\u0301") == "\u00e9";

    /// <summary>One character for letter and mark wherever there is one (NFC).</summary>
    public static string Compose(string text) => Normal(text, NormalizationForm.FormC);

    /// <summary>Letter and marks apart, in their canonical order (NFD).</summary>
    public static string Decompose(string text) => Normal(text, NormalizationForm.FormD);

    /// <summary>
    /// The spelling under which texts count as the same name: small letters, composed, full-width letters, ligatures and the like as plain ones
    /// (NFKC), any run of spaces as one, nothing invisible. As coarse as a directory's own comparison (RFC 4518), so that one person has one key.
    /// </summary>
    public static string Fold(string text)
    {
        if (IsPlain(text)) return text.ToLowerInvariant();
        var plain = new StringBuilder(text.Length);
        foreach (var one in Normal(text, NormalizationForm.FormKC))
        {
            if (!char.IsWhiteSpace(one))
            {
                // Directories have i for it; .NET's invariant culture, which knows no Turkish, leaves it as it is.
                if (!IsInvisible(one)) plain.Append(one == '\u0130' ? 'i' : one);
            }
            else if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
        }
        return Normal(plain.ToString().ToLowerInvariant(), NormalizationForm.FormKC).TrimEnd(' ');
    }

    /// <summary>
    /// A name as it may go onto screens and into texts: composed, on one line, no control character; a sign that turns the direction of
    /// writing shows as U+FFFD, so that no name looks, or is, like another.
    /// </summary>
    /// <param name="text">Anything.</param>
    /// <param name="longest">The rest is cut off, in UTF-16 units.</param>
    public static string Clean(string text, int longest = 256)
    {
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in Compose(text).EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > longest) break;
            if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029) clean.Append(' ');
            else clean.Append(rune.Value is (>= 0x202a and <= 0x202e) or (>= 0x2066 and <= 0x2069) or 0x200e or 0x200f or 0x061c or 0xfeff ? Rune.ReplacementChar : rune);
        }
        return clean.ToString().Trim();
    }

    // Most names: nothing to fold but the letters.
    private static bool IsPlain(string text) => text.Length > 0 && text[0] != ' ' && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("  ", StringComparison.Ordinal);

    private static bool IsInvisible(char one) =>
        char.IsControl(one) || one is '\u00ad' or '\u034f' or '\u061c' or '\ufeff' or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u206f') or (>= '\ufe00' and <= '\ufe0f');

    /// <summary>False for the 66 code points that are no character (U+FFFE, U+FDD0 …) and for U+FFFD, which stands for what could not be read.</summary>
    internal static bool IsCharacter(Rune rune) => (rune.Value & 0xfffe) != 0xfffe && rune.Value is not (>= 0xfdd0 and <= 0xfdef) && rune != Rune.ReplacementChar;

    // Half of a surrogate pair is no text and has no form; nor has what is no character: string.Normalize throws at some.
    private static string Normal(string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text)) return text;
        var sound = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) sound.Append(IsCharacter(rune) ? rune : Rune.ReplacementChar);
        return sound.ToString().Normalize(form);
    }
}
