using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using VdiBroker.City.Directory;
using VdiBroker.Protocol.Host.V1;

namespace VdiBroker.Bench.Storm;

/// <summary>What a plan comes to: the city file, who comes, what runs already.</summary>
internal static class StormCity
{
    private const string OneTenant = "drancy";
    private const string Group = "agents";

    // Of a large town not every chain of groups is entitled: a rule for each of a thousand chains would be another city.
    private const int MostChains = 40;

    /// <summary>The bodies.</summary>
    public static ImmutableArray<string> Tenants(StormPlan plan) =>
        plan.Tenants == 1 ? [OneTenant] : [.. Enumerable.Range(0, plan.Tenants).Select(number => string.Create(CultureInfo.InvariantCulture, $"t{number:000}"))];

    /// <summary>The pool of a body.</summary>
    public static string PoolOf(StormPlan plan, string tenant) => plan.Tenants == 1 ? "bureau" : $"bureau-{tenant}";

    /// <summary>Whom the city's own directory holds.</summary>
    public static Townspeople Townspeople(StormPlan plan) =>
        plan.Tenants == 1 ? City.Directory.Townspeople.Make(plan.People, tenants: OneTenant) : City.Directory.Townspeople.Generate(plan.People, Group, Tenants(plan));

    /// <summary>Everybody who has a right to a desktop and comes.</summary>
    public static ImmutableArray<Townsperson> Coming(StormPlan plan, Townspeople own)
    {
        if (plan.Town is not { } town) return [.. own.Everybody.Where(person => person.Groups.Contains(Group)).TakeLast(plan.People)];
        var tops = Tops(town).ToHashSet();
        var entitled = Enumerable.Range(0, town.People).Where(person => LargeTown.IsInCrowd(person) == plan.Crowded && (plan.Crowded || town.GroupsOf(person).Any(group => tops.Contains(group - (group % LargeTown.Depth))))).ToArray();
        var every = Math.Max(1, entitled.Length / plan.People);
        return [.. entitled.Where((_, at) => at % every == 0).Take(plan.People).Select(person => new Townsperson(OneTenant, LargeTown.Login(person), LargeTown.Login(person), town.Password, []) { Dn = LargeTown.Dn(person), UidNumber = 100_000 + person })];
    }

    /// <summary>The sessions that run on a host before anybody comes, let in a moment ago: an empty store takes them in from what the agents say.</summary>
    public static ImmutableArray<ObservedSession> Running(StormPlan plan, string host)
    {
        var now = DateTimeOffset.UtcNow;
        return [.. Enumerable.Range(0, plan.Running).Select(number => string.Create(CultureInfo.InvariantCulture, $"{host}.{number:0000}")).Select(user => new ObservedSession
        {
            User = user,
            Display = 10,
            Connected = true,
            Since = Timestamp.FromDateTimeOffset(now),
            SessionId = $"running-{user}",
            Fence = (ulong)now.ToUnixTimeMilliseconds() * 1000,
            Person = $"{OneTenant}/{user}",
            Pool = PoolOf(plan, OneTenant),
        })];
    }

    /// <summary>The city file.</summary>
    public static string File(StormPlan plan, Slapd directory, IReadOnlyList<string> hosts)
    {
        var (people, tenants) = (directory.People, Tenants(plan));
        var (peopleBase, groupsBase) = plan.Town is null ? (people.PeopleBase, people.GroupsBase) : ($"ou=people,{LargeTown.Suffix}", $"ou=groups,{LargeTown.Suffix}");
        var yaml = new StringBuilder($$"""
            city: {{StormFarm.City}}
            farm: {{StormFarm.Farm}}
            health: { report_every: {{plan.ReportEvery.TotalMilliseconds:0}}ms, dead_after: {{plan.DeadAfter.TotalMilliseconds:0}}ms, detached_for: {{plan.DetachedFor.TotalMilliseconds:0}}ms }
            directories:
              - id: agglo
                servers: ["{{directory.LdapsUri}}"]
                ca: "{{directory.CaFile}}"
                bind_dn: "{{directory.BrokerDn}}"
                bind_password_file: "{{directory.BrokerPasswordFile}}"
                people: { base: "{{peopleBase}}", login: uid, name: {{(plan.Town is null ? "displayName" : "cn")}} }
                groups: { base: "{{groupsBase}}", name: cn, max_depth: {{LargeTown.Depth + 1}} }
                connections: 8
            tenants:

            """);
        foreach (var tenant in tenants) yaml.AppendLine(CultureInfo.InvariantCulture, $$"""  - { id: {{tenant}}, name: "{{tenant}}", directory: agglo, people_under: "{{(plan.Town is null ? people.PeopleOf(tenant) : peopleBase)}}" }""");
        yaml.AppendLine("hosts:");
        foreach (var (host, index) in hosts.Select((host, index) => (host, index))) yaml.AppendLine(CultureInfo.InvariantCulture, $$"""  - { id: {{host}}, address: 127.0.0.1, port: {{20_000 + index}}, seats: {{plan.Seats}} }""");
        yaml.AppendLine("pools:");
        var each = hosts.Count / tenants.Length;
        foreach (var (tenant, index) in tenants.Select((tenant, index) => (tenant, index)))
            yaml.AppendLine(CultureInfo.InvariantCulture, $$"""  - { id: {{PoolOf(plan, tenant)}}, name: { fr: Bureau, en: Desktop }, hosts: [{{string.Join(", ", hosts.Skip(index * each).Take(each))}}] }""");
        yaml.AppendLine("entitlements:");
        foreach (var tenant in tenants)
            foreach (var group in Entitled(plan)) yaml.AppendLine(CultureInfo.InvariantCulture, $$"""  - { tenant: {{tenant}}, group: {{group}}, pools: [{{PoolOf(plan, tenant)}}] }""");
        yaml.AppendLine(CultureInfo.InvariantCulture, $$"""
            operators:
              - { name: {{StormFarm.Operator}}, tenants: [{{string.Join(", ", tenants)}}] }
            profiles:
            """);
        foreach (var tenant in tenants) yaml.AppendLine(CultureInfo.InvariantCulture, $$"""  - { tenant: {{tenant}}, keyboard: fr, language: fr, screen: full }""");
        return yaml.ToString();
    }

    private static IEnumerable<string> Entitled(StormPlan plan) => plan.Town is not { } town ? [Group] : plan.Crowded ? [LargeTown.Crowd] : Tops(town).Select(LargeTown.GroupName);

    // The groups at the end of some chains: who is in any group of a chain is in them.
    private static IEnumerable<int> Tops(LargeTown town)
    {
        var chains = town.Groups / LargeTown.Depth;
        return Enumerable.Range(0, Math.Min(chains, MostChains)).Select(number => (int)((long)number * chains / Math.Min(chains, MostChains)) * LargeTown.Depth);
    }
}
