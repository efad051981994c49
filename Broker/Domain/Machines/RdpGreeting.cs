using System.Buffers.Binary;

namespace VdiBroker.Machines;

/// <summary>What an RDP server says to the first message of a connection. Closed.</summary>
public abstract record RdpReply
{
    private RdpReply()
    {
    }

    /// <summary>TLS follows; with <paramref name="Nla"/> the password is checked before there is a picture.</summary>
    public sealed record Tls(bool Nla) : RdpReply;

    /// <summary>It would speak without TLS: nothing says who it is.</summary>
    public sealed record NoTls : RdpReply;

    /// <summary>It wants something else than TLS.</summary>
    /// <param name="Code">Its failure code (MS-RDPBCGR 2.2.1.2.2).</param>
    public sealed record Refused(uint Code) : RdpReply;

    /// <summary>That is no RDP.</summary>
    public sealed record Foreign : RdpReply;
}

/// <summary>The first message of an RDP connection and its answer: X.224 connection request with a negotiation of security (MS-RDPBCGR 2.2.1.1 and 2.2.1.2).</summary>
public static class RdpGreeting
{
    /// <summary>Length of the answer of a server that negotiates: TPKT and X.224 headers, 8 bytes of negotiation.</summary>
    public const int ReplyLength = 19;

    private const byte Tpkt = 3;
    private const byte Confirm = 0xd0;
    private const byte Response = 2;
    private const byte Failure = 3;
    private const uint Ssl = 1;
    private const uint Hybrid = 2;
    private const int At = 11;

    /// <summary>Asks for TLS, with network level authentication or not as the server likes.</summary>
    public static byte[] Request() => [Tpkt, 0, 0, ReplyLength, ReplyLength - 5, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, (byte)(Ssl | Hybrid), 0, 0, 0];

    /// <summary>How long the whole answer is, by its first four bytes; 0 when that is no RDP.</summary>
    public static int LengthOf(ReadOnlySpan<byte> head) => head is [Tpkt, _, _, _, ..] && BinaryPrimitives.ReadUInt16BigEndian(head[2..]) is >= At and <= 1024 and var length ? length : 0;

    /// <summary>Reads the answer.</summary>
    public static RdpReply Read(ReadOnlySpan<byte> reply)
    {
        if (reply.IsEmpty || LengthOf(reply) != reply.Length || reply[5] != Confirm) return new RdpReply.Foreign();
        if (reply.Length < ReplyLength) return new RdpReply.NoTls();
        var value = BinaryPrimitives.ReadUInt32LittleEndian(reply[(At + 4)..]);
        return (reply[At], value) switch
        {
            (Response, Ssl) => new RdpReply.Tls(Nla: false),
            (Response, Hybrid) => new RdpReply.Tls(Nla: true),
            (Response, _) => new RdpReply.NoTls(),
            (Failure, _) => new RdpReply.Refused(value),
            _ => new RdpReply.Foreign(),
        };
    }
}
