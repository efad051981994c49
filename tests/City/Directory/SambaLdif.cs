using System.Text;

namespace VdiBroker.City.Directory;

/// <summary>Entries of an Active Directory as LDIF for <see cref="SambaDomain.ApplyAsync"/>.</summary>
public static class SambaLdif
{
    /// <summary>Suffix of the domain <c>agglo.test</c> (NetBIOS name <c>AGGLO</c>).</summary>
    public const string Suffix = "DC=agglo,DC=test";

    /// <summary>Its name in DNS, and what follows the @ of a userPrincipalName.</summary>
    public const string Realm = "agglo.test";

    /// <summary>Where people are.</summary>
    public const string People = $"OU=Agents,{Suffix}";

    /// <summary>Where groups are.</summary>
    public const string Groups = $"OU=Groupes,{Suffix}";

    /// <summary>A password that is simple neither to AD's rules (three kinds of character) nor to guess.</summary>
    public static string NewPassword() => $"{Townspeople.NewPassword()}-a7Z";

    /// <summary>Name of a person made by <see cref="Person"/>.</summary>
    public static string PersonDn(string account) => $"CN={account},{People}";

    /// <summary>Name of a group made by <see cref="Group"/>.</summary>
    public static string GroupDn(string name) => $"CN={name},{Groups}";

    /// <summary>
    /// Someone with a password: may sign in unless <paramref name="lines"/> say otherwise (<c>userAccountControl: 514</c> disabled,
    /// <c>pwdLastSet: 0</c> must change, <c>accountExpires: 133000000000000000</c> expired, <c>logonHours:: AAAAAAAAAAAAAAAAAAAAAAAAAAAA</c> never).
    /// </summary>
    /// <param name="account">sAMAccountName (at most 20 characters) and cn; with <c>@agglo.test</c> the userPrincipalName.</param>
    /// <param name="password">Their password.</param>
    /// <param name="lines">More lines of LDIF; one of an attribute that is set by itself replaces it.</param>
    public static string Person(string account, string password, params string[] lines)
    {
        string[] own = ["objectClass: user", $"sAMAccountName: {account}", $"userPrincipalName: {account}@agglo.test", $"unicodePwd:: {Quoted(password)}", "userAccountControl: 512"];
        return LdapTools.Record(PersonDn(account), [.. own.Where(line => !lines.Any(other => Name(other) == Name(line))), .. lines]);
    }

    /// <summary>A global security group.</summary>
    /// <param name="name">sAMAccountName and cn.</param>
    /// <param name="members">DNs of people and groups.</param>
    public static string Group(string name, params string[] members) =>
        LdapTools.Record(GroupDn(name), ["objectClass: group", $"sAMAccountName: {name}", "groupType: -2147483646", .. members.Select(member => $"member: {member}")]);

    /// <summary>One attribute of an entry gets one value.</summary>
    public static string Replace(string dn, string attribute, string value) =>
        LdapTools.Record(dn, "changetype: modify", $"replace: {attribute}", $"{attribute}: {value}");

    /// <summary>A change of password: the old one deleted, the new one added.</summary>
    public static string ChangePassword(string dn, string oldPassword, string newPassword) =>
        LdapTools.Record(dn, "changetype: modify", "delete: unicodePwd", $"unicodePwd:: {Quoted(oldPassword)}", "-", "add: unicodePwd", $"unicodePwd:: {Quoted(newPassword)}", "-");

    internal static string Unit(string dn) => LdapTools.Record(dn, "objectClass: organizationalUnit");

    // As AD wants it: in double quotes, UTF-16LE; base64 for LDIF.
    private static string Quoted(string password) => Convert.ToBase64String(Encoding.Unicode.GetBytes($"\"{password}\""));

    private static string Name(string line) => line.Split(':')[0];
}
