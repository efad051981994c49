namespace VdiBroker.Directory;

/// <summary>What a server's password policy objects to (draft-behera-ldap-password-policy-10, 6.2; the numbers are the protocol's).</summary>
public enum PolicyError
{
    /// <summary>The password is too old.</summary>
    PasswordExpired = 0,

    /// <summary>Too many wrong passwords.</summary>
    AccountLocked = 1,

    /// <summary>The password must be changed before anything else.</summary>
    ChangeAfterReset = 2,

    /// <summary>The person may not change it.</summary>
    PasswordModNotAllowed = 3,

    /// <summary>The old password is wanted with the new one.</summary>
    MustSupplyOldPassword = 4,

    /// <summary>Too simple.</summary>
    InsufficientPasswordQuality = 5,

    /// <summary>Too short.</summary>
    PasswordTooShort = 6,

    /// <summary>Changed too lately.</summary>
    PasswordTooYoung = 7,

    /// <summary>Used before.</summary>
    PasswordInHistory = 8,
}

/// <summary>The value of the password policy's response control, 1.3.6.1.4.1.42.2.27.8.5.1.</summary>
/// <param name="BeforeExpiration">How long the password still holds; null = not said.</param>
/// <param name="GraceLeft">Sign-ins left with an expired password; null = not said.</param>
/// <param name="Error">What is wrong; null = nothing.</param>
public sealed record PolicyControl(TimeSpan? BeforeExpiration, int? GraceLeft, PolicyError? Error)
{
    /// <summary>A control that says nothing.</summary>
    public static readonly PolicyControl Nothing = new(null, null, null);

    private const byte Sequence = 0x30;
    private const byte Warning = 0xa0;
    private const byte First = 0x80;
    private const byte Second = 0x81;

    /// <summary>
    /// Reads <c>SEQUENCE { warning [0] CHOICE { timeBeforeExpiration [0], graceAuthNsRemaining [1] } OPTIONAL, error [1] ENUMERATED OPTIONAL }</c>.
    /// </summary>
    /// <param name="value">The octets, from a server that is not to be trusted with memory; null = no control.</param>
    /// <returns>What is said; null when it is no such value. An error that the draft does not know is left out.</returns>
    public static PolicyControl? Read(byte[]? value)
    {
        if (value is null || value.Length == 0) return Nothing;
        var rest = (ReadOnlySpan<byte>)value;
        if (!Take(ref rest, Sequence, out var body) || rest.Length > 0) return null;
        var said = Nothing;
        if (Take(ref body, Warning, out var warning))
        {
            if (Take(ref warning, First, out var seconds) && Number(seconds) is { } time) said = said with { BeforeExpiration = TimeSpan.FromSeconds(time) };
            else if (Take(ref warning, Second, out var grace) && Number(grace) is { } left) said = said with { GraceLeft = left };
            else return null;
            if (warning.Length > 0) return null;
        }
        if (Take(ref body, Second, out var error))
        {
            if (Number(error) is not { } number) return null;
            if (Enum.IsDefined((PolicyError)number)) said = said with { Error = (PolicyError)number };
        }
        return body.Length == 0 ? said : null;
    }

    // One element with the wanted tag; the span goes on behind it. False, and nothing moved, when it is not there or not whole.
    private static bool Take(ref ReadOnlySpan<byte> from, byte tag, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (from.Length < 2 || from[0] != tag) return false;
        var (length, start) = ((long)from[1], 2);
        if (length >= 0x80)
        {
            // 389 writes every length in four octets.
            var octets = (int)length & 0x7f;
            if (octets is 0 or > 4 || from.Length < 2 + octets) return false;
            length = 0;
            foreach (var octet in from.Slice(2, octets)) length = (length << 8) | octet;
            start += octets;
        }
        if (from.Length - start < length) return false;
        body = from.Slice(start, (int)length);
        from = from[(start + (int)length)..];
        return true;
    }

    // 0 to 2,147,483,647 (maxInt of LDAP).
    private static int? Number(ReadOnlySpan<byte> octets)
    {
        if (octets.Length is 0 or > 5 || octets[0] >= 0x80) return null;
        long number = 0;
        foreach (var octet in octets) number = (number << 8) | octet;
        return number <= int.MaxValue ? (int)number : null;
    }
}
