namespace VdiBroker.Profiles;

/// <summary>A line of a file, or a piece of one that is too long.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Bytes">With its line end.</param>
/// <param name="Whole">False for each piece of a line longer than <see cref="RawLines.Longest"/>.</param>
/// <param name="First">False for the pieces after the first.</param>
internal sealed record RawLine(int Number, byte[] Bytes, bool Whole, bool First)
{
    /// <summary>The bytes without the line end.</summary>
    public ReadOnlySpan<byte> Content => Bytes.AsSpan().TrimEnd("\r\n"u8);

    /// <summary>True when nothing but blanks stands there.</summary>
    public bool IsBlank => Whole && Content.Trim(" \t"u8).IsEmpty;
}

/// <summary>A file's lines as bytes, so that what is refused can be given back as it was, whatever its encoding.</summary>
internal static class RawLines
{
    /// <summary>Bytes of the longest line that is read whole.</summary>
    public const int Longest = 64 * 1024;

    /// <summary>Reads to the end.</summary>
    public static IEnumerable<RawLine> Read(Stream stream)
    {
        var (buffer, from, to, number, first) = (new byte[Longest], 0, 0, 1, true);
        while (true)
        {
            var end = buffer.AsSpan(from, to - from).IndexOf((byte)'\n');
            if (end < 0 && (from > 0 || to < buffer.Length))
            {
                buffer.AsSpan(from, to - from).CopyTo(buffer);
                (from, to) = (0, to - from);
                var read = stream.Read(buffer, to, buffer.Length - to);
                to += read;
                if (read > 0) continue;
                if (to > 0) yield return new RawLine(number, buffer[..to], first, first);
                yield break;
            }
            var length = end < 0 ? to - from : end + 1;
            yield return new RawLine(number, buffer[from..(from + length)], end >= 0 && first, first);
            from += length;
            first = end >= 0;
            if (end >= 0) number++;
        }
    }
}
