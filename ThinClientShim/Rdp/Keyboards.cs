namespace VdiBroker.Shim.Rdp;

/// <summary>Which keyboard the person's desktop gets: X11 layout names of the profile and the layout ids that FreeRDP sends (<c>/kbd:</c>).</summary>
internal static class Keyboards
{
    // The ids are those that Debian's xrdp_keyboard.ini turns back into the same X11 layout, where it knows it ("be" is 0x813 there, not
    // Windows' 0x80C). fr(bepo), ca and us(intl) are Windows' ids; the host's xrdp_keyboard.ini needs a line for them.
    private static readonly Dictionary<string, uint> Ids = new(StringComparer.Ordinal)
    {
        ["fr"] = 0x0000040C,
        ["fr(oss)"] = 0x0000040C,
        ["fr(bepo)"] = 0x0002040C,
        ["be"] = 0x00000813,
        ["ch"] = 0x00000807,
        ["ch(fr)"] = 0x0000100C,
        ["ca"] = 0x00001009,
        ["us"] = 0x00000409,
        ["us(intl)"] = 0x00020409,
        ["us(dvorak)"] = 0x00010409,
        ["gb"] = 0x00000809,
        ["de"] = 0x00000407,
        ["es"] = 0x0000040A,
        ["latam"] = 0x0000080A,
        ["it"] = 0x00000410,
        ["pt"] = 0x00000816,
        ["br"] = 0x00000416,
        ["pl"] = 0x00000415,
        ["dk"] = 0x00000406,
        ["no"] = 0x00000414,
        ["se"] = 0x0000041D,
        ["fi"] = 0x0000040B,
        ["ru"] = 0x00000419,
    };

    /// <summary>All layouts known here.</summary>
    public static IReadOnlyCollection<string> Names => Ids.Keys;

    /// <summary>The layout id of <paramref name="x11"/>; an unknown variant counts as its layout. Null: FreeRDP finds out by itself.</summary>
    public static uint? IdOf(string x11)
    {
        var name = x11.Trim();
        if (Ids.TryGetValue(name, out var id)) return id;
        var variant = name.IndexOf('(', StringComparison.Ordinal);
        return variant > 0 && Ids.TryGetValue(name[..variant], out id) ? id : null;
    }
}
