using System.Runtime.InteropServices;
using System.Text;

namespace VdiBroker.Shim.Banners;

/// <summary>The banner's window: lays sentences and buttons out, draws them, and knows which button is where.</summary>
internal sealed class BannerPaint
{
    private readonly nint _display;
    private readonly int _screen;
    private readonly nint _font;
    private readonly nint _window;
    private readonly nint _draw;
    private readonly X11.Colour _ink;
    private readonly X11.Colour _paper;
    private readonly X11.Colour _key;
    private readonly int _ascent;
    private readonly int _lineHeight;
    private readonly IdleClock? _idle;
    private readonly List<Placed> _placed = [];

    private BannerPaint(nint display, int screen, nint font)
    {
        (_display, _screen, _font) = (display, screen, font);
        // XftFont begins with ascent, descent, height.
        (_ascent, _lineHeight) = (Marshal.ReadInt32(font), Marshal.ReadInt32(font, 8));
        _ink = Colour(0x1a, 0x1a, 0x1a);
        _paper = Colour(0xff, 0xd8, 0x66);
        _key = Colour(0xff, 0xff, 0xff);
        _window = X11.XCreateSimpleWindow(display, X11.XDefaultRootWindow(display), 0, 0, 1, 1, 2, _ink.Pixel, _paper.Pixel);
        _ = X11.XChangeWindowAttributes(display, _window, X11.WindowAttributes.OnlyOverrideRedirect, new X11.WindowAttributes { OverrideRedirect = 1 });
        _ = X11.XStoreName(display, _window, "vdi-shim");
        _ = X11.XSelectInput(display, _window, X11.WantedEvents);
        // Else it is the bare screen's cross.
        _ = X11.XDefineCursor(display, _window, X11.XCreateFontCursor(display, X11.ArrowCursor));
        _idle = IdleClock.Of(display);
        _draw = X11.XftDrawCreate(display, _window, X11.XDefaultVisual(display, screen), X11.XDefaultColormap(display, screen));
    }

    /// <summary>Descriptor of the connection to the X server.</summary>
    public int Connection => X11.XConnectionNumber(_display);

    /// <summary>How long nobody has touched keyboard or mouse; zero where the server does not say.</summary>
    public TimeSpan Idle => _idle?.Now ?? TimeSpan.Zero;

    private int Margin => _lineHeight / 2;

    /// <summary>A window on $DISPLAY, not shown yet; null: no display, or no letters.</summary>
    public static BannerPaint? Open()
    {
        var display = X11.XOpenDisplay(0);
        if (display == 0) return null;
        var screen = X11.XDefaultScreen(display);
        var pixels = Math.Clamp(X11.XDisplayHeight(display, screen) / 45, 15, 30);
        var font = X11.XftFontOpenName(display, screen, $"sans:pixelsize={pixels}");
        return font == 0 ? null : new(display, screen, font);
    }

    /// <summary>The next event that has come, or null.</summary>
    public X11.Event? Next()
    {
        if (X11.XPending(_display) == 0) return null;
        _ = X11.XNextEvent(_display, out var happened);
        return happened;
    }

    /// <summary>Shows a text at the top of the screen, above everything; hides the window where there is nothing.</summary>
    public void Show(BannerText text)
    {
        if (text.IsEmpty)
        {
            Hide();
            return;
        }
        var width = Place(text);
        var height = _placed[^1].Y + _placed[^1].Height + (text.Sentences.Count > 0 ? Margin : 0);
        var screen = X11.XDisplayWidth(_display, _screen);
        // Two screens side by side are one wide one to X: in the middle of the left one nothing is torn.
        if (screen > X11.XDisplayHeight(_display, _screen) * 5 / 2) screen /= 2;
        _ = X11.XMoveResizeWindow(_display, _window, Math.Max(0, (screen - width) / 2), 0, (uint)width, (uint)height);
        _ = X11.XMapRaised(_display, _window);
        Draw();
    }

