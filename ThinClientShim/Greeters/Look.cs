using System.Globalization;

namespace VdiBroker.Shim.Greeters;

/// <summary>How somebody reads best.</summary>
/// <param name="TextSize">Size of letters, a factor from 1 to 3.</param>
/// <param name="IsHighContrast">In few strong colours.</param>
internal sealed record Look(decimal TextSize, bool IsHighContrast)
{
    /// <summary>Letters that one key makes large.</summary>
    public const decimal Large = 1.5m;

    private const decimal Largest = 3;
    private const string High = "high";

    /// <summary>Of whom nothing is known.</summary>
    public static readonly Look Usual = new(1, false);

    /// <summary>The factor as the protocol has it.</summary>
    public string Size => TextSize.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The contrast as the protocol has it.</summary>
    public string Contrast => IsHighContrast ? High : "normal";

    /// <summary>Both, in a line.</summary>
    public string Words => $"{Size} {Contrast}";

    /// <summary>Reads <see cref="Words"/>; null = they are none.</summary>
    public static Look? Of(string words) => words.Split(' ') is [var size, var contrast] && IsSize(size, out var factor) ? new Look(factor, contrast == High) : null;

    /// <summary>What a broker said; what it did not say, or nobody could mean, is as usual.</summary>
    public static Look Of(string size, string contrast) => new(IsSize(size, out var factor) ? factor : 1, contrast == High);

    private static bool IsSize(string text, out decimal factor) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out factor) && factor is >= 1 and <= Largest;
}
