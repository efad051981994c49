using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>A 389 Directory Server with one person of each kind, for all tests of a class.</summary>
public sealed class Test389 : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("vdi-389-").FullName;
    private Ds389? _directory;

    public Ds389 Directory => _directory ?? throw new InvalidOperationException("not started");

    public string Password { get; } = Townspeople.NewPassword();

    public string BrokerPassword => File.ReadAllText(Directory.BrokerPasswordFile);

    public async Task InitializeAsync()
    {
        var address = Loopback.Pick().Address(1);
        static string Under(string policy) => $"pwdpolicysubentry: cn={policy},{Ds389Ldif.Policies}";
        _directory = await Ds389.StartAsync(Path.Combine(_folder, "389"), address, DirectoryTls.Make(Path.Combine(_folder, "tls"), address), string.Concat(
        [
            Ds389Ldif.Policy("ages", "passwordExp: on", "passwordMaxAge: 86400", "passwordWarning: 0"),
            Ds389Ldif.Policy("grace", "passwordExp: on", "passwordMaxAge: 86400", "passwordWarning: 0", "passwordGraceLimit: 3"),
            Ds389Ldif.Policy("must", "passwordMustChange: on"),
            Ds389Ldif.Policy("strict", "passwordCheckSyntax: on", "passwordMinLength: 10", "passwordHistory: on", "passwordInHistory: 3"),
            Ds389Ldif.Person("amelie", Password, "displayName: Amélie Durand"),
            Ds389Ldif.Person("disabled", Password, "nsAccountLock: true"),
            Ds389Ldif.Person("old", Password, Under("ages")),
            Ds389Ldif.Person("older", Password, Under("grace")),
            Ds389Ldif.Person("new", Password, Under("must")),
            Ds389Ldif.Person("strict", Password, Under("strict")),
            Ds389Ldif.Person("tries", Password),
            Ds389Ldif.Group("inner", Ds389Ldif.PersonDn("amelie")),
            Ds389Ldif.UniqueGroup("outer", Ds389Ldif.GroupDn("inner")),
            Ds389Ldif.ExpirePassword("old"),
            Ds389Ldif.ExpirePassword("older"),
            Ds389Ldif.Replace(Ds389Ldif.PersonDn("new"), "userPassword", Password),
        ]));
    }

    public async Task DisposeAsync()
    {
        if (_directory is not null) await _directory.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The 389 Directory Server of the tests answers as one.</summary>
public sealed class Ds389Tests(Test389 test) : IClassFixture<Test389>
{
    [Fact]
    public async Task A_right_password_is_taken_over_both_kinds_of_TLS()
    {
        Assert.Equal(0, (await BindAsync("amelie", test.Password)).Status);
        Assert.Equal(0, (await (test.Directory.Tools with { Uri = test.Directory.LdapUri }).BindAsync(Ds389Ldif.PersonDn("amelie"), test.Password)).Status);
        Assert.Equal(49, (await BindAsync("nobody", test.Password)).Status);
    }

    [Fact]
    public async Task A_disabled_or_locked_account_is_told_to_any_password()
    {
        Says(await BindAsync("disabled", test.Password), 53, "Account inactivated");
        Says(await BindAsync("disabled", "wrong"), 53, "Account inactivated");
        foreach (var status in (int[])[49, 49, 49, 19]) Assert.Equal(status, (await BindAsync("tries", "wrong")).Status);
        Says(await BindAsync("tries", test.Password), 19, "Exceed password retry limit");
    }

    [Fact]
    public async Task The_state_of_a_password_is_told_to_the_right_one_alone()
    {
        Says(await BindAsync("old", test.Password), 49, "password expired!");
        Says(await BindAsync("older", test.Password), 0, "2 grace logins remain");
        Says(await BindAsync("new", test.Password), 53, "Password must be changed");
        foreach (var account in (string[])["old", "older", "new"])
        {
            var answer = await BindAsync(account, "wrong");
            Assert.Equal(49, answer.Status);
            Assert.DoesNotContain("expire", answer.Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task A_refused_change_of_password_has_its_reason()
    {
        var next = Townspeople.NewPassword();
        Says(await ChangeAsync("wrong", next, test.Password), 1, "Invalid oldPasswd value");
        Says(await ChangeAsync(test.Password, "short", test.Password), 1, "Failed to update password");
        Assert.Equal(0, (await ChangeAsync(test.Password, next, test.Password)).Status);
        Says(await ChangeAsync(next, test.Password, next), 1, "Failed to update password");
        Assert.Equal(0, (await BindAsync("strict", next)).Status);
    }

    [Fact]
    public async Task The_brokers_account_reads_nested_groups_and_no_password()
    {
        var found = await test.Directory.Tools.SearchAsync(test.Directory.BrokerDn, test.BrokerPassword, Ds389Ldif.Suffix, "(uid=AMELIE)", "memberOf", "userPassword", "displayName");
        Assert.Contains($"memberOf: {Ds389Ldif.GroupDn("inner")}", found.Output, StringComparison.Ordinal);
        Assert.Contains($"memberOf: {Ds389Ldif.GroupDn("outer")}", found.Output, StringComparison.Ordinal);
        Assert.Contains("displayName::", found.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("userPassword", found.Output, StringComparison.Ordinal);
    }

    private Task<ToolAnswer> BindAsync(string account, string password) => test.Directory.BindAsync(Ds389Ldif.PersonDn(account), password);

    // ldappasswd ends with 1 whatever the result code; its words tell.
    private async Task<ToolAnswer> ChangeAsync(string from, string to, string bound)
    {
        var (old, next) = (Path.GetTempFileName(), Path.GetTempFileName());
        await File.WriteAllTextAsync(old, from);
        await File.WriteAllTextAsync(next, to);
        var answer = await test.Directory.Tools.RunAsync("ldappasswd", Ds389Ldif.PersonDn("strict"), bound, null, ["-t", old, "-T", next]);
        File.Delete(old);
        File.Delete(next);
        return answer;
    }

    private static void Says(ToolAnswer answer, int status, string text)
    {
        var said = answer.Output + answer.Error;
        Assert.True(answer.Status == status && said.Contains(text, StringComparison.Ordinal), $"{answer.Status}: {said}");
    }
}

/// <summary>The 389 Directory Server of the tests leaves nothing.</summary>
public sealed class Ds389EndTests
{
    [Fact]
    public async Task It_comes_back_after_SIGKILL_and_leaves_nothing_when_disposed()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-389-").FullName;
        var address = Loopback.Pick().Address(1);
        var password = Townspeople.NewPassword();
        var directory = await Ds389.StartAsync(folder, address, DirectoryTls.Make(Path.Combine(folder, "made"), address), Ds389Ldif.Person("amelie", password));
        await directory.KillAsync();
        await directory.StartAgainAsync();
        Assert.Equal(0, (await directory.BindAsync(Ds389Ldif.PersonDn("amelie"), password)).Status);
        var pid = directory.Pid;
        await directory.DisposeAsync();
        Assert.False(System.IO.Directory.Exists($"/proc/{pid}"));
        Assert.False(System.IO.Directory.Exists(folder));
    }
}
