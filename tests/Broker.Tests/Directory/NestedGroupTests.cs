using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Groups in groups, against a real slapd.</summary>
public sealed class NestedGroupTests : IAsyncLifetime
{
    private TestDirectory _directory = null!;
    private SignIns _signIns = null!;

    private string Shared => _directory.People.GroupsBase;

    public async Task InitializeAsync()
    {
        _directory = await TestDirectory.StartAsync(address: "127.0.0.35");
        _signIns = _directory.SignIns();
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task A_right_comes_through_groups_with_its_path_and_goes_with_a_refresh()
    {
        var agents = $"cn=agents,{_directory.People.GroupsOf("drancy")}";
        await AddAsync($"cn=vdi,{Shared}", "groupOfNames", "member", agents);
        await AddAsync($"cn=tout,{Shared}", "groupOfUniqueNames", "uniqueMember", $"CN=Vdi, {Shared}");
        // A ring: tout is in vdi, too.
        await _directory.ChangeAsync($"dn: cn=vdi,{Shared}\nchangetype: modify\nadd: member\nmember: cn=tout,{Shared}\n");
        Assert.Equal(["accueil", "agents", "tout", "vdi"], (await _signIns.LetInAsync(_directory.Amelie)).Groups.ToArray());

        var facts = Assert.IsType<Lookup.Found>(await _signIns.LookUpAsync("drancy", "AMELIE.durand")).Facts;
        Assert.Equal("agents > vdi > tout", string.Join(" > ", facts.Groups.Single(group => group.Group.Name == "tout").Path));
        Assert.Equal(("agglo", GroupsCut.None), (facts.Directory, facts.Cut));

        await _directory.ChangeAsync($"dn: cn=vdi,{Shared}\nchangetype: modify\ndelete: member\nmember: {agents}\n");
        Assert.Contains("vdi", (await _signIns.LetInAsync(_directory.Amelie)).Groups);
        _signIns.Get<DirectorySet>().ForgetGroups();
        Assert.Equal(["accueil", "agents"], (await _signIns.LetInAsync(_directory.Amelie)).Groups.ToArray());
    }

    [Fact]
    public async Task A_direct_group_counts_and_ceases_to_count_at_the_very_next_sign_in()
    {
        var dn = $"cn=direct,{Shared}";
        await AddAsync(dn, "groupOfNames", "member", _directory.Amelie.Dn);
        Assert.Contains("direct", (await _signIns.LetInAsync(_directory.Amelie)).Groups);
        await _directory.ChangeAsync($"dn: {dn}\nchangetype: delete\n");
        Assert.DoesNotContain("direct", (await _signIns.LetInAsync(_directory.Amelie)).Groups);
    }

    [Fact]
    public async Task Another_tenants_group_neither_counts_nor_leads_anywhere()
    {
        var (own, foreign) = ($"cn=agents,{_directory.People.GroupsOf("drancy")}", $"cn=elus,{_directory.People.GroupsOf("dugny")}");
        await _directory.ChangeAsync($"dn: {foreign}\nchangetype: modify\nadd: member\nmember: {own}\n");
        await AddAsync($"cn=by-dugny,{Shared}", "groupOfNames", "member", foreign);
        Assert.Equal(["accueil", "agents"], (await _signIns.LetInAsync(_directory.Amelie)).Groups.ToArray());
    }

    [Fact]
    public async Task Nesting_can_be_switched_off_and_is_bounded()
    {
        var inner = $"cn=agents,{_directory.People.GroupsOf("drancy")}";
        foreach (var name in (string[])["n1", "n2", "n3"])
        {
            await AddAsync($"cn={name},{Shared}", "groupOfNames", "member", inner);
            inner = $"cn={name},{Shared}";
        }
        using var off = _directory.SignIns(options => options with { Groups = options.Groups with { Nested = false } });
        Assert.Equal(["accueil", "agents"], (await off.LetInAsync(_directory.Amelie)).Groups.ToArray());
        using var two = _directory.SignIns(options => options with { Groups = options.Groups with { MaxDepth = 3 } });
        Assert.Equal(["accueil", "agents", "n1", "n2"], (await two.LetInAsync(_directory.Amelie)).Groups.ToArray());
        Assert.Contains(two.Log, line => line.StartsWith("503", StringComparison.Ordinal));
        using var three = _directory.SignIns(options => options with { Groups = options.Groups with { MaxCount = 3 } });
        Assert.Equal(["accueil", "agents", "n1"], (await three.LetInAsync(_directory.Amelie)).Groups.ToArray());
    }

    [Fact]
    public async Task A_hundred_sign_ins_ask_once_for_groups_in_groups()
    {
        await AddAsync($"cn=vdi,{Shared}", "groupOfNames", "member", $"cn=agents,{_directory.People.GroupsOf("drancy")}");
        await _signIns.LetInAsync(_directory.Amelie);
        var before = _directory.LogLines("SRCH base=").Length;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _signIns.LetInAsync(_directory.Amelie)));
        // One for the person, one for the direct groups.
        Assert.Equal(200, _directory.LogLines("SRCH base=").Length - before);
    }

    [Fact]
    public async Task Groups_in_groups_are_read_again_without_anybody_waiting_and_a_removed_right_ends_within_the_age()
    {
        await AddAsync($"cn=vdi,{Shared}", "groupOfNames", "member", $"cn=agents,{_directory.People.GroupsOf("drancy")}");
        using var signIns = _directory.SignIns(options => options with { Groups = options.Groups with { MaxAge = TimeSpan.FromSeconds(2) } });
        await signIns.StartAsync();
        Assert.Contains("vdi", (await signIns.LetInAsync(_directory.Amelie)).Groups);
        var before = _directory.LogLines("SRCH base=").Length;
        await Eventually.HoldsAsync("a reading in the background", TimeSpan.FromSeconds(20), () => _directory.LogLines("SRCH base=").Length > before);
        await _directory.ChangeAsync($"dn: cn=vdi,{Shared}\nchangetype: delete\n");
        var clock = Stopwatch.StartNew();
        while ((await signIns.LetInAsync(_directory.Amelie)).Groups.Contains("vdi")) Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_group_without_a_list_counts_by_the_persons_entry_and_a_list_outweighs_it()
    {
        var (by, stale) = ($"cn=par-regle,{Shared}", $"cn=elus,{_directory.People.GroupsOf("drancy")}");
        await _directory.ChangeAsync($"dn: {by}\nchangetype: add\nobjectClass: organizationalRole\n");
        await AddAsync($"cn=au-dessus,{Shared}", "groupOfNames", "member", by);
        await _directory.ChangeAsync($"dn: {_directory.Amelie.Dn}\nchangetype: modify\nadd: seeAlso\nseeAlso: {by}\nseeAlso: {stale}\nseeAlso: cn=gone,{Shared}\nseeAlso: cn=elsewhere,dc=test\n");
        // memberOf itself is written by slapd's overlay alone.
        using var signIns = _directory.SignIns(options => options with { People = options.People with { MemberOf = "seeAlso" } });
        Assert.Equal(["accueil", "agents", "au-dessus", "par-regle"], (await signIns.LetInAsync(_directory.Amelie)).Groups.ToArray());
    }

    [Fact]
    public async Task Nobody_is_looked_up_who_is_not_there()
    {
        Assert.IsType<Lookup.Nobody>(await _signIns.LookUpAsync("drancy", "nobody.atall"));
        Assert.IsType<Lookup.Nobody>(await _signIns.LookUpAsync("dugny", _directory.Amelie.Login));
        Assert.IsType<Lookup.Nobody>(await _signIns.LookUpAsync("nowhere", _directory.Amelie.Login));
        await _directory.Slapd.KillAsync();
        Assert.IsType<Lookup.OutOfReach>(await _signIns.LookUpAsync("drancy", _directory.Amelie.Login));
    }

    private Task AddAsync(string dn, string kind, string attribute, string member) =>
        _directory.ChangeAsync($"dn: {dn}\nchangetype: add\nobjectClass: {kind}\n{attribute}: {member}\n");
}
