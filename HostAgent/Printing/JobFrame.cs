using System.Buffers.Binary;

namespace VdiBroker.Agent.Printing;

/// <summary>
/// What goes to the station over the RDP connection (static channel <c>rdp2tcp</c>, as bytes): <c>VDP1</c>, kind, number of the job (4 bytes, the lowest first), length of
/// the rest (2 bytes, likewise). The station answers with lines <c>VDP1 JOB WORD REST</c>. A piece that was cut off is found by the next <c>VDP1</c>.
/// </summary>
internal static class JobFrame
{
    /// <summary>Static channel that carries it.</summary>
    public const string Channel = "rdp2tcp";

    /// <summary>Before each frame, and at the beginning of each line of an answer.</summary>
    public const string Mark = "VDP1";

    /// <summary>The longest rest.</summary>
    public const int LongestRest = 8192;

    /// <summary>Kinds: a job begins (its words, lines of UTF-8), a piece of it, it is given up.</summary>
    public const byte Begin = 1, Piece = 2, Drop = 3;

    private const int Head = 11;

    /// <summary>One frame.</summary>
    /// <param name="kind">One of the three.</param>
    /// <param name="job">At random.</param>
    /// <param name="rest">At most <see cref="LongestRest"/> bytes.</param>
    public static byte[] Of(byte kind, uint job, ReadOnlySpan<byte> rest)
    {
        var frame = new byte[Head + rest.Length];
        "VDP1"u8.CopyTo(frame);
        frame[4] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(5), job);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(9), checked((ushort)rest.Length));
        rest.CopyTo(frame.AsSpan(Head));
        return frame;
    }
}
