using System.Buffers;

namespace VdiBroker.Rpc;

/// <summary>What has come of a connection's first word.</summary>
internal enum Heard
{
    /// <summary>A part of it, so far.</summary>
    Part,

    /// <summary>All of it.</summary>
    Whole,

    /// <summary>It will never be one.</summary>
    Nothing,
}

/// <summary>
/// The first word of a TLS connection (RFC 8446, 4.1.2 and 5.1), looked at before anything is spent on it: whether it is there, not what it says. It must come in one record, as every TLS library sends it where it has less than
/// 16 KiB to say.
/// </summary>
internal static class ClientHello
{
    private const int RecordHeader = 5;
    private const int HelloHeader = 4;
    private const int LargestRecord = 1 << 14;
    private const byte Handshake = 22;
    private const byte Hello = 1;

    /// <summary>Looks at all that has come so far.</summary>
    public static Heard Look(in ReadOnlySequence<byte> said)
    {
        Span<byte> head = stackalloc byte[RecordHeader + HelloHeader];
        head = head[..(int)Math.Min(head.Length, said.Length)];
        said.Slice(0, head.Length).CopyTo(head);
        if (head is [not Handshake, ..]) return Heard.Nothing;
        if (head is not [_, _, _, var high, var low, var type, var first, var second, var third]) return Heard.Part;
        var record = (high << 8) | low;
        if (type != Hello || record > LargestRecord || HelloHeader + ((first << 16) | (second << 8) | third) > record) return Heard.Nothing;
        return said.Length < RecordHeader + record ? Heard.Part : Heard.Whole;
    }
}
