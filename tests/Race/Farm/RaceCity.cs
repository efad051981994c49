using System.Text;
using VdiBroker.City.Directory;

namespace VdiBroker.Race.Farm;

/// <summary>The city file of a race.</summary>
internal static class RaceCity
{
    /// <summary>The body whose people race.</summary>
    public const string Tenant = "drancy";

    /// <summary>What hosts and stations of a city file are called by certificates.</summary>
    public const string Name = "race";

    private const string Group = "agents";

    /// <summary>Its text.</summary>
    public static string Of(RacePlan plan, Slapd directory, string address)
    {
        var people = directory.People;
        var yaml = new StringBuilder();
        // Silence is judged as the checker's allowances have it: 3 s.
        yaml.Append($$"""
            city: {{Name}}
            farm: {{Name}}
            health: { report_every: 1s, dead_after: 3s, detached_for: 3s }
            directories:
              - id: agglo
                servers: ["{{directory.LdapsUri}}"]
                ca: "{{directory.CaFile}}"
                bind_dn: "{{directory.BrokerDn}}"
                bind_password_file: "{{directory.BrokerPasswordFile}}"
                people: { base: "{{people.PeopleBase}}", filter: "(objectClass=inetOrgPerson)", login: uid, name: displayName }
                groups: { base: "{{people.GroupsBase}}", name: cn }
                deadline: 3s
                connections: 4
            tenants:
              - { id: {{Tenant}}, name: "Ville de Drancy", directory: agglo, people_under: "{{people.PeopleOf(Tenant)}}", suffixes: ["{{Tenant}}.test"] }
            hosts:

            """);
        foreach (var host in plan.Hosts) yaml.AppendLine($$"""  - { id: {{host}}, address: {{address}}, port: {{3400 + plan.Hosts.IndexOf(host)}}, seats: {{plan.SeatsEach}} }""");
        yaml.AppendLine("pools:");
        foreach (var (pool, hosts) in plan.Pools) yaml.AppendLine($$"""  - { id: {{pool}}, name: { fr: {{pool}}, en: {{pool}} }, hosts: [{{string.Join(", ", hosts)}}] }""");
        yaml.AppendLine($$"""
            entitlements:
              - { tenant: {{Tenant}}, group: {{Group}}, pools: [{{RacePlan.Bureau}}, {{RacePlan.Atelier}}] }
            profiles:
              - { tenant: {{Tenant}}, keyboard: fr, language: fr, screen: full }
            """);
        return yaml.ToString();
    }
}
