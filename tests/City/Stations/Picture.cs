using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace VdiBroker.City.Stations;

/// <summary>What was on a screen at one instant: 24-bit colours.</summary>
public sealed class Picture
{
    private readonly int[] _pixels;

    private Picture(int width, int height, int[] pixels)
    {
        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>The colours row by row, 0xRRGGBB.</summary>
    public ReadOnlySpan<int> Pixels => _pixels;

    /// <summary>Reads an X window dump (what <c>xwd</c> writes and <c>Xvfb -fbdir</c> keeps) of a 32-bit true-colour screen.</summary>
    /// <exception cref="InvalidDataException">Another kind of dump, or a part of one.</exception>
    public static Picture OfWindowDump(ReadOnlySpan<byte> dump)
    {
        if (dump.Length < 100) throw new InvalidDataException("not a window dump");
        var (header, width, height, bits, stride, colours) = (Word(dump, 0), Word(dump, 4), Word(dump, 5), Word(dump, 11), Word(dump, 12), Word(dump, 19));
        var start = header + 12 * colours;
        if (bits != 32 || dump.Length < start + stride * height) throw new InvalidDataException($"window dump of {bits} bits a pixel and {dump.Length} bytes");
        var swapped = BitConverter.IsLittleEndian == (Word(dump, 7) != 0);
        var pixels = new int[width * height];
        for (var y = 0; y < height; y++) MemoryMarshal.Cast<byte, int>(dump.Slice(start + y * stride, width * 4)).CopyTo(pixels.AsSpan(y * width));
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (swapped ? BinaryPrimitives.ReverseEndianness(pixels[i]) : pixels[i]) & 0xffffff;
        return new Picture(width, height, pixels);

        static int Word(ReadOnlySpan<byte> dump, int index) => BinaryPrimitives.ReadInt32BigEndian(dump[(index * 4)..]);
    }

    /// <summary>How many pixels have this colour.</summary>
    public int Count(int colour) => _pixels.AsSpan().Count(colour);

    /// <summary>The part of the picture inside the rectangle.</summary>
    public Picture Part(int left, int top, int width, int height)
    {
        var part = new int[width * height];
        for (var y = 0; y < height; y++) Array.Copy(_pixels, (top + y) * Width + left, part, y * width, width);
        return new Picture(width, height, part);
    }

    /// <summary>How many pixels differ from those of a picture of the same size.</summary>
    public int Differences(Picture other)
    {
        if (other.Width != Width || other.Height != Height) return Math.Max(_pixels.Length, other._pixels.Length);
        var count = 0;
        for (var i = 0; i < _pixels.Length; i++) if (_pixels[i] != other._pixels[i]) count++;
        return count;
    }
}
