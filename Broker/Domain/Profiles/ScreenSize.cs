using System.Globalization;

namespace VdiBroker.Profiles;

/// <summary>A desktop's size in pixels; 0 × 0 (the default value) = the whole screen of the station.</summary>
/// <param name="Width">200 to 8192, or 0.</param>
/// <param name="Height">200 to 8192, or 0.</param>
public readonly record struct ScreenSize(int Width, int Height)
{
    /// <summary>The whole screen of whichever station the person sits at.</summary>
    public static readonly ScreenSize Full;

    /// <summary>True for the whole screen.</summary>
    public bool IsFull => this == Full;

    /// <summary>Reads <c>full</c> or <c>1280x1024</c>; null when it is neither or out of range.</summary>
    public static ScreenSize? Parse(string text)
    {
        if (text == "full") return Full;
        return text.Split('x') is [var width, var height] && Side(width) is { } w && Side(height) is { } h ? new ScreenSize(w, h) : null;

        static int? Side(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var side) && side is >= 200 and <= 8192 ? side : null;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => IsFull ? "full" : string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height}");
}
