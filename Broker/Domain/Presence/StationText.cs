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

    /// <summary>A version: 1 to <see cref="LongestVersion"/> printable characters.</summary>
    public static bool IsVersion(string text) => text.Length is > 0 and <= LongestVersion && text.All(IsPlain);

    /// <summary>What became of an order: lines of printable characters, <see cref="LongestOutcome"/> in all.</summary>
    public static bool IsOutcome(string text) => text.Length <= LongestOutcome && text.All(sign => sign == '\n' || IsPlain(sign));

    /// <summary>What an operator has a station show: 1 to <see cref="LongestMessage"/> printable characters.</summary>
    public static bool IsMessage(string text) => text.Length is > 0 and <= LongestMessage && text.All(IsPlain);

    // No control character, no mark that turns the direction of writing, no half of a character.
    private static bool IsPlain(char sign) => !char.IsControl(sign) && !char.IsSurrogate(sign) && char.GetUnicodeCategory(sign) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
