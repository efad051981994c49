using System.Collections.Immutable;
using System.Globalization;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>What a person uses: made by <see cref="ProfileRules"/> at the first sign-in, kept from then on.</summary>
/// <param name="Person">Whose it is.</param>
/// <param name="Tenant">The person's tenant.</param>
/// <param name="Pools">Desktops that the person may open, the preferred one first; may be empty.</param>
/// <param name="Keyboard">Keyboard layout, X11 name: <c>fr</c>, <c>us</c>, <c>fr(bepo)</c>.</param>
/// <param name="Language">IETF tag: <c>fr</c>, <c>en</c>.</param>
/// <param name="Screen">Wanted desktop size.</param>
/// <param name="LastHost">Where the person's last desktop was; null before the first.</param>
public sealed record Profile(
    PersonId Person,
    TenantId Tenant,
    ImmutableArray<PoolId> Pools,
    string Keyboard,
    string Language,
    ScreenSize Screen,
    HostId? LastHost);

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
