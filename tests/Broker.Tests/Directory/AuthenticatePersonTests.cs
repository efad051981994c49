using System.Diagnostics;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Ldap;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>Who is let in and who is not, against a real slapd that serves well.</summary>
public sealed class AuthenticatePersonTests : IAsyncLifetime
{
    private TestDirectory _directory = null!;
    private SignIns _signIns = null!;

    private Townsperson Amelie => _directory.Amelie;

    public async Task InitializeAsync()
    {
        _directory = await TestDirectory.StartAsync();
        _signIns = _directory.SignIns();
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task The_right_password_lets_in_with_name_tenant_and_groups()
    {
        var person = await _signIns.LetInAsync(Amelie);
        Assert.Equal((new PersonId("drancy/amelie.durand"), new TenantId("drancy")), (person.Id, person.Tenant));
        Assert.Equal(("amelie.durand", "Amélie Durand"), (person.Login, person.DisplayName));
        Assert.Equal(["accueil", "agents"], person.Groups.ToArray());
    }

    [Fact]
    public async Task Who_is_refused_keeps_nobody_waiting_for_the_time_before_which_no_refusal_is_answered()
    {
        var (given, clock) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new HandClock(DateTimeOffset.UtcNow));
        var authenticate = new AuthenticatePerson(_signIns.Get<FindPerson>(), _signIns.Get<DirectoryLog>(), clock);
        var answer = authenticate.RunAsync(new AuthenticationRequest(Amelie.Login, "wrong", null) { Waits = () => given.TrySetResult() }, CancellationToken.None);
        // The clock stands still: nothing has taken long.
        await given.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(answer.IsCompleted);
        await Eventually.HoldsAsync("the answer", TimeSpan.FromSeconds(20), () =>
        {
            clock.Turn(AuthenticatePerson.RejectionFloor);
            return answer.IsCompleted;
        });
        Assert.IsType<Authentication.Rejected>(await answer);
    }

    [Fact]
    public async Task Everybody_of_the_four_bodies_is_let_in_with_the_groups_they_are_in()
    {
        foreach (var one in _directory.People.Everybody)
        {
            var person = await _signIns.LetInAsync(one);
            Assert.Equal((one.Tenant, one.Login, one.DisplayName), (person.Tenant.Value, person.Login, person.DisplayName));
            Assert.Equal(one.Groups.Order(StringComparer.Ordinal), person.Groups.AsEnumerable());
        }
    }