    /// <summary>Takes it off the screen.</summary>
    public void Hide()
    {
        _ = X11.XUnmapWindow(_display, _window);
        _ = X11.XFlush(_display);
    }

    /// <summary>Brings it above other windows.</summary>
    public void Raise()
    {
        _ = X11.XRaiseWindow(_display, _window);
        _ = X11.XFlush(_display);
    }

    /// <summary>Draws what is shown.</summary>
    public void Draw()
    {
        _ = X11.XClearWindow(_display, _window);
        foreach (var one in _placed)
        {
            var inset = 0;
            if (one.Key is not null)
            {
                inset = Margin;
                X11.XftDrawRect(_draw, _ink, one.X, one.Y, (uint)one.Width, (uint)one.Height);
                X11.XftDrawRect(_draw, _key, one.X + 1, one.Y + 1, (uint)one.Width - 2, (uint)one.Height - 2);
            }
            X11.XftDrawStringUtf8(_draw, _ink, _font, one.X + inset, one.Y + inset / 2 + _ascent, one.Text, one.Text.Length);
        }
        _ = X11.XFlush(_display);
    }

    /// <summary>The key of the button at a place of the window, or null.</summary>
    public char? KeyAt(int x, int y) =>
        _placed.FirstOrDefault(one => one.Key is not null && x >= one.X && x < one.X + one.Width && y >= one.Y && y < one.Y + one.Height)?.Key;

    private int Place(BannerText text)
    {
        _placed.Clear();
        var widest = X11.XDisplayWidth(_display, _screen) * 3 / 4;
        var (y, width) = (Margin, 0);
        foreach (var line in text.Sentences.SelectMany(sentence => Wrap(sentence, widest)))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            _placed.Add(new(null, bytes, Margin, y, Width(bytes), _lineHeight));
            (y, width) = (y + _lineHeight, Math.Max(width, _placed[^1].Width));
        }
        var x = Margin;
        // Buttons alone are as low as can be: a desktop is under them.
        if (text.Sentences.Count > 0) y += Margin / 2;
        else (x, y) = (0, 0);
        foreach (var (key, label) in text.Buttons)
        {
            var bytes = Encoding.UTF8.GetBytes(label);
            var wide = Width(bytes) + 2 * Margin;
            // In one row as long as the screen has room for it.
            if (x > Margin && x + wide > X11.XDisplayWidth(_display, _screen) - Margin) (x, y) = (Margin, y + _lineHeight + 2 * Margin);
            _placed.Add(new(key, bytes, x, y, wide, _lineHeight + Margin));
            x += wide + Margin;
            width = Math.Max(width, x - 2 * Margin);
        }
        return text.Sentences.Count > 0 ? width + 2 * Margin : width + Margin;
    }

    private List<string> Wrap(string sentence, int widest)
    {
        var lines = new List<string>();
        foreach (var word in sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // French puts a space before these, and no line begins with one.
            var clings = word is ":" or ";" or "?" or "!" or "»" or "…";
            if (lines.Count > 0 && (clings || Width(Encoding.UTF8.GetBytes($"{lines[^1]} {word}")) <= widest)) lines[^1] += " " + word;
            else lines.Add(word);
        }
        return lines;
    }

    private int Width(byte[] text)
    {
        X11.XftTextExtentsUtf8(_display, _font, text, text.Length, out var extents);
        return extents.Advance;
    }

    private X11.Colour Colour(byte red, byte green, byte blue)
    {
        _ = X11.XftColorAllocValue(_display, X11.XDefaultVisual(_display, _screen), X11.XDefaultColormap(_display, _screen),
            new X11.Shade((ushort)(red * 257), (ushort)(green * 257), (ushort)(blue * 257), ushort.MaxValue), out var colour);
        return colour;
    }

    private sealed record Placed(char? Key, byte[] Text, int X, int Y, int Width, int Height);
}
