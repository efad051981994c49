using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>The declared directories and where each tenant's people are: the sections <c>directories</c> and <c>tenants</c> of the city file.</summary>
internal sealed record DirectoryCatalogue(ImmutableArray<DirectoryOptions> Directories, ImmutableArray<TenantBranch> Branches)
{
    private readonly TenantNames _names = TenantNames.Make(Branches);

    /// <summary>The tenant whose station it is; null = nobody's in particular.</summary>
    public TenantId? TenantOf(StationId station) => _names.TenantOf(station);

    /// <summary>
    /// How old the rights of a sign-in may be. Half of the age that the city allows: what the directory said of groups in groups may be as old as the other half.
    /// </summary>
    public TimeSpan RightsAge(TenantId tenant)
    {
        var directory = Directories.First(one => one.Id == Branches.First(branch => branch.Tenant == tenant).Directory);
        return (directory.Views.GetValueOrDefault(tenant)?.Groups ?? directory.Groups).MaxAge / 2;
    }

    /// <summary>Reads the two sections; faults go to the document.</summary>
    public static DirectoryCatalogue Read(CityDocument city)
    {
        var directories = new List<DirectoryOptions>();
        foreach (var map in city.Root.Maps("directories"))
        {
            var directory = DirectorySection.Read(map);
            if (directories.Any(other => other.Id == directory.Id)) map.Fault("id", $"there are two directories '{directory.Id}'");
            directories.Add(directory);
        }
        var branches = new List<TenantBranch>();
        foreach (var map in city.Root.Maps("tenants"))
        {
            var branch = ReadBranch(map, directories);
            CheckPlace(map, branch, directories, branches);
            CheckNames(map, branch, branches);
            branches.Add(branch);
        }
        return new DirectoryCatalogue([.. directories], [.. branches]);
    }

    private static TenantBranch ReadBranch(CityMap map, List<DirectoryOptions> directories)
    {
        // 'id' and 'name' are read by the tenancy room, 'limited' by the reader of its own; naming them here makes them known to this map.
        var tenant = new TenantId(map.TextOr("id", "")!);
        _ = map.TextOr("name", null);
        _ = map.Map("limited", mayBeMissing: true);
        var id = map.Id("directory");
        var directory = directories.Find(d => d.Id == id);
        if (id.Length > 0 && directory is null)
            map.Fault("directory", $"there is no directory '{id}' (directories: {string.Join(", ", directories.Select(d => d.Id))})");
        var view = ReadView(map, tenant, directory, directories);
        var (people, groups) = (view?.People.Base ?? directory?.People.Base ?? "", view?.Groups.Base ?? directory?.Groups.Base ?? "");
        var branch = new TenantBranch(tenant, id, map.Has("people_under") ? ViewSection.Dn(map, "people_under") : map.TextOr("people_under", people)!)
        {
            GroupsUnder = map.Has("groups_under") ? ViewSection.Dn(map, "groups_under") : map.TextOr("groups_under", null),
            PeopleBase = people == directory?.People.Base ? null : people,
            GroupsBase = groups == directory?.Groups.Base ? null : groups,
            Words = [.. map.Texts("suffixes", mayBeMissing: true), .. map.Texts("prefixes", mayBeMissing: true)],
            Stations = [.. map.StationPatterns("stations", mayBeMissing: true)],
        };
        map.Close();
        return branch;
    }

    // A tenant's own 'people' and 'groups' go to its directory, which searches with them.
    private static TenantView? ReadView(CityMap map, TenantId tenant, DirectoryOptions? directory, List<DirectoryOptions> directories)
    {
        if (directory is null || !(map.Has("people") || map.Has("groups")))
        {
            _ = (map.Map("people", mayBeMissing: true), map.Map("groups", mayBeMissing: true));
            return null;
        }
        var view = new TenantView(
            ViewSection.People(map.Map("people", mayBeMissing: true), directory.People), ViewSection.Groups(map.Map("groups", mayBeMissing: true), directory.Groups));
        directories[directories.IndexOf(directory)] = directory with { Views = directory.Views.SetItem(tenant, view) };
        return view;
    }

    // People outside their base could never sign in, and two tenants in one branch would be one, unless each says which entries are its own.
    private static void CheckPlace(CityMap map, TenantBranch branch, List<DirectoryOptions> directories, List<TenantBranch> others)
    {
        if (DistinguishedName.Parse(branch.PeopleUnder) is not { } people || directories.Find(d => d.Id == branch.Directory) is not { } directory) return;
        var root = branch.PeopleBase ?? directory.People.Base;
        if (DistinguishedName.Parse(root) is { } place && !people.IsIn(place))
            map.Fault("people_under", $"'{branch.PeopleUnder}' is not at or below the directory's people base '{root}'");
        if (others.Find(other => IsTwin(other)) is { } twin)
            map.Fault("people_under", $"'{branch.PeopleUnder}' is the branch of tenant '{twin.Tenant}' already, and nothing tells their people apart: give each a 'people_under', or a 'people: {{ filter }}' of its own");

        bool IsTwin(TenantBranch other) => other.Directory == branch.Directory && people.Equals(DistinguishedName.Parse(other.PeopleUnder)) && FilterOf(other) == FilterOf(branch);
        string FilterOf(TenantBranch one) => directory.Views.TryGetValue(one.Tenant, out var view) ? view.People.Filter : directory.People.Filter;
    }

    // A word or a pattern that two tenants have would mean the first of them.
    private static void CheckNames(CityMap map, TenantBranch branch, List<TenantBranch> others)
    {
        foreach (var pattern in branch.Stations)
        {
            if (others.Find(other => other.Stations.Contains(pattern)) is { } twin) map.Fault("stations", $"'{pattern}' are stations of tenant '{twin.Tenant}' already");
        }
        foreach (var word in branch.Words)
        {
            if (TextForms.Fold(word).Length == 0 || word.AsSpan().IndexOfAny('@', '\\') >= 0)
                map.Fault("suffixes", $"'{word}' must be what people type behind the @ or before the \\ of a login, without that sign");
            if (others.Find(other => Words(other).Contains(TextForms.Fold(word))) is { } twin)
                map.Fault("suffixes", $"'{word}' means tenant '{twin.Tenant}' already");
        }
    }

    private static IEnumerable<string> Words(TenantBranch branch) => branch.Words.Append(branch.Tenant.Value).Select(TextForms.Fold);
}
