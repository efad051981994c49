using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace VdiBroker.City.Stations;

/// <summary>Writes pictures as PNG files; by hand, it is short and saves a program start for each picture.</summary>
public static class PngFile
{
    private static readonly uint[] Remainders = [.. Enumerable.Range(0, 256).Select(Remainder)];

    /// <summary>Writes one picture.</summary>
    public static void Write(Picture picture, string file)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var stream = File.Create(file);
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        (header[8], header[9]) = (8, 2);
        Chunk(stream, "IHDR", header);
        Chunk(stream, "IDAT", Compressed(picture));
        Chunk(stream, "IEND", []);
    }

    private static byte[] Compressed(Picture picture)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var row = new byte[1 + picture.Width * 3];
            for (var y = 0; y < picture.Height; y++)
            {
                for (var x = 0; x < picture.Width; x++)
                {
                    var colour = picture.Pixels[y * picture.Width + x];
                    (row[1 + x * 3], row[2 + x * 3], row[3 + x * 3]) = ((byte)(colour >> 16), (byte)(colour >> 8), (byte)colour);
                }
                zlib.Write(row);
            }
        }
        return packed.ToArray();
    }

    private static void Chunk(FileStream stream, string kind, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(kind), .. content];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        stream.Write(number);
        stream.Write(named);
        var sum = 0xffffffffu;
        foreach (var one in named) sum = Remainders[(sum ^ one) & 0xff] ^ (sum >> 8);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~sum);
        stream.Write(number);
    }

    private static uint Remainder(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? 0xedb88320u ^ (value >> 1) : value >> 1;
        return value;
    }
}
