using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Directory;
using VdiBroker.Profiles;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary>Everything about one person, from everywhere.</summary>
/// <param name="Person">From the directory.</param>
/// <param name="Facts">Where in the directory.</param>
/// <param name="Rules">Who may open what, by the city file.</param>
/// <param name="Settings">Merged.</param>
/// <param name="Desktops">From the store.</param>
internal sealed record PersonReport(DirectoryPerson Person, PersonFacts Facts, PeopleRules Rules, MergedSettings Settings, IReadOnlyList<Session> Desktops);

/// <summary>The answer of <c>broker whois</c>.</summary>
/// <param name="Known">Whoever bears the name, one for each tenant at most.</param>
/// <param name="Unasked">Directories that could not be asked, with the cause.</param>
/// <param name="Language">Of the settings' reasons.</param>
internal sealed record ShownPerson(IReadOnlyList<PersonReport> Known, IReadOnlyList<string> Unasked, string Language)
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people.</summary>
    public string Text()
    {
        var lines = new List<string>();
        foreach (var one in Known) Write(lines, one);
        if (Known.Count == 0) lines.Add("nobody of that name is in the directories that could be asked, or several are");
        foreach (var cause in Unasked) lines.Add($"could not be asked: {cause}");
        return string.Join('\n', lines.Select(Printable.Of));
    }

    /// <summary>For programs.</summary>
    public string Json() => new JsonObject
    {
        ["people"] = new JsonArray([.. Known.Select(one => (JsonNode)Json(one))]),
        ["notAsked"] = new JsonArray([.. Unasked.Select(cause => (JsonNode)cause)]),
    }.ToJsonString(_readable);

    private void Write(List<string> lines, PersonReport one)
    {
        var (person, facts) = (one.Person, one.Facts);
        lines.Add($"{person.Id}: {person.DisplayName}");
        lines.Add($"  tenant   {person.Tenant}, {one.Rules.Tenants.Tenants[person.Tenant].Name}");
        lines.Add($"  entry    {facts.Entry} (directory {facts.Directory})");
        lines.Add($"  account  {person.Account} on the hosts, login {person.Login}");
        foreach (var (name, value) in facts.State.OrderBy(pair => pair.Key, StringComparer.Ordinal)) lines.Add($"  state    {name}: {value} (from the entry)");
        lines.Add($"  groups   {(facts.Groups.IsEmpty ? "none that count for this tenant" : "")}".TrimEnd());
        foreach (var walked in facts.Groups) lines.Add($"    {walked.Group.Name}{Path(walked)}");
        if (facts.Cut != GroupsCut.None) lines.Add($"    … and more: the walk was cut ({facts.Cut}), see max_depth and max_count");
        lines.Add($"  pools    {(one.Rules.PoolsOf(person).IsEmpty ? "none: no entitlement names one of these groups" : "")}".TrimEnd());
        foreach (var pool in one.Rules.PoolsOf(person)) lines.Add($"    {pool}, by {string.Join(", ", Reasons(one, pool).Select(group => $"group {group}"))}");
        lines.Add("  settings");
        foreach (var value in one.Settings.Values) lines.Add($"    {Explanation.Sentence(value, Language, Reader.Operator)}");
        lines.Add($"  desktops {(one.Desktops.Count == 0 ? "none" : "")}".TrimEnd());
        foreach (var session in one.Desktops) lines.Add(string.Create(CultureInfo.InvariantCulture, $"    {session.Pool} on {session.Host}: {session.Phase.ToString().ToLowerInvariant()}, last at station {session.Station} (session {session.Id})"));
    }

    private static string Path(WalkedGroup walked) => walked.Via is null ? "" : $", because {string.Join(" is in ", walked.Path)}";

    private static IEnumerable<string> Reasons(PersonReport one, Kernel.PoolId pool) =>
        one.Rules.Pools.Entitlements.Where(rule => rule.Tenant == one.Person.Tenant && rule.Pools.Contains(pool) && one.Person.IsIn(rule.Group)).Select(rule => rule.Group).Distinct(StringComparer.OrdinalIgnoreCase);

    private JsonObject Json(PersonReport one) => new()
    {
        ["person"] = one.Person.Id.Value,
        ["tenant"] = one.Person.Tenant.Value,
        ["name"] = one.Person.DisplayName,
        ["directory"] = one.Facts.Directory,
        ["entry"] = one.Facts.Entry,
        ["login"] = one.Person.Login,
        ["account"] = one.Person.Account,
        ["state"] = new JsonObject(one.Facts.State.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        ["groups"] = new JsonArray([.. one.Facts.Groups.Select(walked => (JsonNode)new JsonObject { ["name"] = walked.Group.Name, ["path"] = new JsonArray([.. walked.Path.Select(step => (JsonNode)step)]) })]),
        ["groupsCut"] = one.Facts.Cut.ToString(),
        ["pools"] = new JsonArray([.. one.Rules.PoolsOf(one.Person).Select(pool => (JsonNode)new JsonObject { ["pool"] = pool.Value, ["groups"] = new JsonArray([.. Reasons(one, pool).Select(group => (JsonNode)group)]) })]),
        ["settings"] = new JsonArray([.. one.Settings.Values.Select(value => (JsonNode)new JsonObject { ["name"] = value.Setting.Name, ["value"] = value.Value, ["why"] = Explanation.Sentence(value, Language, Reader.Operator) })]),
        ["desktops"] = new JsonArray([.. one.Desktops.Select(session => (JsonNode)new JsonObject { ["session"] = session.Id.Value, ["pool"] = session.Pool.Value, ["host"] = session.Host.Value, ["phase"] = session.Phase.ToString(), ["station"] = session.Station.Value })]),
    };
}
