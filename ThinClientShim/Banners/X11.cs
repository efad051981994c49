using System.Runtime.InteropServices;

namespace VdiBroker.Shim.Banners;

/// <summary>The few calls of libX11 and libXft that a banner is drawn with. Both are there where xterm is; loaded only by the process that draws.</summary>
internal static partial class X11
{
    public const uint ArrowCursor = 68;
    public const int Expose = 12;
    public const int ButtonPress = 4;
    public const int VisibilityNotify = 15;
    public const nint WantedEvents = (1 << 2) | (1 << 15) | (1 << 16);

    private const string Xlib = "libX11.so.6";
    private const string Xft = "libXft.so.2";

    [LibraryImport(Xlib)]
    public static partial nint XOpenDisplay(nint name);

    [LibraryImport(Xlib)]
    public static partial int XDefaultScreen(nint display);

    [LibraryImport(Xlib)]
    public static partial nint XDefaultRootWindow(nint display);

    [LibraryImport(Xlib)]
    public static partial nint XDefaultVisual(nint display, int screen);

    [LibraryImport(Xlib)]
    public static partial nint XDefaultColormap(nint display, int screen);

    [LibraryImport(Xlib)]
    public static partial int XDisplayWidth(nint display, int screen);

    [LibraryImport(Xlib)]
    public static partial int XDisplayHeight(nint display, int screen);

    [LibraryImport(Xlib)]
    public static partial int XConnectionNumber(nint display);

    [LibraryImport(Xlib)]
    public static partial nint XCreateSimpleWindow(nint display, nint parent, int x, int y, uint width, uint height, uint border, nuint borderPixel, nuint background);

    [LibraryImport(Xlib)]
    public static partial int XChangeWindowAttributes(nint display, nint window, nuint which, in WindowAttributes attributes);

    [LibraryImport(Xlib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XStoreName(nint display, nint window, string name);

    [LibraryImport(Xlib)]
    public static partial int XSelectInput(nint display, nint window, nint events);

    [LibraryImport(Xlib)]
    public static partial int XMoveResizeWindow(nint display, nint window, int x, int y, uint width, uint height);

    [LibraryImport(Xlib)]
    public static partial int XMapRaised(nint display, nint window);

    [LibraryImport(Xlib)]
    public static partial int XRaiseWindow(nint display, nint window);

    [LibraryImport(Xlib)]
    public static partial int XUnmapWindow(nint display, nint window);

    [LibraryImport(Xlib)]
    public static partial int XClearWindow(nint display, nint window);

    [LibraryImport(Xlib)]
    public static partial nuint XCreateFontCursor(nint display, uint shape);

    [LibraryImport(Xlib)]
    public static partial int XDefineCursor(nint display, nint window, nuint cursor);

    [LibraryImport(Xlib)]
    public static partial int XPending(nint display);

    [LibraryImport(Xlib)]
    public static partial int XNextEvent(nint display, out Event happened);

    [LibraryImport(Xlib)]
    public static partial int XFlush(nint display);

    [LibraryImport(Xft, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint XftFontOpenName(nint display, int screen, string name);

    [LibraryImport(Xft)]
    public static partial nint XftDrawCreate(nint display, nint window, nint visual, nint colours);

    [LibraryImport(Xft)]
    public static partial int XftColorAllocValue(nint display, nint visual, nint colours, in Shade wanted, out Colour colour);

    [LibraryImport(Xft)]
    public static partial void XftTextExtentsUtf8(nint display, nint font, ReadOnlySpan<byte> text, int length, out Extents extents);

    [LibraryImport(Xft)]
    public static partial void XftDrawStringUtf8(nint draw, in Colour colour, nint font, int x, int y, ReadOnlySpan<byte> text, int length);

    [LibraryImport(Xft)]
    public static partial void XftDrawRect(nint draw, in Colour colour, int x, int y, uint width, uint height);

    [LibraryImport("libc", EntryPoint = "poll")]
    public static partial int Poll(Span<Polled> files, nuint count, int milliseconds);

    /// <summary>XSetWindowAttributes, of which one field is used: no window manager places or frames the window.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    public struct WindowAttributes
    {
        public const nuint OnlyOverrideRedirect = 1 << 9;

        [FieldOffset(88)]
        public int OverrideRedirect;
    }

    /// <summary>XEvent, and of an XButtonEvent the place.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    public struct Event
    {
        [FieldOffset(0)]
        public int Kind;

        [FieldOffset(64)]
        public int X;

        [FieldOffset(68)]
        public int Y;

        /// <summary>Of an XVisibilityEvent: 0 = nothing of the window is hidden.</summary>
        [FieldOffset(40)]
        public int Visibility;
    }

    /// <summary>XRenderColor.</summary>
    public readonly record struct Shade(ushort Red, ushort Green, ushort Blue, ushort Alpha);

    /// <summary>XftColor.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Colour
    {
        public nuint Pixel;
        public Shade Shade;
    }

    /// <summary>XGlyphInfo.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Extents
    {
        public ushort Width;
        public ushort Height;
        public short X;
        public short Y;
        public short Advance;
        public short AdvanceDown;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Polled
    {
        public const short Readable = 1;

        public int Descriptor;
        public short Wanted;
        public short Got;
    }
}
