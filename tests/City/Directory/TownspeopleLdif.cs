using System.Security.Cryptography;
using System.Text;

namespace VdiBroker.City.Directory;

/// <summary>
/// Writes a whole directory as LDIF for slapadd: branches, service accounts, password policy, people, groups. slapadd runs no overlay, so
/// the <c>memberOf</c> values that the memberof overlay keeps from then on are written here beside the groups that they mirror.
/// </summary>
public static class TownspeopleLdif
{
    /// <summary>Writes the directory of a plan's people.</summary>
    /// <param name="plan">Who is in it, and what else.</param>
    /// <param name="services">Service accounts: cn and password.</param>
    /// <param name="to">Takes the LDIF; holds salted hashes, no password.</param>
    public static void Write(SlapdPlan plan, IEnumerable<(string Cn, string Password)> services, TextWriter to)
    {
        var people = plan.People;
        var suffix = people.Suffix;
        Ldif.Root(to, suffix, "Agglomération");
        foreach (var branch in (string[])["people", "groups", "unix", "services", "policies"]) Ldif.Branch(to, branch, suffix);
        foreach (var (cn, password) in services)
            Ldif.Entry(to, $"cn={cn},ou=services,{suffix}", "objectClass: organizationalRole", "objectClass: simpleSecurityObject", $"cn: {cn}",
                $"userPassword: {Ssha(password)}");
        foreach (var policy in plan.Policies.Any(one => one.Name == "default") ? plan.Policies : [PasswordPolicy.Default, .. plan.Policies]) policy.Write(to, suffix);
        if (plan.Referral)
            Ldif.Entry(to, $"ou=elsewhere,{people.PeopleBase}", "objectClass: referral", "objectClass: extensibleObject", "ou: elsewhere",
                $"ref: ldap://127.0.0.99:1/ou=elsewhere,{people.PeopleBase}");
        foreach (var (tenant, index) in people.Tenants.Select((tenant, index) => (tenant, index)))
        {
            Ldif.Branch(to, tenant, people.PeopleBase);
            Ldif.Branch(to, tenant, people.GroupsBase);
            var members = people.Everybody.Where(person => person.Tenant == tenant).ToArray();
            // The primary group on hosts; not under ou=groups: it gives no right.
            Ldif.Entry(to, $"cn={tenant},ou=unix,{suffix}", "objectClass: posixGroup", $"cn: {tenant}", $"gidNumber: {Gid(index)}");
            foreach (var person in members) Person(to, plan, person, Gid(index));
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
        Ldif.Entry(to, $"cn={name},{under}", [$"objectClass: {kind}", $"cn: {name}", .. number, .. members.Select(person => $"{attribute}: {value(person)}")]);
    }

    private static void Person(TextWriter to, SlapdPlan plan, Townsperson person, int gid)
    {
        var last = person.DisplayName[(person.DisplayName.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        var named = person.Dn.StartsWith("cn=", StringComparison.Ordinal) ? person.Dn[3..person.Dn.IndexOf(",ou=", StringComparison.Ordinal)] : null;
        Ldif.Entry(to, person.Dn,
        [
            "objectClass: inetOrgPerson", "objectClass: posixAccount", $"uid: {person.Login}", $"cn: {person.DisplayName}",
            .. named is null ? (string[])[] : [$"cn: {named.Replace("\\", "", StringComparison.Ordinal)}"],
            $"displayName: {person.DisplayName}",
            $"sn: {last}", $"givenName: {person.DisplayName.Split(' ')[0]}", $"mail: {person.Login}@{person.Tenant}.test",
            $"uidNumber: {person.UidNumber}", $"gidNumber: {gid}", $"homeDirectory: /home/{person.Login}", "loginShell: /bin/bash",
            $"userPassword: {Ssha(person.Password)}",
            .. person.Groups.Where(group => plan.MemberOf && Kind(group).Class == "groupOfNames")
                .Select(group => $"memberOf: cn={group},{plan.People.GroupsOf(person.Tenant)}"),
            .. plan.PolicyOf.TryGetValue(person.Login, out var policy) ? (string[])[$"pwdPolicySubentry: {new PasswordPolicy(policy).Dn(plan.People.Suffix)}"] : [],
        ]);
    }
}
