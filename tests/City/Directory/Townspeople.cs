using System.Security.Cryptography;

namespace VdiBroker.City.Directory;

/// <summary>The people of a directory and where they live in it. Names are the same in every run, passwords never.</summary>
public sealed class Townspeople
{
    /// <summary>Suffix of the city's directory.</summary>
    public const string DefaultSuffix = "dc=agglo,dc=test";

    private const string Small = "abcdefghijkmnpqrstuvwxyz";
    private const string Capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const string Digits = "23456789";

    private readonly Dictionary<string, Townsperson> _byLogin;

    private Townspeople(string suffix, IReadOnlyList<Townsperson> everybody)
    {
        Suffix = suffix;
        Everybody = everybody;
        _byLogin = everybody.ToDictionary(person => person.Login, StringComparer.Ordinal);
    }

    /// <summary>Suffix of the directory.</summary>
    public string Suffix { get; }

    /// <summary>All of them, in the order of the towns, the extra people last.</summary>
    public IReadOnlyList<Townsperson> Everybody { get; }

    /// <summary>Ids of the bodies that have people here.</summary>
    public IReadOnlyList<string> Tenants => [.. Everybody.Select(person => person.Tenant).Distinct()];

    /// <summary>Amélie Durand of Drancy, whom the stories are about.</summary>
    public Townsperson Amelie => this["amelie.durand"];

    /// <summary>The person with this login.</summary>
    /// <exception cref="KeyNotFoundException">Nobody has it.</exception>
    public Townsperson this[string login] => _byLogin[login];

    /// <summary>Where everybody is: <c>ou=people,…</c>.</summary>
    public string PeopleBase => $"ou=people,{Suffix}";

    /// <summary>Where all tenants' groups are: <c>ou=groups,…</c>.</summary>
    public string GroupsBase => $"ou=groups,{Suffix}";

    /// <summary>The branch with the people of one tenant.</summary>
    public string PeopleOf(string tenant) => $"ou={tenant},{PeopleBase}";

    /// <summary>The branch with the groups of one tenant.</summary>
    public string GroupsOf(string tenant) => $"ou={tenant},{GroupsBase}";

    /// <summary>Makes the people of the four bodies.</summary>
    /// <param name="extra">How many generated people to add (<c>agent.00001</c> …, in turn to each body, group <c>agents</c>), for benches.</param>
    /// <param name="suffix">Suffix of their directory.</param>
    /// <param name="tenants">The bodies wanted; none = all four.</param>
    public static Townspeople Make(int extra = 0, string suffix = DefaultSuffix, params string[] tenants)
    {
        var bodies = TownspeopleList.Bodies.Where(body => tenants.Length == 0 || tenants.Contains(body.Tenant)).ToArray();
        var everybody = new List<Townsperson>();
        foreach (var (tenant, people) in bodies)
        {
            foreach (var line in people.Split('\n'))
            {
                var (name, groups) = (line.Split(':')[0].Split('|'), line.Split(':')[1]);
                Add(tenant, name[0], name[1], groups.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }
        everybody.AddRange(Generated(extra, "agents", [.. bodies.Select(body => body.Tenant)], suffix, everybody.Count));
        return new Townspeople(suffix, everybody);

        void Add(string tenant, string first, string last, string[] groups) => everybody.Add(Person(tenant, first, last, groups, suffix, everybody.Count));
    }

    /// <summary>Generated people alone, in turn to each of any bodies.</summary>
    /// <param name="count">How many.</param>
    /// <param name="group">Their one group in each body.</param>
    /// <param name="tenants">The bodies.</param>
    public static Townspeople Generate(int count, string group, IReadOnlyList<string> tenants) => new(DefaultSuffix, [.. Generated(count, group, tenants, DefaultSuffix, 0)]);

    private static IEnumerable<Townsperson> Generated(int count, string group, IReadOnlyList<string> tenants, string suffix, int before) =>
        Enumerable.Range(0, count).Select(i => Person(tenants[i % tenants.Count], "Agent", $"{i + 1:00000}", [group], suffix, before + i));

    private static Townsperson Person(string tenant, string first, string last, string[] groups, string suffix, int number)
    {
        var login = $"{Ascii(first)}.{Ascii(last)}";
        // Two entries are named by cn, with a comma in it, as older directories do: a DN must never be guessed from a login.
        var name = last is "Cœur" or "Le Goff" ? $"cn={last}\\, {first}" : $"uid={login}";
        return new Townsperson(tenant, login, $"{first} {last}", NewPassword(), groups) { Dn = $"{name},ou={tenant},ou=people,{suffix}", UidNumber = 20000 + number };
    }

    /// <summary>A password of 14 characters that can be typed from a sheet of paper (no 0/O, 1/l/I), of small letters, capitals and digits: policies ask for three kinds.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(Small + Capitals + Digits, 11)
        + RandomNumberGenerator.GetString(Small, 1) + RandomNumberGenerator.GetString(Capitals, 1) + RandomNumberGenerator.GetString(Digits, 1);

    // By hand: programs here run without culture tables, where String.Normalize knows ASCII only.
    private static string Ascii(string name) => string.Concat(name.ToLowerInvariant().Select(letter => letter switch
    {
        'à' or 'â' => "a",
        'ç' => "c",
        'é' or 'è' or 'ê' or 'ë' => "e",
        'î' or 'ï' => "i",
        'ñ' => "n",
        'ô' or 'ö' => "o",
        'ù' or 'û' or 'ü' => "u",
        'ÿ' => "y",
        'œ' => "oe",
        ' ' or '\'' => "",
        _ => letter.ToString(),
    }));
}
