using System.Diagnostics;
using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Ldap;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>A directory with many people and groups in chains and a ring.</summary>
public sealed class LargeTownTests(ITestOutputHelper output)
{
    private const int People = 100_000;
    private const int Groups = 2_000;

    [Fact]
    public async Task Everybody_has_the_groups_up_the_chain_and_round_the_ring()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-large-");
        folder.UnixFileMode |= UnixFileMode.OtherExecute | UnixFileMode.GroupExecute;
        var town = await LargeTown.LoadAsync(folder.FullName, People, Groups);
        await using (var directory = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.41", change: plan => plan with { Further = [town.AsSuffix], Verbose = false }))
        {
            using var signIns = SignIns.Configured($$"""
                directories:
                  - id: large
                    servers: ["{{directory.Slapd.LdapsUri}}"]
                    ca: "{{directory.Slapd.CaFile}}"
                    bind_dn: "{{directory.Slapd.BrokerDn}}"
                    bind_password_file: "{{directory.Slapd.BrokerPasswordFile}}"
                    people: { base: "ou=people,{{LargeTown.Suffix}}" }
                    groups: { base: "ou=groups,{{LargeTown.Suffix}}", max_depth: 12 }
                tenants:
                  - { id: large, name: Large, directory: large }
                """);
            using (var client = new LdapClient(directory.Options().Service.Servers[0], TimeSpan.FromSeconds(20)))
            {
                Assert.Equal(0, (await client.BindAsync(directory.Slapd.BrokerDn, (await File.ReadAllTextAsync(directory.Slapd.BrokerPasswordFile)).Trim())).Code);
                var pages = 0;
                Assert.Equal(People, await client.PagesAsync($"ou=people,{LargeTown.Suffix}", "(objectClass=inetOrgPerson)", 400, "uid").Select(page => pages++ < 0 ? 0 : page.Length).SumAsync());
                Assert.Equal(People / 400, pages);
                // Without pages the server keeps its limit, and that is told, not taken for all.
                Assert.Equal(4, (await Assert.ThrowsAsync<DirectoryOutOfReachException>(() => client.SearchAsync($"ou=people,{LargeTown.Suffix}", LdapScope.Branch, "(objectClass=inetOrgPerson)", 0, "uid"))).Code);
            }
            foreach (var round in (string[])["first", "second"])
            {
                var clock = Stopwatch.StartNew();
                foreach (var i in Enumerable.Range(0, 300).Select(i => i * 61 % People))
                {
                    var person = Assert.IsType<Authentication.Authenticated>(await signIns.RunAsync(LargeTown.Login(i), town.Password)).Person;
                    Assert.Equal([.. i % 5 == 0 ? (string[])["crowd"] : [], .. town.AllGroupsOf(i).Select(LargeTown.GroupName)], person.Groups.AsEnumerable());
                }
                output.WriteLine($"{round} 300 sign-ins: {clock.Elapsed.TotalMilliseconds / 300:0.00} ms each");
            }
        }
        folder.Delete(recursive: true);
    }
}
