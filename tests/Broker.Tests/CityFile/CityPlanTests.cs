using VdiBroker.CityFile;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.CityFile;

public sealed class CityPlanTests : IDisposable
{
    private const string Good = """
        city: seine-est
        farm: seine
        health: { report_every: 2s, dead_after: 8s }
        directories:
          - id: agglo
            servers: ["ldaps://127.0.0.21:6360"]
            ca: ca.crt
            bind_dn: cn=broker,dc=agglo,dc=test
            bind_password_file: secret
            people: { base: "ou=people,dc=agglo,dc=test" }
            groups: { base: "ou=groups,dc=agglo,dc=test" }
        tenants:
          - { id: drancy, name: Ville de Drancy, directory: agglo, people_under: "ou=drancy,ou=people,dc=agglo,dc=test" }
        hosts:
          - { id: blade1, address: 127.0.3.1, port: 33890, seats: 20 }
        pools:
          - { id: bureau, name: { fr: Bureau, en: Desktop }, hosts: [blade1] }
        entitlements:
          - { tenant: drancy, group: agents, pools: [bureau] }
        profiles:
          - { tenant: drancy, keyboard: be, screen: 1280x800 }
        """;

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-city-file-").FullName;

    public CityPlanTests()
    {
        File.WriteAllText(Path.Combine(_folder, "ca.crt"), "");
        File.WriteAllText(Path.Combine(_folder, "secret"), "");
    }

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_good_file_is_read_whole()
    {
        var (plan, faults) = Read(Good);
        Assert.Empty(faults);
        Assert.Equal(("seine-est", "seine"), (plan.City, plan.Farm));
        Assert.Equal(20, plan.Hosts.Hosts[new HostId("blade1")].Seats);
        Assert.Equal("Ville de Drancy", plan.Tenants.Tenants[new TenantId("drancy")].Name);
        Assert.Equal("be", Assert.Single(plan.Profiles.Rules).Settings["keyboard"]);
    }

