using System.Globalization;

namespace VdiBroker.Presence;

/// <summary>What a station, or whoever orders something of it, may say besides the station's sheet. A station is hostile ground: what is longer, or holds what a terminal or a page would obey, is not taken in.</summary>
public static class StationText
{
    /// <summary>The longest version, in characters.</summary>
    public const int LongestVersion = 64;

    /// <summary>The longest text with the outcome of an order.</summary>
    public const int LongestOutcome = 8192;

    /// <summary>The longest message to whoever sits at a station.</summary>
    public const int LongestMessage = 300;

    /// <summary>The longest value of a station's setting.</summary>
    public const int LongestSettingValue = 200;

    private const int LongestSetting = 32;

    /// <summary>A version: 1 to <see cref="LongestVersion"/> printable characters.</summary>
    public static bool IsVersion(string text) => text.Length is > 0 and <= LongestVersion && text.All(IsPlain);

    /// <summary>What became of an order: lines of printable characters, <see cref="LongestOutcome"/> in all.</summary>
    public static bool IsOutcome(string text) => text.Length <= LongestOutcome && text.All(sign => sign == '\n' || IsPlain(sign));

    /// <summary>What an operator has a station show: 1 to <see cref="LongestMessage"/> printable characters.</summary>
    public static bool IsMessage(string text) => text.Length is > 0 and <= LongestMessage && text.All(IsPlain);

    /// <summary>A setting of a station as somebody types it, <c>name=value</c>; the value may be empty.</summary>
    /// <returns>Null: it is none. The station alone knows which settings there are and what they may be.</returns>
    public static KeyValuePair<string, string>? Setting(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at is < 1 or > LongestSetting) return null;
        var (name, value) = (text[..at].Trim(), text[(at + 1)..].Trim());
        return name.Length > 0 && name.All(sign => char.IsAsciiLetterLower(sign) || sign == '-') && value.Length <= LongestSettingValue && value.All(IsPlain) ? KeyValuePair.Create(name, value) : null;
    }

    // No control character, no mark that turns the direction of writing, no half of a character.
    private static bool IsPlain(char sign) => !char.IsControl(sign) && !char.IsSurrogate(sign) && char.GetUnicodeCategory(sign) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
