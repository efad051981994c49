using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>A person's entry, read.</summary>
/// <param name="Dn">Where it is, as the directory spells it.</param>
/// <param name="Place">The same, comparable.</param>
/// <param name="Tenant">Whose branch it is in.</param>
/// <param name="Login">The login name as the directory spells it.</param>
internal sealed record PersonEntry(string Dn, DistinguishedName Place, TenantId Tenant, string Login)
{
    public PersonId Id => PersonId.Of(Tenant, Login);

    /// <summary>First and last name, else the login; clean.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The account name on hosts.</summary>
    public required string Account { get; init; }

    /// <summary>Settings that the entry gives, by their names; clean.</summary>
    public required ImmutableDictionary<string, string> Settings { get; init; }

    /// <summary>DNs of groups as the entry lists them; may be incomplete, or hold groups of groups.</summary>
    public required ImmutableArray<string> MemberOf { get; init; }

    /// <summary>What the entry says of the account.</summary>
    public required AccountFacts Facts { get; init; }

    /// <summary>The attributes about the account's state that the entry has, as they came.</summary>
    public required ImmutableDictionary<string, string> State { get; init; }

    /// <summary>When the password was last set, as it came; null = the directory does not say.</summary>
    public string? PasswordSet => State.GetValueOrDefault("pwdLastSet") ?? State.GetValueOrDefault("pwdChangedTime");

    /// <summary>Active Directory: the identifier of the group that is not in the groups' lists of members; null = none.</summary>
    public byte[]? PrimaryGroup { get; init; }

    /// <summary>The attributes to ask for.</summary>
    public static string[] Wanted(DirectorySchema schema, PeopleOptions people) =>
    [
        .. ((IEnumerable<string?>)[.. people.Login, .. people.Name, people.Account, people.MemberOf, .. people.Settings.Values, .. StateOf(schema)])
            .OfType<string>().Concat(schema == DirectorySchema.ActiveDirectory ? ["objectSid", "primaryGroupID"] : []).Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>Reads an entry that is in a tenant's branch.</summary>
    /// <returns>Null when its login or account name cannot be used: none, too long, or with characters that no name has.</returns>
    public static PersonEntry? Read(DirectorySchema schema, PeopleOptions people, LdapEntry entry, DistinguishedName place, TenantId tenant)
    {
        // Spaces around a value do not count in a directory's comparisons (RFC 4518, 2.6.1).
        if (people.Login.Select(attribute => Spelled(entry, place, attribute)).FirstOrDefault(IsThere)?.Trim() is not { } login) return null;
        var account = people.Account is { } own && IsThere(entry.Text(own)) ? entry.Text(own)!.Trim() : login;
        if (!IsUsable(login) || !IsUsable(account)) return null;
        var name = people.Name.Select(entry.Text).FirstOrDefault(text => IsThere(text) && TextForms.Clean(text!).Length > 0);
        return new PersonEntry(entry.Dn, place, tenant, login)
        {
            DisplayName = TextForms.Clean(name ?? login),
            Account = account,
            Settings = people.Settings
                .Select(pair => KeyValuePair.Create(pair.Key, TextForms.Clean(entry.Text(pair.Value) ?? "")))
                .Where(pair => pair.Value.Length > 0).ToImmutableDictionary(),
            MemberOf = people.MemberOf is { } lists ? entry.Texts(lists) : [],
            Facts = new AccountFacts(IsTrue(entry, "pwdReset"), Instant(entry.Text("passwordExpirationTime"))),
            State = StateOf(schema).Where(attribute => entry.Text(attribute) is not null)
                .ToImmutableDictionary(attribute => attribute, attribute => TextForms.Clean(entry.Text(attribute)!)),
            PrimaryGroup = schema == DirectorySchema.ActiveDirectory ? PrimaryGroupOf(entry) : null,
        };
    }

    private static string[] StateOf(DirectorySchema schema) => schema switch
    {
        DirectorySchema.ActiveDirectory => ["userAccountControl", "lockoutTime", "accountExpires", "pwdLastSet"],
        DirectorySchema.ThreeEightNine => ["pwdReset", "nsAccountLock", "passwordExpirationTime", "accountUnlockTime", "passwordRetryCount"],
        _ => ["pwdReset", "pwdAccountLockedTime", "pwdChangedTime", "pwdFailureTime", "pwdStartTime", "pwdEndTime"],
    };

    // Of several values the one that names the entry: a person is one person, whichever of their names they type.
    private static string? Spelled(LdapEntry entry, DistinguishedName place, string attribute)
    {
        var values = entry.Texts(attribute);
        return values.FirstOrDefault(value => place.IsNamed(attribute, value)) ?? values.FirstOrDefault();
    }

    private static bool IsThere(string? text) => !string.IsNullOrWhiteSpace(text);

    private static bool IsUsable(string name) =>
        LoginName.Parse(name) is { } parsed && parsed.Value == name && name.EnumerateRunes().All(rune => Rune.GetUnicodeCategory(rune) is not UnicodeCategory.LineSeparator and not UnicodeCategory.ParagraphSeparator and not UnicodeCategory.Format);

    private static bool IsTrue(LdapEntry entry, string attribute) => entry.Texts(attribute).Contains("TRUE", StringComparer.OrdinalIgnoreCase);

    // Generalized time in UTC, as 389 writes it: 20261123181500Z.
    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParseExact(text, "yyyyMMddHHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;

    // The group's identifier is the person's with another last number (MS-ADTS, primaryGroupID): 4 octets, the lowest first.
    private static byte[]? PrimaryGroupOf(LdapEntry entry)
    {
        if (entry.Octets("objectSid") is not [{ Length: >= 12 } own, ..] || !uint.TryParse(entry.Text("primaryGroupID"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        var group = own.ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(group.AsSpan(group.Length - 4), number);
        return group;
    }
}
