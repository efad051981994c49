using System.Collections.Immutable;

namespace VdiBroker.City.Directory;

/// <summary>A well-known test directory that was not made here (<c>Public/README.md</c>). Loaded beside the city's (<see cref="SlapdPlan.Further"/>).</summary>
/// <param name="Suffix">Its suffix.</param>
/// <param name="PeopleBase">Where its people are, and its groups too.</param>
/// <param name="People">Everybody in it, as published.</param>
public sealed record PublicTown(string Suffix, string PeopleBase, ImmutableArray<PublicPerson> People)
{
    private const string Crew = "ou=people,dc=planetexpress,dc=com";
    private const string Example = "dc=example,dc=com";

    /// <summary>People named by cn; groups of class <c>group</c> (member, and memberOf on the people) among them.</summary>
    public static PublicTown PlanetExpress { get; } = new("dc=planetexpress,dc=com", Crew,
    [
        new("professor", $"cn=Hubert J. Farnsworth,{Crew}", "professor", ["admin_staff"]),
        new("hermes", $"cn=Hermes Conrad,{Crew}", "hermes", ["admin_staff"]),
        new("leela", $"cn=Turanga Leela,{Crew}", "leela", ["ship_crew"]),
        new("fry", $"cn=Philip J. Fry,{Crew}", "fry", ["ship_crew"]),
        new("bender", $"cn=Bender Bending Rodríguez,{Crew}", "bender", ["ship_crew"]),
        new("zoidberg", $"cn=John A. Zoidberg,{Crew}", "zoidberg", []),
        new("amy", $"cn=Amy Wong+sn=Kroker,{Crew}", "amy", []),
    ])
    {
        File = "planetexpress.ldif",
        GroupClass = "group",
    };

    /// <summary>People directly below the suffix; groups of class groupOfUniqueNames, whose cn is the name with a capital and whose RDN is ou.</summary>
    public static PublicTown Forumsys { get; } = new(Example, Example,
    [
        .. Of("Mathematicians", "euclid", "riemann", "euler", "gauss", "test"), .. Of("Scientists", "einstein", "galieleo", "newton", "training"),
        .. Of("Chemists", "curie", "boyle", "nobel", "pasteur"),
        new("tesla", $"uid=tesla,{Example}", "password", ["Italians", "Scientists"]), new("nogroup", $"uid=nogroup,{Example}", "password", []),
    ])
    {
        File = "forumsys.ldif",
    };

    /// <summary>It as a part of a server's plan.</summary>
    public SlapdSuffix AsSuffix => new(Suffix, to => to.Write(System.IO.File.ReadAllText(Path.Combine(Folder, File))))
    {
        Schemas = [Path.Combine(Folder, "ad-group.schema")],
        MemberOfClass = GroupClass,
    };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Directory", "Public");

    private string File { get; init; } = "";

    private string? GroupClass { get; init; }

    /// <summary>The person with this login.</summary>
    public PublicPerson this[string login] => People.Single(person => person.Login == login);

    private static IEnumerable<PublicPerson> Of(string group, params string[] logins) =>
        logins.Select(login => new PublicPerson(login, $"uid={login},{Example}", "password", [group]));
}

/// <summary>Someone in a public directory.</summary>
/// <param name="Login">Their uid.</param>
/// <param name="Dn">Their entry.</param>
/// <param name="Password">As published.</param>
/// <param name="Groups">cn of their groups, in alphabetical order.</param>
public sealed record PublicPerson(string Login, string Dn, string Password, ImmutableArray<string> Groups);
