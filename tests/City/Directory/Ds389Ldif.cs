namespace VdiBroker.City.Directory;

/// <summary>Entries of a 389 Directory Server as LDIF for <see cref="Ds389.ApplyAsync"/>.</summary>
public static class Ds389Ldif
{
    /// <summary>Suffix of the directory.</summary>
    public const string Suffix = "dc=agglo,dc=test";

    /// <summary>Where people are.</summary>
    public const string People = $"ou=people,{Suffix}";

    /// <summary>Where groups are.</summary>
    public const string Groups = $"ou=groups,{Suffix}";

    /// <summary>Where password policies are.</summary>
    public const string Policies = $"cn=policies,{Suffix}";

    /// <summary>Name of a person made by <see cref="Person"/>.</summary>
    public static string PersonDn(string account) => $"uid={account},{People}";

    /// <summary>Name of a group made by <see cref="Group"/>.</summary>
    public static string GroupDn(string name) => $"cn={name},{Groups}";

    /// <summary>
    /// Someone with a password. <paramref name="lines"/> say what is special: <c>nsAccountLock: true</c> disabled,
    /// <c>pwdpolicysubentry: cn=…,cn=policies,…</c> a policy of their own (see <see cref="Policy"/>).
    /// </summary>
    public static string Person(string account, string password, params string[] lines) => LdapTools.Record(PersonDn(account),
        ["objectClass: inetOrgPerson", $"uid: {account}", $"cn: {account}", $"sn: {account}", $"userPassword: {password}", .. lines]);

    /// <summary>A group of names; the server's plugin keeps memberOf on people and groups, nested groups included.</summary>
    public static string Group(string name, params string[] members) =>
        LdapTools.Record(GroupDn(name), ["objectClass: groupOfNames", $"cn: {name}", .. members.Select(member => $"member: {member}")]);

    /// <summary>A group of unique names.</summary>
    public static string UniqueGroup(string name, params string[] members) =>
        LdapTools.Record(GroupDn(name), ["objectClass: groupOfUniqueNames", $"cn: {name}", .. members.Select(member => $"uniqueMember: {member}")]);

    /// <summary>
    /// A password policy, for instance <c>passwordMustChange: on</c>; <c>passwordCheckSyntax: on</c> with <c>passwordMinLength: 10</c>;
    /// <c>passwordHistory: on</c> with <c>passwordInHistory: 3</c>; <c>passwordMinAge: 86400</c>; <c>passwordExp: on</c> with
    /// <c>passwordMaxAge: 86400</c>, <c>passwordWarning: 3600</c>, <c>passwordGraceLimit: 3</c>; <c>passwordLockout: on</c> with <c>passwordMaxFailure: 3</c>.
    /// </summary>
    public static string Policy(string name, params string[] lines) =>
        LdapTools.Record($"cn={name},{Policies}", ["objectClass: ldapsubentry", "objectClass: passwordpolicy", $"cn: {name}", .. lines]);

    /// <summary>One attribute of an entry gets one value.</summary>
    public static string Replace(string dn, string attribute, string value) =>
        LdapTools.Record(dn, "changetype: modify", $"replace: {attribute}", $"{attribute}: {value}");

    /// <summary>
    /// Someone's password has expired. The server refuses an expired password only to those whom it has warned once, so this says that it has.
    /// Their policy must hold <c>passwordExp: on</c>.
    /// </summary>
    public static string ExpirePassword(string account) => LdapTools.Record(PersonDn(account), "changetype: modify",
        "replace: passwordExpirationTime", "passwordExpirationTime: 20200101000000Z", "-", "replace: passwordExpWarned", "passwordExpWarned: 1", "-");

    // The root with its rights, the branches, the broker's account. The broker reads everything but passwords, people read and change their own.
    internal static string Furniture(string brokerDn, string brokerPassword)
    {
        string Branch(string ou) => LdapTools.Record($"ou={ou},{Suffix}", "objectClass: organizationalUnit", $"ou: {ou}");
        return LdapTools.Record(Suffix, "objectClass: domain", "dc: agglo",
                $"aci: (targetattr != \"userPassword\")(version 3.0; acl \"broker reads\"; allow (read, search, compare) userdn = \"ldap:///{brokerDn}\";)",
                "aci: (targetattr != \"userPassword\")(version 3.0; acl \"own entry\"; allow (read, search, compare) userdn = \"ldap:///self\";)",
                "aci: (targetattr = \"userPassword\")(version 3.0; acl \"own password\"; allow (write) userdn = \"ldap:///self\";)")
            + Branch("people") + Branch("groups") + Branch("services") + LdapTools.Record(Policies, "objectClass: nsContainer", "cn: policies")
            + LdapTools.Record(brokerDn, "objectClass: applicationProcess", "objectClass: simpleSecurityObject", "cn: broker", $"userPassword: {brokerPassword}");
    }
}
