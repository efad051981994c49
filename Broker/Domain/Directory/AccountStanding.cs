using System.Globalization;

namespace VdiBroker.Directory;

/// <summary>What an entry alone says of its account, where no password is at hand: to take rights away from who has been switched off since they signed in.</summary>
public static class AccountStanding
{
    private const int SwitchedOff = 2;
    private const string LockedForGood = "000001010000Z";

    /// <summary>Judges the state's attributes; what cannot be read says nothing.</summary>
    /// <param name="state">Attributes of the entry by their names: Active Directory's userAccountControl and accountExpires, 389's nsAccountLock, OpenLDAP's pwdAccountLockedTime, pwdStartTime, pwdEndTime.</param>
    /// <param name="now">The instant.</param>
    /// <returns>Null = nothing speaks against the account. Locks by wrong passwords are none: they pass, and say nothing of who sits there already.</returns>
    public static AccountState? Of(IReadOnlyDictionary<string, string> state, DateTimeOffset now)
    {
        if (Number("userAccountControl") is { } control && (control & SwitchedOff) != 0) return AccountState.Disabled;
        if (Text("nsAccountLock") is { } switched && switched.Equals("TRUE", StringComparison.OrdinalIgnoreCase)) return AccountState.Disabled;
        if (Text("pwdAccountLockedTime") == LockedForGood) return AccountState.Disabled;
        if (Instant("pwdStartTime") is { } start && now < start) return AccountState.Disabled;
        if (Instant("pwdEndTime") is { } end && now >= end) return AccountState.AccountExpired;
        // Hundreds of nanoseconds since 1601; 0 and the largest number mean never.
        return Number("accountExpires") is { } expires and > 0 && expires < DateTimeOffset.MaxValue.ToFileTime() && now >= DateTimeOffset.FromFileTime(expires) ? AccountState.AccountExpired : null;

        string? Text(string attribute) => state.TryGetValue(attribute, out var value) ? value.Trim() : null;
        long? Number(string attribute) => long.TryParse(Text(attribute), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        DateTimeOffset? Instant(string attribute) =>
            DateTimeOffset.TryParseExact(Text(attribute), ["yyyyMMddHHmmss'Z'", "yyyyMMddHHmm'Z'", "yyyyMMddHHmmss.f'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;
    }
}