    [Theory]
    [InlineData("AMELIE.DURAND")]
    [InlineData("  Amelie.Durand ")]
    public async Task Letter_case_and_spaces_of_a_login_do_not_count_and_the_directorys_spelling_is_kept(string typed)
    {
        var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(typed, Amelie.Password)).Person;
        Assert.Equal("amelie.durand", person.Login);
    }

    [Fact]
    public async Task Wrong_password_unknown_person_and_empty_password_are_one_answer_and_none_comes_early()
    {
        (string Login, string Password)[] tries =
        [
            (Amelie.Login, "wrong"), ("nobody.atall", Amelie.Password), (Amelie.Login, ""), ("", Amelie.Password), ("", ""),
            (Amelie.Login, "\0"), (Amelie.Login, "\0" + Amelie.Password), (Amelie.Login, Amelie.Password + "\0x"), ("amelie.durand\0", Amelie.Password),
            (Amelie.Login, new string('x', AuthenticatePerson.MaxPasswordLength + 1)), (new string('a', 10_000), "x"),
        ];
        await Task.WhenAll(tries.Select(async one =>
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(new Authentication.Rejected(one == tries[0] ? new PersonId("drancy/amelie.durand") : null), await _signIns.RunAsync(one.Login, one.Password));
            Assert.InRange(clock.Elapsed, AuthenticatePerson.RejectionFloor - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(15));
        }));
    }

    [Fact]
    public async Task An_empty_password_never_reaches_the_directory_and_an_unknown_person_costs_a_bind_all_the_same()
    {
        await Task.WhenAll(_signIns.RunAsync(Amelie.Login, ""), _signIns.RunAsync(Amelie.Login, "\0"));
        Assert.Empty(_directory.LogLines("BIND dn=\"uid="));
        await _signIns.RunAsync("nobody.atall", "x");
        var binds = _directory.LogLines(" BIND dn=\"cn=").Where(line => line.Contains(" method=", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["cn=broker,ou=services", "cn="], binds.Select(line => line.Contains("cn=broker", StringComparison.Ordinal) ? "cn=broker,ou=services" : "cn="));
        Assert.Single(_directory.LogLines("err=49"));
    }

    [Fact]
    public async Task A_login_is_never_read_as_a_filter()
    {
        string[] logins =
        [
            "*",
            "amelie*",
            "amelie*)(uid=*",
            "amelie.durand)(objectClass=*",
            "*)(|(uid=amelie.durand",
            "x)(|(objectClass=*",
            @"\2a",
            @"amelie.durand\",
            "uid=amelie.durand,ou=drancy,ou=people,dc=agglo,dc=test",
        ];
        var answers = await Task.WhenAll(logins.Select(login => _signIns.RunAsync(login, Amelie.Password)));
        Assert.All(answers, answer => Assert.IsType<Authentication.Rejected>(answer));
        Assert.DoesNotContain(_signIns.Log, line => line.StartsWith("504", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("motdépassé-œuvre€")]
    [InlineData("with space ")]
    [InlineData(@"q""u\o*t(e)s")]
    [InlineData("пароль 😀")]
    public async Task A_password_of_any_letters_is_taken_whole(string password)
    {
        var person = _directory.People["zoe.chaine"];
        await _directory.ChangeAsync($"dn: {person.Dn}\nchangetype: modify\nreplace: userPassword\nuserPassword:: {Base64(TownspeopleLdif.Ssha(password))}\n");
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(person.Login, password));
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync(person.Login, password[..^1]));
    }

    [Fact]
    public async Task Two_entries_of_one_login_are_nobody_and_the_operator_is_told()
    {
        await _directory.ChangeAsync($"""
            dn: uid=amelie.durand,{_directory.People.PeopleOf("dugny")}
            changetype: add
            objectClass: inetOrgPerson
            uid: amelie.durand
            cn: Another
            sn: Another
            userPassword: another-password

            """);
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync(Amelie));
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync("amelie.durand", "another-password"));
        Assert.Contains(_signIns.Log, line => line.StartsWith("504", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Someone_outside_every_tenants_branch_is_refused_without_a_bind()
    {
        await _directory.ChangeAsync($"""
            dn: uid=old.timer,{_directory.People.PeopleBase}
            changetype: add
            objectClass: inetOrgPerson
            uid: old.timer
            cn: Old Timer
            sn: Timer
            userPassword: old-password

            """);
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync("old.timer", "old-password"));
        Assert.Contains(_signIns.Log, line => line.StartsWith("505", StringComparison.Ordinal));
        Assert.Empty(_directory.LogLines("BIND dn=\"uid=old.timer"));
    }

    [Fact]
    public async Task A_group_of_another_tenant_gives_no_right_even_to_its_members_and_a_shared_one_does()
    {
        var person = _directory.People["gaetan.sanschagrin"];
        await _directory.ChangeAsync($"""
            dn: cn=agents,{_directory.People.GroupsOf("dugny")}
            changetype: modify
            add: member
            member: {person.Dn}

            dn: cn=agglo-vpn,{_directory.People.GroupsBase}
            changetype: add
            objectClass: groupOfNames
            cn: agglo-vpn
            member: {person.Dn}

            """);
        Assert.Equal(["agglo-vpn"], (await _signIns.LetInAsync(person)).Groups.ToArray());
    }

    [Fact]
    public async Task Who_must_change_their_password_first_is_not_let_in_though_the_bind_succeeds()
    {
        var person = _directory.People["theo.garcon"];
        await _directory.ChangeAsync($"dn: {person.Dn}\nchangetype: modify\nadd: pwdReset\npwdReset: TRUE\n");
        Assert.Equal(new Authentication.Barred(new PersonId($"{person.Tenant}/{person.Login}"), AccountState.MustChange), await _signIns.RunAsync(person));
        Assert.Contains(_signIns.Log, line => line.StartsWith("506", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_locked_account_is_refused_with_the_right_password_too()
    {
        var person = _directory.People["lea.bezier"];
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _signIns.RunAsync(person.Login, "wrong")));
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync(person));
    }

    [Fact]
    public async Task A_hundred_sign_ins_share_the_kept_connections()
    {
        var before = _directory.LogLines(" ACCEPT from").Length;
        var people = _directory.People.Everybody;
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => _signIns.LetInAsync(people[i % people.Count])));
        Assert.InRange(_directory.LogLines(" ACCEPT from").Length - before, 2, 4 * _directory.Options().Connections);
    }

    [Fact]
    public async Task The_brokers_account_reads_no_password_and_changes_nothing()
    {
        using var client = new LdapClient(_directory.Options().Service.Servers[0], TimeSpan.FromSeconds(3));
        Assert.Equal(0, (await client.BindAsync(_directory.Slapd.BrokerDn, await File.ReadAllTextAsync(_directory.Slapd.BrokerPasswordFile))).Code);
        var everything = (await client.SearchAsync(_directory.People.Suffix, LdapScope.Branch, "(objectClass=*)", 0, "*", "+")).Entries;
        Assert.True(everything.Length > _directory.People.Everybody.Count);
        Assert.All(everything, entry => Assert.Empty(entry.Octets("userPassword")));
        Assert.DoesNotContain(everything, entry => entry.Dn.Contains("ou=services", StringComparison.Ordinal));
        Assert.Empty((await client.SearchAsync(_directory.People.Suffix, LdapScope.Branch, "(userPassword=*)", 0, "cn")).Entries);
        const int insufficientAccess = 50;
        foreach (var change in (string[])[$"dn: {Amelie.Dn}\nchangetype: modify\nreplace: sn\nsn: X\n", $"dn: {Amelie.Dn}\nchangetype: delete\n"])
            Assert.Equal(insufficientAccess, await _directory.ToolAsync("ldapmodify", _directory.Slapd.BrokerDn, _directory.Slapd.BrokerPasswordFile, change));
    }

    [Fact]
    public async Task Nothing_of_a_person_is_in_the_log()
    {
        await Task.WhenAll(_signIns.RunAsync(Amelie), _signIns.RunAsync(Amelie.Login, "a-wrong-one"), _signIns.RunAsync("nobody.atall", "x"));
        await _directory.Slapd.KillAsync();
        await _signIns.RunAsync(Amelie);
        Assert.NotEmpty(_signIns.Log);
        Assert.DoesNotContain(_signIns.Log, line => ((string[])["amelie", "nobody.atall", "a-wrong-one", Amelie.Password, "dc=agglo"])
            .Any(text => line.Contains(text, StringComparison.OrdinalIgnoreCase)));
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
