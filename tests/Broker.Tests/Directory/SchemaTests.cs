using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>The preset for Active Directory, against a real domain.</summary>
public sealed class ActiveDirectorySchemaTests : IClassFixture<TestDomain>, IDisposable
{
    private readonly TestDomain _test;
    private readonly SignIns _signIns;

    public ActiveDirectorySchemaTests(TestDomain test)
    {
        _test = test;
        _signIns = SignIns.Configured($$"""
            directories:
              - id: ad
                schema: active-directory
                servers: ["{{test.Domain.LdapUri}}"]
                ca: "{{test.Domain.CaFile}}"
                bind_dn: "{{test.Domain.BrokerDn}}"
                bind_password_file: "{{test.Domain.BrokerPasswordFile}}"
                people: { base: "{{SambaLdif.Suffix}}" }
                groups: { base: "{{SambaLdif.Suffix}}" }
            tenants:
              - { id: town, name: Town, directory: ad, people_under: "{{SambaLdif.People}}", suffixes: [{{SambaLdif.Realm}}], prefixes: [AGGLO] }
            """);
    }

    public void Dispose() => _signIns.Dispose();

    [Theory]
    [InlineData("amelie")]
    [InlineData(" AMELIE ")]
    [InlineData("amelie@agglo.test")]
    [InlineData(@"agglo\Amelie")]
    public async Task Each_of_a_persons_names_is_that_person_with_nested_groups_and_the_primary_one(string typed)
    {
        var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(typed, _test.Password)).Person;
        Assert.Equal(("town/amelie", "amelie", "Amélie Durand"), (person.Id.Value, person.Account, person.DisplayName));
        Assert.Equal(["Domain Users", "Users", "inner", "outer"], person.Groups.ToArray());
    }

    [Fact]
    public async Task References_to_other_servers_are_counted_and_not_followed()
    {
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync("amelie", _test.Password));
        Assert.Contains(_signIns.Log, line => line.StartsWith("508", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("disabled", AccountState.Disabled)]
    [InlineData("gone", AccountState.AccountExpired)]
    [InlineData("newer", AccountState.MustChange)]
    [InlineData("night", AccountState.OutsideHours)]
    [InlineData("old", AccountState.MustChange)]
    public async Task The_state_of_an_account_is_told_after_the_right_password_alone(string account, AccountState state)
    {
        Assert.Equal(new Authentication.Barred(Id(account), state), await _signIns.RunAsync(account, _test.Password));
        Assert.Equal(new Authentication.Rejected(Id(account)), await _signIns.RunAsync(account, "wrong"));
    }

    [Fact]
    public async Task Who_is_locked_or_unknown_is_rejected()
    {
        for (var i = 0; i < 4; i++) Assert.Equal(new Authentication.Rejected(Id("tries")), await _signIns.RunAsync("tries", "wrong"));
        Assert.Equal(new Authentication.Rejected(Id("tries")), await _signIns.RunAsync("tries", _test.Password));
        Assert.Equal(new Authentication.Rejected(), await _signIns.RunAsync("nobody", _test.Password));
    }

    [Fact]
    public async Task Passwords_are_changed_also_by_who_must_and_by_who_came_too_late()
    {
        await _test.Domain.ApplyAsync(SambaLdif.Person("zoe", _test.Password) + SambaLdif.Person("late", _test.Password));
        await _test.Domain.ExpirePasswordAsync(SambaLdif.PersonDn("late"));
        foreach (var account in (string[])["zoe", "new", "late"])
        {
            var wanted = SambaLdif.NewPassword();
            Assert.Equal(new PasswordChange.Rejected(Id(account)), await _signIns.ChangeAsync(account, "wrong", wanted));
            Assert.Equal(new PasswordChange.Refused(Id(account), PasswordRefusal.TooShort), await _signIns.ChangeAsync(account, _test.Password, "a-Z3"));
            Assert.Equal(new PasswordChange.Refused(Id(account), PasswordRefusal.TooSimple), await _signIns.ChangeAsync(account, _test.Password, "toutesimplement"));
            Assert.Equal(new PasswordChange.Changed(Id(account)), await _signIns.ChangeAsync(account, _test.Password, wanted));
            Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(account, wanted));
        }
        Assert.Equal(new PasswordChange.Barred(Id("disabled"), AccountState.Disabled), await _signIns.ChangeAsync("disabled", _test.Password, SambaLdif.NewPassword()));
    }

    private static PersonId Id(string account) => new($"town/{account}");
}

