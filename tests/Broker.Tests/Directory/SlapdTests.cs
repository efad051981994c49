using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>What the city's directory gives to the hosts' account.</summary>
public sealed class SlapdTests
{
    [Fact]
    public async Task The_hosts_account_reads_what_makes_an_account_and_nothing_else()
    {
        await using var directory = await TestDirectory.StartAsync();
        using var client = new LdapClient(directory.Options().Service.Servers[0], TimeSpan.FromSeconds(3));
        Assert.Equal(0, (await client.BindAsync(directory.Slapd.NslcdDn, await File.ReadAllTextAsync(directory.Slapd.NslcdPasswordFile))).Code);
        var people = (await client.SearchAsync(directory.People.PeopleBase, LdapScope.Branch, "(objectClass=posixAccount)", 0, "*", "+")).Entries;
        Assert.Equal(directory.People.Everybody.Count, people.Length);
        Assert.Equal(people.Length, people.Select(entry => entry.Texts("uidNumber").Single()).Distinct().Count());
        var amelie = people.Single(entry => entry.Texts("uid").Contains("amelie.durand"));
        Assert.Equal("/home/amelie.durand", amelie.Texts("homeDirectory").Single());
        Assert.Empty(amelie.Texts("userPassword"));
        Assert.Empty(amelie.Texts("mail"));
        Assert.Empty((await client.SearchAsync(directory.People.GroupsBase.Replace("ou=groups,", "", StringComparison.Ordinal), LdapScope.Branch, "(objectClass=groupOfNames)", 0, "cn")).Entries);
    }

    [Fact]
    public async Task A_town_is_as_it_is_promised()
    {
        var people = City.Directory.Townspeople.Make(extra: 1000);
        await using var directory = await TestDirectory.StartAsync(people);
        Assert.InRange(people.Everybody.Count, 1055, 1070);
        Assert.True(people.Everybody.Count(person => person.Groups.Count == 0) >= 2);
        Assert.Equal(people.Everybody.Count, people.Everybody.Select(person => person.Password).Distinct().Count());
        using var signIns = directory.SignIns();
        var last = people.Everybody[^1];
        Assert.Equal(["agents"], (await signIns.LetInAsync(last)).Groups.ToArray());
    }
}
