using System.Globalization;
using System.Text;
using VdiBroker.City.Directory;

namespace VdiBroker.City;

/// <summary>Writes the city file that an operator would write for a plan.</summary>
internal static class CityYaml
{
    private static readonly (string Id, string Name)[] Tenants =
        [("drancy", "Ville de Drancy"), ("le-bourget", "Ville du Bourget"), ("dugny", "Ville de Dugny"), ("habitat", "Office de l'habitat")];

    /// <summary>Name of the farm: part of every key in Redis.</summary>
    public const string Farm = "seine";

    /// <summary>Who may go on working while the directory is down.</summary>
    public const string LimitedTenant = "dugny";

    /// <summary>Whose members have a right to a desktop, in every tenant.</summary>
    private static readonly string[] Entitled = ["agents", "elus", CityDirectory.Services];

    /// <summary>Whose PCs are not migrated yet.</summary>
    private const string Unmigrated = "stagiaires";

    /// <summary>True when the city file gives the person a desktop.</summary>
    public static bool Entitles(Townsperson person) => Rights(person).Any();

    // By name, or by the groups that this one's groups are in.
    private static IEnumerable<string> Rights(Townsperson person) =>
        Entitled.Intersect(person.Groups.Contains(CityDirectory.Reception) ? person.Groups.Append(CityDirectory.Services) : person.Groups);

    /// <summary>What people type behind the @ for a tenant.</summary>
    public static string Suffix(string tenant) => $"{tenant}.test";

    public static string Of(CityPlan plan, Slapd directory, IReadOnlyList<Slapd> servers, IReadOnlyList<Hosts.Blade> pcs)
    {
        var people = directory.People;
        var tenants = Tenants.Where(tenant => people.Tenants.Contains(tenant.Id)).ToList();
        var yaml = new StringBuilder();
        yaml.Append($$"""
            # The demo city: three towns and a housing office that share one room of session hosts.
            city: {{plan.Name}}
            farm: {{Farm}}
            health: { report_every: {{plan.ReportEvery.TotalMilliseconds:0}}ms, dead_after: {{plan.DeadAfter.TotalMilliseconds:0}}ms }
            directories:
              - id: agglo
                servers: [{{string.Join(", ", servers.Select(server => $"\"{server.LdapsUri}\""))}}]
                ca: "{{directory.CaFile}}"
                bind_dn: "{{directory.BrokerDn}}"
                bind_password_file: "{{directory.BrokerPasswordFile}}"
                people: { base: "{{people.PeopleBase}}", filter: "(objectClass=inetOrgPerson)", login: uid, name: displayName }
                groups: { base: "{{people.GroupsBase}}", name: cn }
                deadline: 3s
                connections: 4
            tenants:

            """);
        foreach (var (id, name) in tenants) yaml.AppendLine($$"""  - { id: {{id}}, name: "{{name}}", directory: agglo, people_under: "{{people.PeopleOf(id)}}", suffixes: ["{{Suffix(id)}}"]{{(id == LimitedTenant ? ", limited: { days: 7 }" : "")}} }""");
        yaml.AppendLine("hosts:");
        foreach (var host in plan.Hosts) yaml.AppendLine($$"""  - { id: {{host.Name}}, address: {{host.Address}}, port: {{Hosts.BladePlan.RdpPort}}, seats: {{host.Seats}} }""");
        yaml.AppendLine($$"""
            pools:
              - id: bureau
                name: { fr: Bureau, en: Desktop }
                hosts: [{{string.Join(", ", plan.Hosts.SkipLast(1).Select(host => host.Name))}}]
              - id: habitat
                name: { fr: "Bureau de l'habitat", en: Housing desktop }
                hosts: [{{plan.Hosts[^1].Name}}]
                # So small that waiting would be for nothing: the story's refusal.
                waiting: { longest: 0s }
            """);
        if (pcs.Count > 0) yaml.AppendLine("""
              - id: mon-pc
                name: { fr: Mon ordinateur, en: My computer }
                kind: fixed
                machines:
            """);
        foreach (var pc in pcs)
            yaml.AppendLine($$"""      - { id: {{pc.Plan.Name}}, address: {{pc.Plan.Address}}, port: {{Hosts.BladePlan.RdpPort}}, certificate: "{{pc.RdpCertificateSha256}}", owner: {{people[pc.Plan.PcOf!].Tenant}}/{{pc.Plan.PcOf}}, name: { fr: "PC de {{people[pc.Plan.PcOf!].DisplayName}}", en: "{{people[pc.Plan.PcOf!].DisplayName}}'s PC" } }""");
        if (plan.EndsSoon) yaml.AppendLine(EndsSoon(plan));
        yaml.AppendLine("entitlements:");
        if (plan.EndsSoon) yaml.AppendLine("""
              - { tenant: le-bourget, group: stagiaires, pools: [bref] }
              - { tenant: dugny, group: stagiaires, pools: [veille] }
              - { tenant: habitat, group: stagiaires, pools: [ferme] }
              - { tenant: habitat, group: gardiens, pools: [partage] }
              - { tenant: drancy, group: eleves, pools: [partage] }
            """);
        foreach (var tenant in pcs.Select(pc => people[pc.Plan.PcOf!].Tenant).Distinct()) yaml.AppendLine($$"""  - { tenant: {{tenant}}, group: {{Unmigrated}}, pools: [mon-pc] }""");
        foreach (var (id, group) in tenants.SelectMany(tenant => Entitled.Select(group => (tenant.Id, group))).Where(right => people.Everybody.Any(person => person.Tenant == right.Id && Rights(person).Contains(right.group))))
            yaml.AppendLine($$"""  - { tenant: {{id}}, group: {{group}}, pools: [{{(id == "habitat" ? "habitat" : "bureau")}}] }""");
        yaml.AppendLine("profiles:");
        foreach (var (id, _) in tenants) yaml.AppendLine($$"""  - { tenant: {{id}}, keyboard: fr, language: fr, screen: full }""");
        if (plan.EndsSoon) yaml.AppendLine(Closed());
        return yaml.ToString();
    }

    // Between two warnings of idleness lies more than the agent's 5 s between two questions: a touch is heard of before the next one is due.
    private static string EndsSoon(CityPlan plan) => $$"""
          - { id: bref, name: { fr: Bref, en: Short }, hosts: [{{plan.Hosts[0].Name}}], limits: { longest: 20s, warn: 10s, extend: 12s, extensions: 1 } }
          - { id: veille, name: { fr: Veille, en: Awake }, hosts: [{{plan.Hosts[0].Name}}], limits: { idle: 18s, warn: 9s } }
          - { id: ferme, name: { fr: Fermé, en: Closed }, hosts: [{{plan.Hosts[0].Name}}], hours: demain }
          - id: partage
            name: { fr: Partagé, en: Shared }
            hosts: [{{plan.Hosts[^1].Name}}]
            shares: [{ tenant: habitat, guaranteed: {{plan.Hosts[^1].Seats}} }]
            give_back: { disconnected: 1s, active: 1s }
            limits: { disconnected: 2s, warn: 6s }
        """;

    // Closed today, whatever day that is where the city is read.
    private static string Closed()
    {
        var day = (int days) => DateTimeOffset.UtcNow.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return $$"""
            timezone: Etc/UTC
            calendars:
              - { id: demain, closed: ["{{day(-1)}}..{{day(0)}} Ménage"], open: [{ date: {{day(1)}}, hours: ["08:00-18:00"] }] }
            """;
    }
}