    [Fact]
    public void The_example_that_is_shipped_has_no_fault()
    {
        foreach (var named in (string[])["tls/directory-ca.crt", "secrets/ldap-broker"])
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, named))!);
            File.WriteAllText(Path.Combine(_folder, named), "");
        }
        var (plan, faults) = Read(File.ReadAllText(Path.Combine(VdiBroker.City.CityPrograms.Root(), "deploy/broker/city.yaml")));
        Assert.Empty(faults);
        Assert.Equal(2, plan.Hosts.Hosts.Count);
    }

    [Theory]
    [InlineData("seats: 20", "seats: 0", 15, "'seats: 0' must be a whole number from 1 to 10000")]
    [InlineData("hosts: [blade1]", "hosts: [blade9]", 17, "there is no host 'blade9' (hosts: blade1)")]
    [InlineData("pools: [bureau]", "pools: [bureaux]", 19, "there is no pool 'bureaux' (pools: bureau)")]
    [InlineData("tenant: drancy, group", "tenant: dugny, group", 19, "there is no tenant 'dugny' (tenants: drancy)")]
    [InlineData("directory: agglo", "directory: aglo", 13, "there is no directory 'aglo' (directories: agglo)")]
    [InlineData("ldaps://", "http://", 6, "must be ldaps://host:port")]
    [InlineData("ca: ca.crt", "ca: none.crt", 7, "'ca: none.crt' is not there")]
    [InlineData("bind_dn: cn=broker,dc=agglo,dc=test", "bind_dn: broker", 8, "is not a DN")]
    [InlineData("screen: 1280x800", "screen: big", 21, "must be 'full' or WIDTHxHEIGHT")]
    [InlineData("report_every: 2s", "report_every: soon", 3, "must be a time such as 500ms, 2s, 5m, 12h or 7d")]
    [InlineData("dead_after: 8s", "dead_after: 3s", 3, "at least twice 'report_every'")]
    [InlineData("dead_after: 8s", "dead_after: 2m", 3, "'dead_after' must be at most 1m")]
    [InlineData("dead_after: 8s", "dead_after: 8s, suspect_after: 2s", 3, "'suspect_after' must be longer than 'report_every' (2s)")]
    [InlineData("dead_after: 8s", "dead_after: 8s, suspect_after: 8s", 3, "'suspect_after' must be shorter than 'dead_after' (8s)")]
    [InlineData("dead_after: 8s", "dead_after: 8s, detached_for: 9s", 3, "'detached_for' must not be longer than 'dead_after' (8s)")]
    [InlineData("dead_after: 8s", "dead_after: 8s, suspect_aftr: 3s", 3, "did you mean 'suspect_after'?")]
    [InlineData("profiles:", "profils:", 20, "did you mean 'profiles'?")]
    [InlineData("id: blade1,", "id: Blade 1,", 15, "must be lower-case letters, digits and hyphens")]
    [InlineData("farm: seine", "farm: [seine]", 2, "'farm' must be a text")]
    [InlineData("hosts: [blade1]", "hosts: [blade1, blade1]", 17, "host 'blade1' stands there twice")]
    [InlineData("pools: [bureau]", "pools: [[bureau]]", 19, "every item of 'pools' must be a text")]
    [InlineData("people_under: \"ou=drancy,ou=people,dc=agglo,dc=test\"", "people_under: \"ou=drancy,dc=other,dc=test\"", 13, "is not at or below the directory's people base")]
    [InlineData("people: { base: \"ou=people,dc=agglo,dc=test\" }", "people: { base: \"ou=people,dc=agglo,dc=test\", filter: \"(uid=*\" }", 10, "its brackets do not match")]
    [InlineData("report_every: 2s", "report_every: 0s", 3, "must be at least 100ms")]
    [InlineData("- id: agglo", "- id: agglo\n    schema: novell", 6, "'schema: novell' is not known (known: openldap, active-directory, 389)")]
    [InlineData("- id: agglo", "- id: agglo\n    transport: none", 7, "keep one of the two")]
    [InlineData("[\"ldaps://127.0.0.21:6360\"]", "[\"ldap://10.1.2.3\"]\n    transport: none", 6, "would carry passwords unprotected")]
    [InlineData("- id: agglo", "- id: agglo\n    transport: plain", 6, "can only be 'none'")]
    [InlineData("    bind_password_file: secret\n", "", 5, "'bind_password_file' is missing")]
    [InlineData("    bind_dn: cn=broker,dc=agglo,dc=test\n", "", 5, "'bind_dn' is missing")]
    [InlineData("- id: agglo", "- id: agglo\n    client_key: secret", 5, "'client_certificate' is missing")]
    [InlineData("    ca: ca.crt\n", "", 5, "'ca' is missing")]
    [InlineData("groups: { base: \"ou=groups,dc=agglo,dc=test\" }", "groups: { base: \"ou=groups,dc=agglo,dc=test\", max_depth: 0 }", 11, "'max_depth: 0' must be a whole number from 1 to 100")]
    [InlineData("groups: { base: \"ou=groups,dc=agglo,dc=test\" }", "groups: { base: \"ou=groups,dc=agglo,dc=test\", max_age: 1ms }", 11, "'max_age' must be from 1s to 24h")]
    [InlineData("groups: { base: \"ou=groups,dc=agglo,dc=test\" }", "groups: { base: \"ou=groups,dc=agglo,dc=test\", members: none, member_uids: none }", 11, "nobody would be in any group")]
    [InlineData("groups: { base: \"ou=groups,dc=agglo,dc=test\" }", "groups: { base: \"ou=groups,dc=agglo,dc=test\", nested: perhaps }", 11, "must be true or false")]
    [InlineData("people: { base: \"ou=people,dc=agglo,dc=test\" }", "people: { base: \"ou=people,dc=agglo,dc=test\", login: \"u id)(\" }", 10, "is not the name of an attribute")]
    [InlineData("people: { base: \"ou=people,dc=agglo,dc=test\" }", "people: { base: \"ou=people,dc=agglo,dc=test\", settings: { keyboard: [a] } }", 10, "every item of 'settings' must be a name and a text")]
    [InlineData("directory: agglo,", "directory: agglo, stations: [\"Drancy *\"],", 13, "must be a station's name, or a pattern with one *")]
    [InlineData("directory: agglo,", "directory: agglo, suffixes: [\"@drancy.fr\"],", 13, "without that sign")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], kind: own", 17, "'kind: own' must be shared, personal or fixed")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], placement: random", 17, "must be one of spread, pack, sticky")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], rules: [{ place: salle-9, only: [blade1] }]", 17, "there is no place 'salle-9'")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], rules: [{ stations: [\"st-*\"], only: [blade2] }]", 17, "host 'blade2' is not one of the pool's (hosts: blade1)")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], rules: [{ only: [blade1] }]", 17, "a rule needs 'place' or 'stations'")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], rules: [{ stations: [a], only: [blade1], avoid: [blade1] }]", 17, "a rule needs one of 'only', 'prefer' and 'avoid'")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], shares: [{ tenant: dugny, guaranteed: 1 }]", 17, "there is no tenant 'dugny'")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], shares: [{ tenant: drancy, guaranteed: 21 }]", 17, "21 seats are guaranteed and its hosts have 20")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], shares: [{ tenant: drancy, guaranteed: half }]", 17, "must be a number of seats, or a percentage")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], shares: [{ tenant: drancy, guaranteed: 50%, most: 9 }]", 17, "'most' must not be less than 'guaranteed'")]
    [InlineData("hosts: [blade1]", "hosts: [blade1], waiting: { longst: 5m }", 17, "did you mean 'longest'?")]
    [InlineData("seats: 20", "seats: 20, weight: 0", 15, "'weight: 0' must be a whole number from 1 to 1000")]
    [InlineData("directory: agglo,", "directory: agglo, people: { logn: uid },", 13, "'logn' is not known; did you mean 'login'?")]
    public void A_fault_is_told_with_its_line_and_what_to_do(string good, string bad, int line, string says)
    {
        var (_, faults) = Read(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Line == line && f.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_told_at_once_in_the_order_of_the_lines()
    {
        var (_, faults) = Read(Good.Replace("seats: 20", "seats: 0", StringComparison.Ordinal).Replace("[bureau]", "[x]", StringComparison.Ordinal).Replace("ldaps:", "http:", StringComparison.Ordinal));
        Assert.Equal([6, 15, 19], faults.Select(f => f.Line));
    }

    [Theory]
    [InlineData("kind: public, visitors: { tenant: drancy, pool: libre }", "")]
    [InlineData("kind: desk, visitors: { tenant: drancy, pool: libre }", "'visitors' needs 'kind: public'")]
    [InlineData("kind: public, visitors: { tenant: dugny, pool: libre }", "there is no tenant 'dugny'")]
    [InlineData("kind: public, visitors: { tenant: drancy, pool: libres }", "there is no pool 'libres'")]
    [InlineData("kind: public, visitors: { tenant: drancy, pool: bureau }", "pool 'bureau' needs 'limits:")]
    [InlineData("kind: public, visitors: { tenant: drancy, pool: coffre }", "pool 'coffre' is sensitive")]
    [InlineData("kind: public, visitors: { tenant: drancy, pool: place }", "pool 'place' must be 'kind: shared'")]
    public void A_place_is_open_to_visitors_where_a_pool_can_be_had_by_nobody(string place, string fault)
    {
        const string limits = "limits: { longest: 1h, disconnected: 2m }";
        var (plan, faults) = Read(Good.Replace("entitlements:", $$"""
              - { id: libre, name: { fr: L, en: L }, hosts: [blade1], {{limits}} }
              - { id: coffre, name: { fr: C, en: C }, hosts: [blade1], sensitive: true, {{limits}} }
              - { id: place, name: { fr: P, en: P }, hosts: [blade1], kind: personal, {{limits}} }
            entitlements:
            """, StringComparison.Ordinal) + "\nplaces:\n  - { id: biblio, name: { fr: B, en: B }, stations: [\"b-*\"], " + place + " }");
        if (fault.Length > 0) Assert.Contains(faults, one => one.Line == 26 && one.Message.Contains(fault, StringComparison.Ordinal));
        else Assert.Equal((new TenantId("drancy"), new PoolId("libre")), plan.Profiles.PlaceOf(new StationId("b-1"))!.Visitors is { } offer ? (offer.Tenant, offer.Pool) : default);
    }

    [Fact]
    public void Two_tenants_never_share_a_branch()
    {
        var tenant = """  - { id: drancy, name: Ville de Drancy, directory: agglo, people_under: "ou=drancy,ou=people,dc=agglo,dc=test" }""";
        var (_, faults) = Read(Good.Replace(tenant, tenant + "\n" + tenant.Replace("id: drancy", "id: other", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Line == 14 && f.Message.Contains("is the branch of tenant 'drancy' already", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_tenants_never_share_a_word_or_stations()
    {
        var tenant = """  - { id: drancy, name: Ville de Drancy, directory: agglo, suffixes: [drancy.fr], stations: ["d-*"], people_under: "ou=drancy,ou=people,dc=agglo,dc=test" }""";
        var (_, faults) = Read(Good.Replace("""  - { id: drancy, name: Ville de Drancy, directory: agglo, people_under: "ou=drancy,ou=people,dc=agglo,dc=test" }""",
            tenant + "\n" + tenant.Replace("drancy,", "dugny,", StringComparison.Ordinal).Replace("drancy.fr", "DRANCY, Drancy.FR", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Equal(["'d-*' are stations", "'DRANCY' means tenant", "'Drancy.FR' means tenant"], faults.Where(fault => fault.Line == 14).Select(fault => string.Join(' ', fault.Message.Split(": ")[1].Split(' ').Take(3))));
    }

    [Fact]
    public void A_directory_says_only_what_is_not_as_its_kind_has_it()
    {
        var (plan, faults) = Read(Good
            .Replace("- id: agglo", "- id: agglo\n    schema: active-directory", StringComparison.Ordinal)
            .Replace("people: { base: \"ou=people,dc=agglo,dc=test\" }", "people: { base: \"ou=people,dc=agglo,dc=test\", name: cn }", StringComparison.Ordinal)
            .Replace(", people_under: \"ou=drancy,ou=people,dc=agglo,dc=test\"", ", stations: [\"d-*\"], groups: { nested: false }", StringComparison.Ordinal)
            .Replace("    bind_dn: cn=broker,dc=agglo,dc=test\n    bind_password_file: secret\n", "", StringComparison.Ordinal)
            .Replace("ldaps://127.0.0.21:6360", "ldap://127.0.0.21", StringComparison.Ordinal));
        Assert.Empty(faults);
        var directory = Assert.Single(plan.Directories.Directories);
        Assert.Equal(("sAMAccountName", "cn", (string?)null), (directory.People.Login[0], Assert.Single(directory.People.Name), directory.BindDn));
        Assert.Equal(VdiBroker.Ldap.LdapSecurity.StartTls, Assert.Single(directory.Service.Servers).Security);
        Assert.True(directory.Groups.Nested);
        Assert.False(directory.Views[new TenantId("drancy")].Groups.Nested);
        Assert.Equal("ou=people,dc=agglo,dc=test", Assert.Single(plan.Directories.Branches).PeopleUnder);
        Assert.Equal(new TenantId("drancy"), plan.Directories.TenantOf(new StationId("d-12")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b")]
    [InlineData("city: [")]
    [InlineData("just a text")]
    public void What_is_no_city_file_is_a_fault_and_never_an_exception(string text) => Assert.NotEmpty(Read(text).Faults);

    [Fact]
    public void A_missing_file_is_a_fault() => Assert.NotEmpty(CityDocument.Read(Path.Combine(_folder, "nowhere.yaml")).Faults);

    private (CityPlan Plan, IReadOnlyList<CityFault> Faults) Read(string yaml)
    {
        var path = Path.Combine(_folder, "city.yaml");
        File.WriteAllText(path, yaml);
        var document = CityDocument.Read(path);
        return (CityPlan.Read(document), document.Faults);
    }
}
