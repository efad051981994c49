using System.Security.Cryptography;
using System.Text;

namespace VdiBroker.City.Directory;

/// <summary>
/// Writes a whole directory as LDIF for slapadd: branches, service accounts, password policy, people, groups. slapadd runs no overlay, so
/// the <c>memberOf</c> values that the memberof overlay keeps from then on are written here beside the groups that they mirror.
/// </summary>
public static class TownspeopleLdif
{
    /// <summary>Writes the directory of <paramref name="people"/>.</summary>
    /// <param name="people">Who is in it.</param>
    /// <param name="services">Service accounts: cn and password.</param>
    /// <param name="to">Takes the LDIF; holds salted hashes, no password.</param>
    public static void Write(Townspeople people, IEnumerable<(string Cn, string Password)> services, TextWriter to)
    {
        var suffix = people.Suffix;
        var root = suffix.Split(',')[0].Split('=')[1];
        Entry(to, suffix, "objectClass: dcObject", "objectClass: organization", $"dc: {root}", "o: Agglomération");
        foreach (var branch in (string[])["people", "groups", "unix", "services", "policies"]) Branch(to, branch, suffix);
        foreach (var (cn, password) in services)
            Entry(to, $"cn={cn},ou=services,{suffix}", "objectClass: organizationalRole", "objectClass: simpleSecurityObject", $"cn: {cn}",
                $"userPassword: {Ssha(password)}");
        Policy(to, suffix);
        foreach (var (tenant, index) in people.Tenants.Select((tenant, index) => (tenant, index)))
        {
            Branch(to, tenant, people.PeopleBase);
            Branch(to, tenant, people.GroupsBase);
            var members = people.Everybody.Where(person => person.Tenant == tenant).ToArray();
            // The primary group on hosts; not under ou=groups: it gives no right.
            Entry(to, $"cn={tenant},ou=unix,{suffix}", "objectClass: posixGroup", $"cn: {tenant}", $"gidNumber: {Gid(index)}");
            foreach (var person in members) Person(to, people, person, Gid(index));
            foreach (var group in members.SelectMany(person => person.Groups).Distinct())
                Group(to, people.GroupsOf(tenant), group, [.. members.Where(person => person.Groups.Contains(group))]);
        }
    }

    /// <summary>A salted hash as slapd stores it: cheap to check, so that sign-ins of tests are measured and not the hash.</summary>
    public static string Ssha(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(8);
#pragma warning disable CA5350 // slapd's own cheapest scheme, for throw-away passwords of a test city
        var hash = SHA1.HashData([.. Encoding.UTF8.GetBytes(password), .. salt]);
#pragma warning restore CA5350
        return "{SSHA}" + Convert.ToBase64String([.. hash, .. salt]);
    }

    private static int Gid(int tenant) => 19000 + tenant;

    // Three kinds of group, as old directories have them side by side: stagiaires are unique names, gardiens are account names.
    private static (string Class, string Attribute, Func<Townsperson, string> Value) Kind(string group) => group switch
    {
        "stagiaires" => ("groupOfUniqueNames", "uniqueMember", person => person.Dn),
        "gardiens" => ("posixGroup", "memberUid", person => person.Login),
        _ => ("groupOfNames", "member", person => person.Dn),
    };

    private static void Group(TextWriter to, string under, string name, Townsperson[] members)
    {
        var (kind, attribute, value) = Kind(name);
        string[] number = kind == "posixGroup" ? ["gidNumber: 18900"] : [];
        Entry(to, $"cn={name},{under}", [$"objectClass: {kind}", $"cn: {name}", .. number, .. members.Select(person => $"{attribute}: {value(person)}")]);
    }

    private static void Person(TextWriter to, Townspeople people, Townsperson person, int gid)
    {
        var last = person.DisplayName[(person.DisplayName.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        var named = person.Dn.StartsWith("cn=", StringComparison.Ordinal) ? person.Dn[3..person.Dn.IndexOf(",ou=", StringComparison.Ordinal)] : null;
        Entry(to, person.Dn,
        [
            "objectClass: inetOrgPerson", "objectClass: posixAccount", $"uid: {person.Login}", $"cn: {person.DisplayName}",
            .. named is null ? (string[])[] : [$"cn: {named.Replace("\\", "", StringComparison.Ordinal)}"],
            $"displayName: {person.DisplayName}",
            $"sn: {last}", $"givenName: {person.DisplayName.Split(' ')[0]}", $"mail: {person.Login}@{person.Tenant}.test",
            $"uidNumber: {person.UidNumber}", $"gidNumber: {gid}", $"homeDirectory: /home/{person.Login}", "loginShell: /bin/bash",
            $"userPassword: {Ssha(person.Password)}",
            .. person.Groups.Where(group => Kind(group).Class == "groupOfNames").Select(group => $"memberOf: cn={group},{people.GroupsOf(person.Tenant)}"),
        ]);
    }

    // Generous: five wrong passwords lock for five minutes; nothing expires.
    private static void Policy(TextWriter to, string suffix) =>
        Entry(to, $"cn=default,ou=policies,{suffix}", "objectClass: device", "objectClass: pwdPolicy", "cn: default", "pwdAttribute: userPassword",
            "pwdLockout: TRUE", "pwdMaxFailure: 5", "pwdLockoutDuration: 300", "pwdFailureCountInterval: 300", "pwdMustChange: FALSE",
            "pwdAllowUserChange: TRUE", "pwdMinLength: 8", "pwdCheckQuality: 1");

    private static void Branch(TextWriter to, string ou, string under) => Entry(to, $"ou={ou},{under}", "objectClass: organizationalUnit", $"ou: {ou}");

    private static void Entry(TextWriter to, string dn, params string[] lines)
    {
        foreach (var line in (string[])[$"dn: {dn}", .. lines])
        {
            var (name, value) = (line.Split(": ", 2)[0], line.Split(": ", 2)[1]);
            to.Write(System.Text.Ascii.IsValid(value) ? $"{line}\n" : $"{name}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\n");
        }
        to.Write('\n');
    }
}
