using VdiBroker.City.Directory;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Whose a login name is when several tenants know it, against a real slapd.</summary>
public sealed class TenantChoiceTests : IAsyncLifetime
{
    private const string Twin = "camille.martin";

    private TestDirectory _directory = null!;
    private SignIns _signIns = null!;

    public async Task InitializeAsync()
    {
        _directory = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy", "dugny"]), "127.0.0.40");
        foreach (var town in (string[])["drancy", "dugny"])
            await _directory.ChangeAsync($"dn: uid={Twin},{_directory.People.PeopleOf(town)}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {Twin}\nmail: {Twin}@{town}.fr\ncn: Camille\nsn: Martin\nemployeeType: {town}\nuserPassword: {Password(town)}\n");
        _signIns = Configured(
            """{ id: drancy, name: Drancy, directory: agglo, people_under: "ou=drancy,PEOPLE", suffixes: [drancy.fr], prefixes: [DRANCY-AD], stations: ["drancy-*"] }""",
            """{ id: dugny, name: Dugny, directory: agglo, people_under: "ou=dugny,PEOPLE", people: { login: [uid, mail], settings: { keyboard: employeeType }, account: mail } }""");
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _directory.DisposeAsync();
    }

    [Theory]
    [InlineData(Twin + "@drancy.fr", "drancy")]
    [InlineData(Twin + "@DRANCY", "drancy")]
    [InlineData(@"drancy-ad\" + Twin, "drancy")]
    [InlineData(@"Dugny\" + Twin, "dugny")]
    [InlineData(Twin + "@dugny.fr", "dugny")]
    public async Task A_name_with_its_tenant_is_that_tenants_only(string typed, string town)
    {
        foreach (var station in (string?[])[null, "drancy", "dugny"])
        {
            var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(typed, Password(town), station)).Person;
            Assert.Equal($"{town}/{Twin}", person.Id.Value);
        }
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync(typed, Password(town == "drancy" ? "dugny" : "drancy")));
    }

    [Fact]
    public async Task The_stations_tenant_is_preferred_and_nobody_is_kept_out_by_it()
    {
        foreach (var town in (string[])["drancy", "dugny"])
            Assert.Equal($"{town}/{Twin}", Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(Twin, Password(town), town)).Person.Id.Value);
        Assert.Equal(new Authentication.Rejected(), await _signIns.RunAsync(Twin, Password("drancy")));
        Assert.Contains(_signIns.Log, line => line.StartsWith("504", StringComparison.Ordinal));
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(_directory.Amelie.Login, _directory.Amelie.Password, "dugny"));
    }

    [Fact]
    public async Task A_word_that_is_no_tenants_is_a_part_of_the_name()
    {
        Assert.Equal(new Authentication.Rejected(), await _signIns.RunAsync(_directory.Amelie.Login + "@elsewhere.fr", _directory.Amelie.Password));
        Assert.Equal(new Authentication.Rejected(), await _signIns.RunAsync(@"ELSEWHERE\" + _directory.Amelie.Login, _directory.Amelie.Password));
        // Drancy's people have no mail address as a login name, but its suffix.
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(_directory.Amelie.Login + "@drancy.fr", _directory.Amelie.Password));
    }

    [Fact]
    public async Task A_tenant_may_describe_its_people_otherwise()
    {
        var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(Twin, Password("dugny"), "dugny")).Person;
        Assert.Equal(($"{Twin}@dugny.fr", "dugny"), (person.Account, person.Settings["keyboard"]));
        var other = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(Twin, Password("drancy"), "drancy")).Person;
        Assert.Equal(Twin, other.Account);
        Assert.Empty(other.Settings);
    }

    [Fact]
    public async Task Two_tenants_of_one_branch_are_told_apart_by_their_filters()
    {
        using var signIns = Configured(
            """{ id: one, name: One, directory: agglo, people: { filter: "(&(objectClass=inetOrgPerson)(employeeType=drancy))" } }""",
            """{ id: two, name: Two, directory: agglo, people: { filter: "(&(objectClass=inetOrgPerson)(employeeType=dugny))" } }""");
        Assert.Equal($"one/{Twin}", Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(Twin + "@one", Password("drancy"))).Person.Id.Value);
        Assert.Equal($"two/{Twin}", Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(Twin, Password("dugny"), "two")).Person.Id.Value);
        Assert.Equal(new Authentication.Rejected(), await signIns.RunAsync(_directory.Amelie));
    }

    [Fact]
    public async Task A_search_as_nobody_finds_nobody_where_the_directory_shows_nobody_anything()
    {
        using var signIns = _directory.SignIns(options => options with { BindDn = null, BindPasswordFile = null });
        Assert.NotNull(await signIns.OutOfReachAsync(_directory.Amelie));
    }

    private static string Password(string town) => $"mot-de-passe-de-{town}";

    private SignIns Configured(params string[] tenants) => SignIns.Configured($$"""
        directories:
          - id: agglo
            servers: ["{{_directory.Slapd.LdapsUri}}"]
            ca: "{{_directory.Slapd.CaFile}}"
            bind_dn: "{{_directory.Slapd.BrokerDn}}"
            bind_password_file: "{{_directory.Slapd.BrokerPasswordFile}}"
            people: { base: "{{_directory.People.PeopleBase}}" }
            groups: { base: "{{_directory.People.GroupsBase}}" }
        tenants:
        {{string.Join("\n", tenants.Select(tenant => "  - " + tenant.Replace("PEOPLE", _directory.People.PeopleBase, StringComparison.Ordinal)))}}
        """);
}