/// <summary>The preset for 389 Directory Server, against a real one.</summary>
public sealed class ThreeEightNineSchemaTests : IClassFixture<Test389>, IDisposable
{
    private readonly Test389 _test;
    private readonly SignIns _signIns;

    public ThreeEightNineSchemaTests(Test389 test)
    {
        _test = test;
        _signIns = SignIns.Configured($$"""
            directories:
              - id: rh
                schema: 389
                servers: ["{{test.Directory.LdapsUri}}"]
                ca: "{{test.Directory.CaFile}}"
                bind_dn: "{{test.Directory.BrokerDn}}"
                bind_password_file: "{{test.Directory.BrokerPasswordFile}}"
                people: { base: "{{Ds389Ldif.People}}" }
                groups: { base: "{{Ds389Ldif.Groups}}" }
            tenants:
              - { id: town, name: Town, directory: rh }
            """);
    }

    public void Dispose() => _signIns.Dispose();

    [Fact]
    public async Task A_person_has_nested_groups_with_their_paths()
    {
        var person = Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync("AMELIE", _test.Password)).Person;
        Assert.Equal(("town/amelie", "Amélie Durand"), (person.Id.Value, person.DisplayName));
        Assert.Equal(["inner", "outer"], person.Groups.ToArray());
        var facts = Assert.IsType<Lookup.Found>(await _signIns.LookUpAsync("town", "amelie")).Facts;
        Assert.Equal(["inner", "outer"], facts.Groups[^1].Path.ToArray());
    }

    [Fact]
    public async Task The_state_of_an_account_is_told_after_the_right_password_alone()
    {
        foreach (var (account, state) in ((string, AccountState)[])[("old", AccountState.PasswordExpired), ("new", AccountState.MustChange)])
        {
            Assert.Equal(new Authentication.Barred(Id(account), state), await _signIns.RunAsync(account, _test.Password));
            Assert.Equal(new Authentication.Rejected(Id(account)), await _signIns.RunAsync(account, "wrong"));
        }
        Assert.Equal(new Authentication.Rejected(Id("disabled")), await _signIns.RunAsync("disabled", _test.Password));
        for (var i = 0; i < 4; i++) Assert.Equal(new Authentication.Rejected(Id("tries")), await _signIns.RunAsync("tries", "wrong"));
        Assert.Equal(new Authentication.Rejected(Id("tries")), await _signIns.RunAsync("tries", _test.Password));
        Assert.NotNull(Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync("older", _test.Password)).Notice?.GraceLeft);
    }

    [Fact]
    public async Task Passwords_are_changed_and_the_policys_refusal_is_told()
    {
        var wanted = SambaLdif.NewPassword();
        Assert.Equal(new PasswordChange.Rejected(Id("strict")), await _signIns.ChangeAsync("strict", "wrong", wanted));
        Assert.Equal(new PasswordChange.Refused(Id("strict"), PasswordRefusal.TooSimple), await _signIns.ChangeAsync("strict", _test.Password, "short"));
        Assert.Equal(new PasswordChange.Changed(Id("strict")), await _signIns.ChangeAsync("strict", _test.Password, wanted));
        Assert.Equal(new PasswordChange.Refused(Id("strict"), PasswordRefusal.UsedBefore), await _signIns.ChangeAsync("strict", wanted, wanted));
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync("strict", wanted));
    }

    private static PersonId Id(string account) => new($"town/{account}");
}
