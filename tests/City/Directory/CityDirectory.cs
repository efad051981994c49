using System.Collections.Immutable;

namespace VdiBroker.City.Directory;

/// <summary>What the demo city's directory has beside people and their groups: groups in groups, and somebody who must change their password.</summary>
public static class CityDirectory
{
    /// <summary>Login of who must change the password that an administrator gave.</summary>
    public const string Newcomer = "chloe.evrard";

    /// <summary>The group whose members are groups: it gives the right to a desktop, and nobody is in it by name.</summary>
    public const string Services = "services";

    /// <summary>The group of people below <see cref="Services"/>, two steps down.</summary>
    public const string Reception = "accueil";

    private const string Between = "guichets";

    /// <summary>The server: its policy lets the broker's own lockout (5 tries) come first, else the directory would lock everywhere.</summary>
    public static SlapdPlan Plan(string folder, string address, DirectoryTls tls) => new(folder, address, Townspeople.Make(), tls)
    {
        Policies = [PasswordPolicy.Default with { MaxFailures = 12 }, PasswordPolicy.MustChange],
        PolicyOf = new Dictionary<string, string> { [Newcomer] = PasswordPolicy.MustChange.Name }.ToImmutableDictionary(),
    };

    /// <summary>What only a running server takes.</summary>
    public static async Task FinishAsync(Slapd slapd)
    {
        var people = slapd.People;
        var groups = people.Tenants.Select(tenant => people.GroupsOf(tenant)).SelectMany(under => (string[])[Group(Between, Reception, under), Group(Services, Between, under)]);
        await slapd.Accounts.ChangeAsync(string.Join('\n', groups));
        await slapd.Accounts.MustChangeAsync(people[Newcomer].Dn);
    }

    private static string Group(string name, string member, string under) =>
        $"dn: cn={name},{under}\nchangetype: add\nobjectClass: groupOfNames\ncn: {name}\nmember: cn={member},{under}\n";
}
