using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>The declared directories and where each tenant's people are: the sections <c>directories</c> and <c>tenants</c> of the city file.</summary>
internal sealed record DirectoryCatalogue(ImmutableArray<DirectoryOptions> Directories, ImmutableArray<TenantBranch> Branches)
{
    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static DirectoryCatalogue Read(CityDocument city)
    {
        var directories = new List<DirectoryOptions>();
        foreach (var map in city.Root.Maps("directories"))
        {
            var directory = ReadDirectory(map);
            if (directories.Any(other => other.Id == directory.Id)) map.Fault("id", $"there are two directories '{directory.Id}'");
            directories.Add(directory);
        }
        var branches = new List<TenantBranch>();
        foreach (var map in city.Root.Maps("tenants"))
        {
            var branch = ReadBranch(map, directories);
            CheckPlace(map, branch, directories, branches);
            branches.Add(branch);
        }
        return new DirectoryCatalogue([.. directories], [.. branches]);
    }

    private static DirectoryOptions ReadDirectory(CityMap map)
    {
        var people = map.Map("people");
        var groups = map.Map("groups");
        var directory = new DirectoryOptions
        {
            Id = map.Id("id"),
            Servers = [.. map.Texts("servers").Select(text => Server(map, text)).OfType<Uri>()],
            CaFile = map.File("ca"),
            BindDn = Dn(map, "bind_dn"),
            BindPasswordFile = map.File("bind_password_file"),
            People = new PeopleOptions(Dn(people, "base"), Filter(people), people.TextOr("login", "uid")!, people.TextOr("name", "cn")!),
            Groups = new GroupsOptions(Dn(groups, "base"), groups.TextOr("name", "cn")!),
            Deadline = map.Time("deadline", TimeSpan.FromSeconds(3)),
            Connections = map.Number("connections", 1, 64, 4),
        };
        if (directory.Deadline < _shortest || directory.Deadline > _longest) map.Fault("deadline", $"'deadline' must be from 100ms to 30s");
        people.Close();
        groups.Close();
        map.Close();
        return directory;
    }

    private static TenantBranch ReadBranch(CityMap map, List<DirectoryOptions> directories)
    {
        // 'id' and 'name' are read by the tenancy room, 'limited' by the reader of its own; naming them here makes them known to this map.
        var tenant = new TenantId(map.TextOr("id", "")!);
        _ = map.TextOr("name", null);
        _ = map.Map("limited", mayBeMissing: true);
        var directory = map.Id("directory");
        if (directory.Length > 0 && directories.All(d => d.Id != directory))
            map.Fault("directory", $"there is no directory '{directory}' (directories: {string.Join(", ", directories.Select(d => d.Id))})");
        var branch = new TenantBranch(tenant, directory, Dn(map, "people_under")) { GroupsUnder = map.Has("groups_under") ? Dn(map, "groups_under") : null };
        map.Close();
        return branch;
    }

    // People outside their directory's base could never sign in, and two tenants in one branch would be one.
    private static void CheckPlace(CityMap map, TenantBranch branch, List<DirectoryOptions> directories, List<TenantBranch> others)
    {
        if (DistinguishedName.Parse(branch.PeopleUnder) is not { } people || directories.Find(d => d.Id == branch.Directory) is not { } directory) return;
        if (DistinguishedName.Parse(directory.People.Base) is { } root && !people.IsIn(root))
            map.Fault("people_under", $"'{branch.PeopleUnder}' is not at or below the directory's people base '{directory.People.Base}'");
        if (others.Find(other => other.Directory == branch.Directory && people.Equals(DistinguishedName.Parse(other.PeopleUnder))) is { } twin)
            map.Fault("people_under", $"'{branch.PeopleUnder}' is the branch of tenant '{twin.Tenant}' already");
    }

    private static string Filter(CityMap map)
    {
        var text = map.TextOr("filter", "(objectClass=inetOrgPerson)")!;
        var depth = 0;
        var closedEarly = false;
        foreach (var (c, index) in text.Select((c, index) => (c, index)))
        {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            closedEarly |= depth <= 0 && index < text.Length - 1;
        }
        if (!text.StartsWith('(') || depth != 0 || closedEarly) map.Fault("filter", $"'filter: {text}' is not a filter such as (objectClass=inetOrgPerson): its brackets do not match");
        return text;
    }

    private static Uri? Server(CityMap map, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var server) && server is { Scheme: "ldaps", Host.Length: > 0 }) return server;
        map.Fault("servers", $"'{text}' must be ldaps://host:port: a password goes to a directory by ldaps only");
        return null;
    }

    private static string Dn(CityMap map, string key)
    {
        var text = map.Text(key);
        if (text.Length > 0 && DistinguishedName.Parse(text) is null) map.Fault(key, $"'{key}: {text}' is not a DN such as ou=people,dc=city,dc=example");
        return text;
    }
}
