using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>
/// A directory of a big body, <c>dc=large,dc=test</c>: people flat below <c>ou=people</c>, each in two groups of their own, groups nested in
/// chains of twelve, the first chain closed to a ring, one group with a fifth of all people. Loaded once, offline, into a folder that one
/// server after the other may use. Content is the same each time; the one password of everybody is not.
/// </summary>
public sealed class LargeTown
{
    /// <summary>Its suffix.</summary>
    public const string Suffix = "dc=large,dc=test";

    /// <summary>How many groups are in a chain: the one at its end is 12 deep.</summary>
    public const int Depth = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    private readonly string _folder;

    private LargeTown(string folder, int people, int groups)
    {
        _folder = folder;
        (People, Groups) = (people, groups);
    }

    /// <summary>How many people, numbered from 0.</summary>
    public int People { get; }

    /// <summary>How many groups in chains, numbered from 0; beside them there is <see cref="CrowdDn"/>.</summary>
    public int Groups { get; }

    /// <summary>Everybody's password.</summary>
    public string Password { get; } = Townspeople.NewPassword();

    /// <summary>How long making the LDIF and loading it took.</summary>
    public TimeSpan Took { get; private set; }

    /// <summary>Name of the group of every fifth person.</summary>
    public const string Crowd = "crowd";

    /// <summary>That group's entry.</summary>
    public static string CrowdDn => $"cn={Crowd},ou=groups,{Suffix}";

    /// <summary>It as a part of a server's plan.</summary>
    public SlapdSuffix AsSuffix => new(Suffix, Write) { MemberOfClass = "groupOfNames", LoadedFolder = _folder };

    /// <summary>Login of a person: <c>p00000</c> …</summary>
    public static string Login(int person) => string.Create(CultureInfo.InvariantCulture, $"p{person:00000}");

    /// <summary>A person's entry.</summary>
    public static string Dn(int person) => $"uid={Login(person)},ou=people,{Suffix}";

    /// <summary>Name of a group: <c>g0000</c> …</summary>
    public static string GroupName(int group) => string.Create(CultureInfo.InvariantCulture, $"g{group:0000}");

    /// <summary>A group's entry.</summary>
    public static string GroupDn(int group) => $"cn={GroupName(group)},ou=groups,{Suffix}";

    /// <summary>Makes and loads it.</summary>
    /// <param name="folder">Takes the database; absent or empty; becomes searchable for others, as those above it must be already.</param>
    /// <param name="people">How many people.</param>
    /// <param name="groups">How many groups, a multiple of <see cref="Depth"/> or the last chain is shorter.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<LargeTown> LoadAsync(string folder, int people = 100_000, int groups = 2_000, CancellationToken cancel = default)
    {
        var clock = Stopwatch.StartNew();
        var town = new LargeTown(Path.Combine(folder, "large"), people, groups);
        System.IO.Directory.CreateDirectory(town._folder);
        if (Environment.IsPrivilegedProcess) new DirectoryInfo(folder).UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var (ldif, configuration) = (Path.Combine(folder, "large.ldif"), Path.Combine(folder, "large.conf"));
        await using (var to = new StreamWriter(ldif)) town.Write(to);
        await File.WriteAllTextAsync(configuration, SlapdConfiguration.ForLoading(town.AsSuffix, town._folder), cancel);
        var answer = await Tool.RunAsync("/usr/sbin/slapadd", ["-q", "-f", configuration, "-l", ldif], deadline: Patience, cancel: cancel);
        if (answer.Status != 0) throw new InvalidOperationException($"slapadd ended with status {answer.Status}.\n{answer.Error}");
        File.Delete(ldif);
        town.Took = clock.Elapsed;
        return town;
    }

    /// <summary>The person is in the crowd.</summary>
    public static bool IsInCrowd(int person) => person % 5 == 0;

    /// <summary>The groups in whose entry the person stands, without the crowd.</summary>
    public ImmutableArray<int> GroupsOf(int person) => [.. new[] { person % Groups, (int)((person * 7L + 3) % Groups) }.Distinct().Order()];

    /// <summary>All groups that the person is in, through others too: up the chain, round the ring; without the crowd.</summary>
    public ImmutableArray<int> AllGroupsOf(int person) =>
        [.. GroupsOf(person).SelectMany(group => group < Depth ? Enumerable.Range(0, Math.Min(Depth, Groups)) : Enumerable.Range(group - group % Depth, group % Depth + 1)).Distinct().Order()];

    // The group in whose entry a group stands: the one before it in its chain; the first of the ring stands in the last.
    private int? Above(int group) => group % Depth > 0 ? group - 1 : group == 0 && Groups >= Depth ? Depth - 1 : null;

    private void Write(TextWriter to)
    {
        Ldif.Root(to, Suffix, "Grande Agglomération");
        foreach (var branch in (string[])["people", "groups"]) Ldif.Branch(to, branch, Suffix);
        var hash = TownspeopleLdif.Ssha(Password);
        var members = Enumerable.Range(0, Groups).Select(_ => new List<string>()).ToArray();
        for (var i = 0; i < People; i++)
        {
            var (login, number) = (Login(i), string.Create(CultureInfo.InvariantCulture, $"{100_000 + i}"));
            foreach (var group in GroupsOf(i)) members[group].Add(Dn(i));
            Ldif.Entry(to, Dn(i),
            [
                "objectClass: inetOrgPerson", "objectClass: posixAccount", $"uid: {login}", $"cn: Personne {login}", $"sn: {login}", $"mail: {login}@large.test",
                $"uidNumber: {number}", "gidNumber: 100000", $"homeDirectory: /home/{login}", $"userPassword: {hash}",
                .. GroupsOf(i).Select(group => $"memberOf: {GroupDn(group)}"), .. IsInCrowd(i) ? (string[])[$"memberOf: {CrowdDn}"] : [],
            ]);
        }
        for (var group = 0; group < Groups; group++)
            if (Above(group) is { } above) members[above].Add(GroupDn(group));
        for (var group = 0; group < Groups; group++)
        {
            Ldif.Entry(to, GroupDn(group), ["objectClass: groupOfNames", $"cn: {GroupName(group)}", .. members[group].Select(member => $"member: {member}"),
                .. Above(group) is { } above ? (string[])[$"memberOf: {GroupDn(above)}"] : []]);
        }
        Ldif.Entry(to, CrowdDn, ["objectClass: groupOfNames", $"cn: {Crowd}", .. Enumerable.Range(0, People).Where(IsInCrowd).Select(i => $"member: {Dn(i)}")]);
    }
}
