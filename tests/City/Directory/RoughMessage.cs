using System.Formats.Asn1;
using System.Text;

namespace VdiBroker.City.Directory;

/// <summary>One LDAP message as it travels; of its content only what a rough server needs to know.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="Id">Message id.</param>
/// <param name="Operation">Number of the application tag.</param>
/// <param name="Kind">Kind of request; none for answers and for what has no answer.</param>
/// <param name="Dn">The DN that it is about; empty where it is about none.</param>
internal sealed record RoughMessage(byte[] Bytes, int Id, int Operation, RequestKinds Kind, string Dn)
{
    private const int Longest = 64 << 20;
    private const string PasswordPolicyControl = "1.3.6.1.4.1.42.2.27.8.5.1";
    private const string StartTls = "1.3.6.1.4.1.1466.20037";
    private const string PasswordChange = "1.3.6.1.4.1.4203.1.11.1";

    /// <summary>A line that no LDAP client takes for a message.</summary>
    public static byte[] Garbage { get; } = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <summary>True for an answer that ends an operation (not an entry, a reference or an intermediate answer).</summary>
    public bool IsFinal => Operation is 1 or 5 or 7 or 9 or 11 or 13 or 15 or 24;

    /// <summary>Reads the next message; null at the end of the stream.</summary>
    /// <exception cref="IOException">The stream ends in mid-message or holds no LDAP.</exception>
    public static async Task<RoughMessage?> ReadAsync(Stream from, CancellationToken cancel)
    {
        var head = new byte[6];
        if (await from.ReadAtLeastAsync(head.AsMemory(0, 1), 1, throwOnEndOfStream: false, cancel) == 0) return null;
        await from.ReadExactlyAsync(head.AsMemory(1, 1), cancel);
        var lengthBytes = head[1] < 0x80 ? 0 : head[1] & 0x7f;
        if (head[0] != 0x30 || lengthBytes > 4) throw new IOException("no LDAP message");
        await from.ReadExactlyAsync(head.AsMemory(2, lengthBytes), cancel);
        long length = lengthBytes == 0 ? head[1] : 0;
        for (var i = 0; i < lengthBytes; i++) length = (length << 8) | head[2 + i];
        if (length > Longest) throw new IOException("an LDAP message of more than 64 MiB");
        var bytes = new byte[2 + lengthBytes + length];
        head.AsSpan(0, 2 + lengthBytes).CopyTo(bytes);
        await from.ReadExactlyAsync(bytes.AsMemory(2 + lengthBytes), cancel);
        return Parse(bytes);
    }

    /// <summary>The same message under another id.</summary>
    public byte[] Renumbered(int id)
    {
        var message = new AsnReader(Bytes, AsnEncodingRules.BER).ReadSequence();
        message.ReadInteger();
        var to = new AsnWriter(AsnEncodingRules.BER);
        using (to.PushSequence())
        {
            to.WriteInteger(id);
            while (message.HasData) to.WriteEncodedValue(message.ReadEncodedValue().Span);
        }
        return to.Encode();
    }

    /// <summary>An answer to this request with a code and no content.</summary>
    public byte[] Answer(AnswerManner manner) => Result(Id, Operation switch { 3 => 5, 23 => 24, _ => Operation + 1 }, manner, null);

    /// <summary>Notice of Disconnection.</summary>
    public static byte[] Notice() => Result(0, 24, AnswerManner.With(LdapCode.Unavailable), "1.3.6.1.4.1.1466.20036");

    /// <summary>The beginning of an answer to this request that announces 300,000,000 bytes.</summary>
    public byte[] Huge()
    {
        var bytes = new byte[64 << 10];
        ((byte[])[0x30, 0x84, 0x11, 0xe1, 0xa3, 0x00, 0x02, 0x04, (byte)(Id >> 24), (byte)(Id >> 16), (byte)(Id >> 8), (byte)Id,
            0x64, 0x84, 0x11, 0xe1, 0xa2, 0xf4, 0x04, 0x84, 0x11, 0xe1, 0xa2, 0xee]).CopyTo(bytes, 0);
        bytes.AsSpan(24).Fill((byte)'x');
        return bytes;
    }

    private static byte[] Result(int id, int operation, AnswerManner manner, string? name)
    {
        var to = new AsnWriter(AsnEncodingRules.BER);
        using (to.PushSequence())
        {
            to.WriteInteger(id);
            using (to.PushSequence(new Asn1Tag(TagClass.Application, operation, isConstructed: true)))
            {
                to.WriteEnumeratedValue(manner.Code);
                to.WriteOctetString([]);
                to.WriteOctetString(Encoding.UTF8.GetBytes(manner.Code == LdapCode.Success ? "" : manner.Diagnostic));
                if (manner.Code == LdapCode.Referral)
                {
                    using var referral = to.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3, isConstructed: true));
                    to.WriteOctetString("ldap://127.0.0.99:1/"u8);
                }
                if (name is not null) to.WriteOctetString(Encoding.ASCII.GetBytes(name), new Asn1Tag(TagClass.ContextSpecific, 10));
            }
            if (manner.PolicyControl is { } value)
            {
                using var controls = to.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true));
                using var control = to.PushSequence();
                to.WriteOctetString(Encoding.ASCII.GetBytes(PasswordPolicyControl));
                to.WriteOctetString(value.AsSpan());
            }
        }
        return to.Encode();
    }

    private static RoughMessage Parse(byte[] bytes)
    {
        try
        {
            var message = new AsnReader(bytes, AsnEncodingRules.BER).ReadSequence();
            var id = (int)message.ReadInteger();
            var tag = message.PeekTag();
            var (kind, dn) = tag.TagValue switch
            {
                0 => (RequestKinds.Bind, BindDn(message.ReadSequence(tag))),
                3 => (RequestKinds.Search, Text(message.ReadSequence(tag).ReadOctetString())),
                6 => (RequestKinds.Modify, Text(message.ReadSequence(tag).ReadOctetString())),
                8 or 10 or 12 or 14 => (RequestKinds.Other, ""),
                23 => (Extended(message.ReadSequence(tag)), ""),
                _ => (RequestKinds.None, ""),
            };
            return new RoughMessage(bytes, id, tag.TagValue, kind, dn);
        }
        catch (AsnContentException fault)
        {
            throw new IOException("no LDAP message", fault);
        }
    }

    private static string BindDn(AsnReader bind)
    {
        bind.ReadInteger();
        return Text(bind.ReadOctetString());
    }

    private static RequestKinds Extended(AsnReader request) => Text(request.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0))) switch
    {
        StartTls => RequestKinds.StartTls,
        PasswordChange => RequestKinds.PasswordChange,
        _ => RequestKinds.Other,
    };

    private static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
