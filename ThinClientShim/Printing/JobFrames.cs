using System.Buffers.Binary;

namespace VdiBroker.Shim.Printing;

/// <summary>One frame of what a desktop sends to be printed.</summary>
/// <param name="Kind">1 a job begins (its words), 2 a piece of it, 3 it is given up.</param>
/// <param name="Job">Number of the job, at the host's choice.</param>
/// <param name="Rest">The words, or the piece; until the next frame is asked for.</param>
internal readonly record struct JobFrame(byte Kind, uint Job, ReadOnlyMemory<byte> Rest)
{
    public const byte Begin = 1, Piece = 2, Drop = 3;
}

/// <summary>
/// Finds frames in what comes through FreeRDP's channel <c>rdp2tcp</c>: messages of a length (4 bytes, the lowest first) and that many bytes, which are one stream of <c>VDP1</c>, kind, job
/// (4 bytes), length (2 bytes), rest. Whatever is no frame is passed over up to the next <c>VDP1</c>: a host may die in the middle of one, or be hostile.
/// </summary>
/// <param name="input">What FreeRDP writes.</param>
internal sealed class JobFrames(Stream input)
{
    private const int Head = 11;
    private const int LongestRest = 8192;

    private readonly byte[] _bytes = new byte[64 << 10];
    private int _start;
    private int _end;
    private uint _ofMessage;

    private static ReadOnlySpan<byte> Mark => "VDP1"u8;

    /// <summary>The next frame; null: the channel has ended.</summary>
    public JobFrame? Next()
    {
        while (true)
        {
            var held = _bytes.AsSpan(_start, _end - _start);
            var at = held.IndexOf(Mark);
            if (at > 0 || (at < 0 && held.Length >= Mark.Length)) _start += at > 0 ? at : held.Length - (Mark.Length - 1);
            held = _bytes.AsSpan(_start, _end - _start);
            if (at >= 0 && held.Length >= Head)
            {
                var length = BinaryPrimitives.ReadUInt16LittleEndian(held[9..]);
                if (length > LongestRest)
                {
                    _start += Mark.Length;
                    continue;
                }
                if (held.Length >= Head + length)
                {
                    var frame = new JobFrame(held[4], BinaryPrimitives.ReadUInt32LittleEndian(held[5..]), _bytes.AsMemory(_start + Head, length));
                    _start += Head + length;
                    return frame;
                }
            }
            if (!Fill()) return null;
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }
        Span<byte> length = stackalloc byte[4];
        while (_ofMessage == 0)
        {
            if (input.ReadAtLeast(length, length.Length, throwOnEndOfStream: false) < length.Length) return false;
            _ofMessage = BinaryPrimitives.ReadUInt32LittleEndian(length);
        }
        var read = input.Read(_bytes.AsSpan(_end, (int)Math.Min(_bytes.Length - _end, _ofMessage)));
        _end += read;
        _ofMessage -= (uint)read;
        return read > 0;
    }
}
