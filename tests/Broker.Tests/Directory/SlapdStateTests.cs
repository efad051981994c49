using System.Collections.Immutable;
using VdiBroker.City.Directory;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>What slapd answers in each state of an account, and that the wider parts of the city's directory are as they are promised.</summary>
public sealed class SlapdStateTests
{
    [Fact]
    public async Task Each_state_of_an_account_has_its_answer()
    {
        await using var place = await RoughPlace.StartAsync(plan => plan with
        {
            Policies = [.. PasswordPolicy.All],
            PolicyOf = ImmutableDictionary<string, string>.Empty.Add("rachid.benali", "aging"),
        });
        var (slapd, uri) = (place.Slapd, place.Slapd.LdapUri);
        var accounts = slapd.Accounts;
        var amelie = place.Amelie;
        await Answers(0, "");

        await accounts.LockAsync(amelie.Dn);
        await Answers(49, "Account locked");
        await accounts.UnlockAsync(amelie.Dn);

        await accounts.MustChangeAsync(amelie.Dn);
        await Answers(0, "");
        await accounts.SetPolicyAsync(amelie.Dn, PasswordPolicy.MustChange);
        // "Who am I" is not among what is refused until then; a search would be answered with 50.
        await Answers(0, "Password must be changed");
        await accounts.MustChangeAsync(amelie.Dn, must: false);

        await accounts.SetPolicyAsync(amelie.Dn, PasswordPolicy.Graceful);
        await accounts.PasswordChangedAsync(amelie.Dn, TimeSpan.FromDays(2));
        await Answers(0, "1 grace logins remain");
        await Answers(0, "0 grace logins remain");
        await Answers(49, "Password expired");

        await accounts.SetPolicyAsync(amelie.Dn, null);
        await accounts.EndsAsync(amelie.Dn, TimeSpan.FromMinutes(-1));
        await Answers(49, "Account locked");
        await accounts.EndsAsync(amelie.Dn, null);
        await Answers(0, "");

        var rachid = slapd.People["rachid.benali"];
        await accounts.PasswordChangedAsync(rachid.Dn, TimeSpan.FromHours(23));
        Assert.Contains("Password expires in 3", (await place.WhoAsync(uri, rachid.Dn, rachid.Password)).Error, StringComparison.Ordinal);

        async Task Answers(int status, string says)
        {
            var answer = await place.WhoAsync(uri, amelie.Dn, amelie.Password);
            Assert.Equal(status, answer.Status);
            Assert.Contains(says, answer.Error + answer.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_shows_no_certificate_is_not_let_in_where_one_is_demanded()
    {
        await using var place = await RoughPlace.StartAsync(plan => plan with { DemandClientCertificate = true });
        foreach (var uri in (string[])[place.Slapd.LdapsUri, place.Slapd.LdapUri])
            Assert.NotEqual(0, (await place.WhoAsync(uri)).Status);
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-rough-").FullName;
        var own = place.Authority.IssueClient(folder, "broker");
        foreach (var uri in (string[])[place.Slapd.LdapsUri, place.Slapd.LdapUri])
            Assert.Equal(0, (await place.WhoAsync(uri, place.Amelie.Dn, place.Amelie.Password, "-o", $"TLS_CERT={own.Certificate}", "-o", $"TLS_KEY={own.Key}")).Status);
        System.IO.Directory.Delete(folder, recursive: true);
        await place.Slapd.Accounts.LockAsync(place.Amelie.Dn);
    }

    [Fact]
    public async Task A_search_over_people_meets_the_referral()
    {
        await using var place = await RoughPlace.StartAsync(plan => plan with { Referral = true, MemberOf = false });
        var found = await place.SearchAsync(place.Slapd.LdapsUri, place.Slapd.People.PeopleBase, "(uid=amelie.durand)");
        Assert.Equal(0, found.Status);
        Assert.Contains("ldap://127.0.0.99:1/", found.Output + found.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everybody_with_an_odd_name_can_be_found_and_can_bind()
    {
        var odd = new OddTown();
        await using var place = await RoughPlace.StartAsync(plan => plan with { Further = [odd.AsSuffix] });
        Assert.True(odd["deep"].Dn.Length > 2_000);
        foreach (var person in odd.People)
            Assert.Equal((person, 0), (person, (await place.WhoAsync(place.Slapd.LdapsUri, person.Dn, person.Password)).Status));
        foreach (var (login, count) in ((string, int)[])[("in64", 64), ("in1000", 1000), ("comma", 7), ("in0", 0)])
        {
            var filter = $"(member={Escape(odd[login].Dn)})";
            var found = await place.SearchAsync(place.Slapd.LdapsUri, OddTown.GroupsBase, filter, "-E", "pr=500/noprompt");
            Assert.Equal((login, count), (login, found.Output.Split("dn:").Length - 1));
        }
    }

    [Fact]
    public async Task A_large_town_is_loaded_once_and_served()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-large-");
        var town = await LargeTown.LoadAsync(folder.FullName, people: 3000, groups: 60);
        await using (var place = await RoughPlace.StartAsync(plan => plan with { Further = [town.AsSuffix] }))
        {
            Assert.Equal(0, (await place.WhoAsync(place.Slapd.LdapsUri, LargeTown.Dn(2999), town.Password)).Status);
            Assert.Equal(4, (await place.SearchAsync(place.Slapd.LdapsUri, LargeTown.Suffix, "(objectClass=person)")).Status);
            var paged = await place.SearchAsync(place.Slapd.LdapsUri, LargeTown.Suffix, "(objectClass=person)", "-E", "pr=1000/noprompt");
            Assert.Equal((0, 3000), (paged.Status, paged.Output.Split("dn:").Length - 1));
            var direct = await place.SearchAsync(place.Slapd.LdapsUri, LargeTown.Suffix, $"(&(member={LargeTown.Dn(59)})(!(cn=crowd)))");
            Assert.Equal(town.GroupsOf(59).Length, direct.Output.Split("dn:").Length - 1);
            Assert.Equal(LargeTown.Depth, town.AllGroupsOf(11).Count(group => group < LargeTown.Depth));
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Public_directories_are_as_they_are_published()
    {
        PublicTown[] towns = [PublicTown.PlanetExpress, PublicTown.Forumsys];
        await using var place = await RoughPlace.StartAsync(plan => plan with { Further = [.. towns.Select(town => town.AsSuffix)] });
        var uri = place.Slapd.LdapsUri;
        foreach (var person in towns.SelectMany(town => town.People))
            Assert.Equal((person.Dn, 0), (person.Dn, (await place.WhoAsync(uri, person.Dn, person.Password)).Status));
        foreach (var (town, person) in towns.SelectMany(town => town.People.Select(person => (town, person))))
        {
            var groups = await place.SearchAsync(uri, town.PeopleBase, $"(|(member={person.Dn})(uniqueMember={person.Dn}))");
            Assert.Equal((person.Dn, person.Groups.Length), (person.Dn, groups.Output.Split("dn:").Length - 1));
        }
        var crew = await place.SearchAsync(uri, PublicTown.PlanetExpress.Suffix, $"(&(objectClass=inetOrgPerson)(memberOf=cn=ship_crew,{PublicTown.PlanetExpress.PeopleBase}))");
        Assert.Equal(3, crew.Output.Split("dn:").Length - 1);
    }

    private static string Escape(string value) => value.Replace("\\", "\\5c", StringComparison.Ordinal).Replace("*", "\\2a", StringComparison.Ordinal)
        .Replace("(", "\\28", StringComparison.Ordinal).Replace(")", "\\29", StringComparison.Ordinal);
}
