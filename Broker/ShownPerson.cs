using System.Globalization;
using System.Text;
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
        var text = new StringBuilder();
        foreach (var one in Known) Write(text, one);
        if (Known.Count == 0) text.AppendLine("nobody of that name is in the directories that could be asked, or several are");
        foreach (var cause in Unasked) text.AppendLine($"could not be asked: {cause}");
        return string.Join('\n', text.ToString().TrimEnd().Split('\n').Select(Printable.Of));
    }

    /// <summary>For programs.</summary>
    public string Json() => new JsonObject
    {
        ["people"] = new JsonArray([.. Known.Select(one => (JsonNode)Json(one))]),
        ["notAsked"] = new JsonArray([.. Unasked.Select(cause => (JsonNode)cause)]),
    }.ToJsonString(_readable);

    private void Write(StringBuilder text, PersonReport one)
    {
        var (person, facts) = (one.Person, one.Facts);
        text.AppendLine($"{person.Id}: {person.DisplayName}");
        text.AppendLine($"  tenant   {person.Tenant}, {one.Rules.Tenants.Tenants[person.Tenant].Name}");
        text.AppendLine($"  entry    {facts.Entry} (directory {facts.Directory})");
        text.AppendLine($"  account  {person.Account} on the hosts, login {person.Login}");
        foreach (var (name, value) in facts.State.OrderBy(pair => pair.Key, StringComparer.Ordinal)) text.AppendLine($"  state    {name}: {value} (from the entry)");
        text.AppendLine($"  groups   {(facts.Groups.IsEmpty ? "none that count for this tenant" : "")}".TrimEnd());
        foreach (var walked in facts.Groups) text.AppendLine($"    {walked.Group.Name}{Path(walked)}");
        if (facts.Cut != GroupsCut.None) text.AppendLine($"    … and more: the walk was cut ({facts.Cut}), see max_depth and max_count");
        text.AppendLine($"  pools    {(one.Rules.PoolsOf(person).IsEmpty ? "none: no entitlement names one of these groups" : "")}".TrimEnd());
        foreach (var pool in one.Rules.PoolsOf(person)) text.AppendLine($"    {pool}, by {string.Join(", ", Reasons(one, pool).Select(group => $"group {group}"))}");
        text.AppendLine("  settings");
        foreach (var value in one.Settings.Values) text.AppendLine($"    {Explanation.Sentence(value, Language, Reader.Operator)}");
        text.AppendLine($"  desktops {(one.Desktops.Count == 0 ? "none" : "")}".TrimEnd());
        foreach (var session in one.Desktops) text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"    {session.Pool} on {session.Host}: {session.Phase.ToString().ToLowerInvariant()}, last at station {session.Station} (session {session.Id})"));
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
