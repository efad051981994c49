namespace VdiBroker.City.Stations;

/// <summary>
/// What a finished desktop of the demo city looks like, from deploy/host's startwm.sh: its wallpaper, a white terminal, black text in it. A
/// half-painted one (background alone, an empty window) does not count.
/// </summary>
public static class DesktopLook
{
    /// <summary>Wallpaper, as startwm.sh sets it.</summary>
    public const int Wallpaper = 0x1d4f6e;

    /// <summary>Background of the terminal.</summary>
    public const int Paper = 0xffffff;

    /// <summary>Text of the terminal.</summary>
    public const int Ink = 0x000000;

    /// <summary>True when the picture shows a complete desktop.</summary>
    public static bool IsComplete(Picture picture)
    {
        var all = picture.Width * picture.Height;
        return picture.Count(Wallpaper) > all / 10 && picture.Count(Paper) > all / 12 && Text(picture) is { } text && text.Count(Ink) > 100;
    }

    /// <summary>
    /// The terminal's inside: the white rectangle, found by its columns and rows that hold much white; null when there is none.
    /// </summary>
    public static Picture? Text(Picture picture)
    {
        var (left, right) = Longest(picture.Width, x => Whites(picture, x, 0, 0, 1) > picture.Height / 8);
        if (right - left < 100) return null;
        // A line full of text leaves less than half of its pixels white.
        var (top, bottom) = Longest(picture.Height, y => Whites(picture, left, y, 1, 0, right - left) > (right - left) / 5);
        return bottom - top < 50 ? null : picture.Part(left, top, right - left, bottom - top);
    }

    private static int Whites(Picture picture, int x, int y, int stepX, int stepY, int steps = int.MaxValue)
    {
        var count = 0;
        for (; x < picture.Width && y < picture.Height && steps-- > 0; x += stepX, y += stepY) if (picture.Pixels[y * picture.Width + x] == Paper) count++;
        return count;
    }

    private static (int From, int To) Longest(int length, Func<int, bool> holds)
    {
        var best = (From: 0, To: 0);
        for (var from = 0; from < length; from++)
        {
            var to = from;
            while (to < length && holds(to)) to++;
            if (to - from > best.To - best.From) best = (from, to);
            from = to;
        }
        return best;
    }
}
