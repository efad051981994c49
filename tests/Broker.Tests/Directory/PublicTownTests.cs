using VdiBroker.City.Directory;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Test directories that everybody knows and that were not made here: they must work by what an operator writes, and nothing else.</summary>
public sealed class PublicTownTests : IAsyncLifetime
{
    private TestDirectory _directory = null!;

    public async Task InitializeAsync() => _directory = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.33",
        change: plan => plan with { Further = [PublicTown.PlanetExpress.AsSuffix, PublicTown.Forumsys.AsSuffix] });

    public async Task DisposeAsync() => await _directory.DisposeAsync();

    [Fact]
    public async Task Planetexpress_works_by_configuration_alone()
    {
        using var signIns = Configure(PublicTown.PlanetExpress, """
              people: { base: "ou=people,dc=planetexpress,dc=com", login: [uid, mail], name: [displayName, cn], settings: { language: preferredLanguage, title: title } }
                groups: { base: "ou=people,dc=planetexpress,dc=com", filter: "(objectClass=group)" }
            """);
        await LetInAsync(signIns, PublicTown.PlanetExpress);
        var leela = Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync("leela@planetexpress.com", "leela")).Person;
        Assert.Equal("leela", leela.Login);
    }

    [Fact]
    public async Task Forumsys_works_by_configuration_alone()
    {
        using var signIns = Configure(PublicTown.Forumsys, """
              people: { base: "dc=example,dc=com", filter: "(objectClass=person)" }
                groups: { base: "dc=example,dc=com", members: uniqueMember, member_uids: none }
            """);
        await LetInAsync(signIns, PublicTown.Forumsys);
    }

    private SignIns Configure(PublicTown town, string described) => SignIns.Configured($$"""
        directories:
          - id: public
            servers: ["{{_directory.Slapd.LdapUri}}"]
            ca: "{{_directory.Slapd.CaFile}}"
            bind_dn: "{{_directory.Slapd.BrokerDn}}"
            bind_password_file: "{{_directory.Slapd.BrokerPasswordFile}}"
          {{described}}
        tenants:
          - { id: town, name: {{town.Suffix.Split(',')[0]}}, directory: public }
        """);

    private static async Task LetInAsync(SignIns signIns, PublicTown town)
    {
        foreach (var one in town.People)
        {
            var person = Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(one.Login, one.Password)).Person;
            Assert.Equal((one.Login, $"town/{one.Login}"), (person.Login, person.Id.Value));
            Assert.Equal(one.Groups.Order(StringComparer.OrdinalIgnoreCase), person.Groups.Order(StringComparer.OrdinalIgnoreCase));
        }
        Assert.All(await Task.WhenAll(town.People.Select(one => signIns.RunAsync(one.Login, one.Password + "x"))), answer => Assert.IsType<Authentication.Rejected>(answer));
        // Groups are in the people's branch there: none of them is a person.
        Assert.All(await Task.WhenAll(town.People.SelectMany(one => one.Groups).Distinct().Select(group => signIns.RunAsync(group, "x"))), answer => Assert.Equal(new Authentication.Rejected(), answer));
    }
}
