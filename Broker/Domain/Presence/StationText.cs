using System.Globalization;

namespace VdiBroker.Presence;

/// <summary>What a station may say of itself. A station is hostile ground: what is longer, or holds what a terminal or a page would obey, is not taken in.</summary>
public static class StationText
{
    /// <summary>The longest version, in characters.</summary>
    public const int LongestVersion = 64;

    /// <summary>The longest maker and model.</summary>
    public const int LongestModel = 128;

    /// <summary>The most network cards.</summary>
    public const int MostMacs = 8;

    /// <summary>The longest text with the outcome of an order.</summary>
    public const int LongestOutcome = 8192;

    /// <summary>The longest message to whoever sits at a station.</summary>
    public const int LongestMessage = 300;

    private const int MacLength = 17;
    private const int MacPart = 3;

    /// <summary>A version: 1 to <see cref="LongestVersion"/> printable characters.</summary>
    public static bool IsVersion(string text) => text.Length is > 0 and <= LongestVersion && text.All(IsPlain);

    /// <summary>Maker and model of a machine: at most <see cref="LongestModel"/> printable characters, perhaps none.</summary>
    public static bool IsModel(string text) => text.Length <= LongestModel && text.All(IsPlain);

    /// <summary>A hardware address as Linux writes it: <c>52:54:00:12:34:56</c>.</summary>
    public static bool IsMac(string text) =>
        text.Length == MacLength && text.Select((sign, at) => at % MacPart == MacPart - 1 ? sign == ':' : sign is (>= '0' and <= '9') or (>= 'a' and <= 'f')).All(right => right);

    /// <summary>The hardware addresses of one machine.</summary>
    public static bool AreMacs(IReadOnlyCollection<string> macs) => macs.Count <= MostMacs && macs.All(IsMac);

    /// <summary>What became of an order: lines of printable characters, <see cref="LongestOutcome"/> in all.</summary>
    public static bool IsOutcome(string text) => text.Length <= LongestOutcome && text.All(sign => sign == '\n' || IsPlain(sign));

    /// <summary>What an operator has a station show: 1 to <see cref="LongestMessage"/> printable characters.</summary>
    public static bool IsMessage(string text) => text.Length is > 0 and <= LongestMessage && text.All(IsPlain);

    // No control character, no mark that turns the direction of writing, no half of a character.
    private static bool IsPlain(char sign) => !char.IsControl(sign) && !char.IsSurrogate(sign) && char.GetUnicodeCategory(sign) is not (UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
