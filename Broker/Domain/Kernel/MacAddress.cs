using System.Globalization;

namespace VdiBroker.Kernel;

/// <summary>The hardware address of a network card: a machine is woken by it, a station is told apart by it.</summary>
public sealed record MacAddress
{
    private const int Length = 6;
    private const int Repeated = 16;
    private readonly ulong _value;

    private MacAddress(ulong value) => _value = value;

    /// <summary>Reads <c>aa:bb:cc:dd:ee:ff</c>, hyphens instead of colons and capitals too.</summary>
    /// <returns>Null when it is no address of one card: malformed, all zero, or one for many (the lowest bit of its first byte is set).</returns>
    public static MacAddress? Parse(string text)
    {
        var parts = text.Split(text.Contains('-', StringComparison.Ordinal) ? '-' : ':');
        if (parts.Length != Length) return null;
        ulong value = 0;
        foreach (var part in parts)
        {
            if (part.Length != 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var one)) return null;
            value = (value << 8) | one;
        }
        return value == 0 || ((value >> 40) & 1) == 1 ? null : new MacAddress(value);
    }

    /// <summary>The magic packet of Wake-on-LAN: 6 bytes of 0xFF, then the address 16 times; 102 bytes.</summary>
    public byte[] MagicPacket()
    {
        var own = Bytes();
        var packet = new byte[Length + (Repeated * Length)];
        packet.AsSpan(0, Length).Fill(0xFF);
        for (var i = 0; i < Repeated; i++) own.CopyTo(packet, Length + (i * Length));
        return packet;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(':', Bytes().Select(one => one.ToString("x2", CultureInfo.InvariantCulture)));

    private byte[] Bytes() => [.. Enumerable.Range(0, Length).Select(i => (byte)(_value >> (8 * (Length - 1 - i))))];
}
