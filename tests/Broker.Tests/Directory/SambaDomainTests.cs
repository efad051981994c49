using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>A domain with one person of each kind, for all tests of a class.</summary>
public sealed class TestDomain : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-domain-").FullName;
    private SambaDomain? _domain;

    public SambaDomain Domain => _domain ?? throw new InvalidOperationException("not started");

    public string Password { get; } = SambaLdif.NewPassword();

    public string BrokerPassword => File.ReadAllText(Domain.BrokerPasswordFile);

    public async Task InitializeAsync()
    {
        var address = Loopback.Pick().Address(1);
        _domain = await SambaDomain.StartAsync(Path.Combine(_folder, "samba"), address, DirectoryTls.Make(Path.Combine(_folder, "tls"), address), string.Concat(
        [
            SambaLdif.Person("amelie", Password, "displayName: Amélie Durand"),
            SambaLdif.Person("disabled", Password, "userAccountControl: 514"),
            SambaLdif.Person("gone", Password, "accountExpires: 133000000000000000"),
            SambaLdif.Person("new", Password, "pwdLastSet: 0"),
            SambaLdif.Person("newer", Password, "pwdLastSet: 0"),
            SambaLdif.Person("night", Password, "logonHours:: AAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            SambaLdif.Person("old", Password),
            SambaLdif.Person("tries", Password),
            SambaLdif.Group("inner", SambaLdif.PersonDn("amelie")),
            SambaLdif.Group("outer", SambaLdif.GroupDn("inner")),
        ]));
        await Domain.ExpirePasswordAsync(SambaLdif.PersonDn("old"));
    }

    public async Task DisposeAsync()
    {
        if (_domain is not null) await _domain.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The Active Directory of the tests answers as one.</summary>
public sealed class SambaDomainTests(TestDomain test) : IClassFixture<TestDomain>
{
    [Theory]
    [InlineData("disabled", "533")]
    [InlineData("gone", "701")]
    [InlineData("newer", "773")]
    [InlineData("night", "530")]
    [InlineData("old", "532")]
    public async Task The_state_of_an_account_is_told_to_the_right_password_alone(string account, string code)
    {
        await RefusedAsync(account, test.Password, code);
        await RefusedAsync(account, "wrong", "52e");
    }

    [Fact]
    public async Task A_locked_account_is_told_to_any_password()
    {
        foreach (var code in (string[])["52e", "52e", "52e", "775"]) await RefusedAsync("tries", "wrong", code);
        await RefusedAsync("tries", test.Password, "775");
    }

    [Theory]
    [InlineData("CN=amelie,OU=Agents,DC=agglo,DC=test")]
    [InlineData("amelie@agglo.test")]
    [InlineData(@"AGGLO\AMELIE")]
    public async Task A_person_has_three_names(string name)
    {
        Assert.Equal(0, (await test.Domain.BindAsync(name, test.Password)).Status);
        Assert.Equal(0, (await (test.Domain.Tools with { Uri = test.Domain.LdapUri }).BindAsync(name, test.Password)).Status);
        Assert.Equal(49, (await test.Domain.BindAsync(name, "wrong")).Status);
    }

    [Fact]
    public async Task The_brokers_account_finds_people_and_nested_groups()
    {
        var groups = await test.Domain.Tools.SearchAsync(test.Domain.BrokerDn, test.BrokerPassword, SambaLdif.Groups,
            $"(member:1.2.840.113556.1.4.1941:={SambaLdif.PersonDn("amelie")})", "sAMAccountName");
        Assert.Contains("sAMAccountName: inner", groups.Output, StringComparison.Ordinal);
        Assert.Contains("sAMAccountName: outer", groups.Output, StringComparison.Ordinal);
        var person = await test.Domain.Tools.SearchAsync(test.Domain.BrokerDn, test.BrokerPassword, SambaLdif.Suffix, "(sAMAccountName=AMELIE)", "objectSid", "memberOf");
        Assert.Contains("memberOf: CN=inner,OU=Groupes,DC=agglo,DC=test", person.Output, StringComparison.Ordinal);
        Assert.Contains("# refldaps://", person.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_brokers_account_changes_a_password_that_must_be_changed()
    {
        await RefusedAsync("new", test.Password, "773");
        var next = SambaLdif.NewPassword();
        Assert.Contains("00000056", (await ChangeAsync("new", "wrong", next)).Error, StringComparison.Ordinal);
        Assert.Contains("0000052D", (await ChangeAsync("new", test.Password, "short")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await ChangeAsync("new", test.Password, next)).Status);
        Assert.Equal(0, (await test.Domain.BindAsync("new@agglo.test", next)).Status);
    }

    private Task<ToolAnswer> ChangeAsync(string account, string from, string to) =>
        test.Domain.Tools.ApplyAsync(test.Domain.BrokerDn, test.BrokerPassword, SambaLdif.ChangePassword(SambaLdif.PersonDn(account), from, to));

    private async Task RefusedAsync(string account, string password, string code)
    {
        var answer = await test.Domain.BindAsync($"{account}@agglo.test", password);
        Assert.Equal(49, answer.Status);
        Assert.Contains($", data {code},", answer.Error, StringComparison.Ordinal);
    }
}

/// <summary>The Active Directory of the tests leaves nothing.</summary>
public sealed class SambaDomainEndTests
{
    [Fact]
    public async Task It_comes_back_after_SIGKILL_and_leaves_nothing_when_disposed()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-domain-").FullName;
        var address = Loopback.Pick().Address(1);
        var password = SambaLdif.NewPassword();
        var domain = await SambaDomain.StartAsync(folder, address, DirectoryTls.Make(Path.Combine(folder, "made"), address), SambaLdif.Person("amelie", password));
        await domain.KillAsync();
        Assert.False(Loopback.Listens(address, 636));
        await domain.StartAgainAsync();
        Assert.Equal(0, (await domain.BindAsync("amelie@agglo.test", password)).Status);
        var pid = domain.Pid;
        await domain.DisposeAsync();
        Assert.False(System.IO.Directory.Exists($"/proc/{pid}"));
        Assert.False(System.IO.Directory.Exists(folder));
        Assert.False(Loopback.Listens(address, 389));
    }
}
