using System.Collections.Immutable;
using System.Globalization;

namespace VdiBroker.City.Directory;

/// <summary>
/// A directory of people and groups with every name that is hard to write down, <c>dc=odd,dc=test</c>. Loaded beside the city's
/// (<see cref="SlapdPlan.Further"/>). Each person is in the group <c>everyone</c> and in those that are told.
/// </summary>
public sealed class OddTown
{
    /// <summary>Its suffix.</summary>
    public const string Suffix = "dc=odd,dc=test";

    /// <summary>Where its people are.</summary>
    public const string PeopleBase = $"ou=people,{Suffix}";

    /// <summary>Where its groups are.</summary>
    public const string GroupsBase = $"ou=groups,{Suffix}";

    // Eleven branches of 190 letters: a DN of 2 kB. back-mdb refuses RDNs of 255 letters (80).
    private static readonly string[] Deep = [.. Enumerable.Range(0, 11).Select(i => $"{(char)('a' + i)}{new string('x', 189)}")];

    private static readonly (string Login, string Name)[] Names =
    [
        ("comma", "Le Goff, Loïc"), ("plus", "R+D"), ("equals", "a=b"), ("quotes", "\"Zou\" Zoé"), ("backslash", @"back\slash"), ("lead", " lead"),
        ("trail", "trail "), ("hash", "#hash"), ("angle", "<angle>; semi"), ("nfc", "Zo\u00e9 Cha\u00een\u00e9"), ("nfd", "The\u0301o Garc\u0327on"), ("star", "A*B"),
        ("paren", "(paren)"), ("nul", "Anne*)(uid=*"), ("line", "two\nlines"), ("cyrillic", "Иван"), ("smile", "Zoé 😀"),
        ("o'neil", "O'Neil"), ("st*r", "Star In Login"), ("(login)", "Paren In Login"), (@"log\in", "Backslash In Login"), ("zo\u00e9", "Accent In Login"),
        ("#login", "Hash In Login"), ("with space", "Space In Login"),
    ];

    private static readonly string[] OddGroups = ["R+D, \"Équipe\" <1>", " lead and trail ", "#1", @"back\slash", "st*r (all)", "e\u0301quipe"];

    /// <summary>Everybody.</summary>
    public ImmutableArray<OddPerson> People { get; } =
    [
        .. Names.Select(one => new OddPerson(one.Login, $"cn={Ldif.Escape(one.Name)},{PeopleBase}", one.Name, ["everyone", .. OddGroups])),
        new OddPerson("several", $"cn=Amy Wong+uid=several,{PeopleBase}", "Amy Wong", ["everyone"]),
        new OddPerson("deep", $"cn=deep,{string.Join(',', Deep.Reverse().Select(ou => $"ou={ou}"))},{PeopleBase}", "deep", ["everyone"]),
        new OddPerson("in64", $"uid=in64,{PeopleBase}", "In 64", [.. Numbered(64)]),
        new OddPerson("in1000", $"uid=in1000,{PeopleBase}", "In 1,000", [.. Numbered(1000)]),
        new OddPerson("in0", $"uid=in0,{PeopleBase}", "In none", []),
    ];

    /// <summary>The person with this login.</summary>
    public OddPerson this[string login] => People.Single(person => person.Login == login);

    /// <summary>It as a part of a server's plan.</summary>
    public SlapdSuffix AsSuffix => new(Suffix, Write) { MemberOfClass = "groupOfNames" };

    /// <summary>DN of a group.</summary>
    public static string GroupDn(string name) => $"cn={Ldif.Escape(name)},{GroupsBase}";

    private static IEnumerable<string> Numbered(int count) => Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i:0000}"));

    private void Write(TextWriter to)
    {
        Ldif.Root(to, Suffix, "Odd");
        foreach (var branch in (string[])["people", "groups"]) Ldif.Branch(to, branch, Suffix);
        var under = PeopleBase;
        foreach (var branch in Deep)
        {
            Ldif.Branch(to, branch, under);
            under = $"ou={branch},{under}";
        }
        foreach (var person in People)
        {
            Ldif.Entry(to, person.Dn, ["objectClass: inetOrgPerson", $"uid: {person.Login}", $"cn: {person.Name}", $"sn: {person.Login}",
                $"userPassword: {TownspeopleLdif.Ssha(person.Password)}", .. person.Groups.Select(group => $"memberOf: {GroupDn(group)}")]);
        }
        foreach (var group in People.SelectMany(person => person.Groups).Distinct())
            Ldif.Entry(to, GroupDn(group), ["objectClass: groupOfNames", $"cn: {group}", .. People.Where(person => person.Groups.Contains(group)).Select(person => $"member: {person.Dn}")]);
    }
}

/// <summary>Someone with an odd name.</summary>
/// <param name="Login">Their <c>uid</c>; some hold letters that filters mean otherwise.</param>
/// <param name="Dn">Their entry, escaped by RFC 4514 as it was loaded; a server may answer with another spelling of the same.</param>
/// <param name="Name">Their cn as it is.</param>
/// <param name="Groups">Names of the groups that they are in directly, as they are.</param>
public sealed record OddPerson(string Login, string Dn, string Name, ImmutableArray<string> Groups)
{
    /// <summary>Random, made for this run.</summary>
    public string Password { get; } = Townspeople.NewPassword();

    /// <summary>Everything but the password.</summary>
    public override string ToString() => Login;
}
