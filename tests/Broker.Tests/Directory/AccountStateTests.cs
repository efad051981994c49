using System.Diagnostics;
using VdiBroker.City.Directory;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

/// <summary>What a person learns of their account, and how they change their password, against a real slapd with ppolicy.</summary>
public sealed class AccountStateTests : IAsyncLifetime
{
    private const string New = "un-tout-nouveau-Mot-2026";

    private TestDirectory _directory = null!;
    private SignIns _signIns = null!;

    private Townsperson Amelie => _directory.Amelie;

    private PersonId Id => new($"drancy/{Amelie.Login}");

    private SlapdAccounts Accounts => _directory.Slapd.Accounts;

    public async Task InitializeAsync()
    {
        _directory = await TestDirectory.StartAsync(Townspeople.Make(tenants: ["drancy"]), "127.0.0.38", change: plan => plan with { Policies = [.. PasswordPolicy.All] });
        _signIns = _directory.SignIns();
    }

    public async Task DisposeAsync()
    {
        _signIns.Dispose();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Who_must_change_is_told_so_after_the_right_password_alone_and_can_do_it()
    {
        await Accounts.SetPolicyAsync(Amelie.Dn, PasswordPolicy.MustChange);
        await Accounts.MustChangeAsync(Amelie.Dn);
        await RefusedAsync(AccountState.MustChange);
        Assert.Equal(new PasswordChange.Rejected(Id), await _signIns.ChangeAsync(Amelie.Login, "wrong", New));
        Assert.Equal(new PasswordChange.Changed(Id), await _signIns.ChangeAsync(Amelie.Login, Amelie.Password, New));
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(Amelie.Login, New));
        Assert.IsType<Authentication.Rejected>(await _signIns.RunAsync(Amelie));
    }

    [Fact]
    public async Task A_password_in_grace_is_taken_and_counted_down_and_an_expired_one_is_named()
    {
        await Accounts.SetPolicyAsync(Amelie.Dn, PasswordPolicy.Graceful);
        await Accounts.PasswordChangedAsync(Amelie.Dn, TimeSpan.FromDays(2));
        Assert.Equal(new PasswordNotice(null, 1), await NoticeAsync());
        Assert.Equal(new PasswordNotice(null, 0), await NoticeAsync());
        await RefusedAsync(AccountState.PasswordExpired);
        Assert.Equal(new PasswordChange.Barred(Id, AccountState.PasswordExpired), await _signIns.ChangeAsync(Amelie.Login, Amelie.Password, New));
    }

    [Fact]
    public async Task The_end_of_a_password_is_announced()
    {
        Assert.Null(await NoticeAsync());
        await Accounts.SetPolicyAsync(Amelie.Dn, PasswordPolicy.Aging);
        await Accounts.PasswordChangedAsync(Amelie.Dn, TimeSpan.FromHours(20));
        Assert.InRange((await NoticeAsync())!.ExpiresIn!.Value, TimeSpan.FromHours(3), TimeSpan.FromHours(4));
    }

    [Fact]
    public async Task Locked_ended_and_not_begun_are_one_answer_with_a_wrong_password()
    {
        await Accounts.LockAsync(Amelie.Dn);
        await SameAsync();
        await Accounts.UnlockAsync(Amelie.Dn);
        await Accounts.EndsAsync(Amelie.Dn, TimeSpan.FromMinutes(-1));
        await SameAsync();
        await Accounts.EndsAsync(Amelie.Dn, null);
        await Accounts.BeginsAsync(Amelie.Dn, TimeSpan.FromMinutes(5));
        await SameAsync();

        async Task SameAsync() => Assert.All(
            await Task.WhenAll(_signIns.RunAsync(Amelie), _signIns.RunAsync(Amelie.Login, "wrong")), answer => Assert.Equal(new Authentication.Rejected(Id), answer));
    }

    [Fact]
    public async Task The_policys_refusal_is_told()
    {
        Assert.Equal(PasswordRefusal.TooShort, await RefusalAsync("short"));
        Assert.Equal(PasswordRefusal.TooShort, await RefusalAsync(""));
        Assert.Equal(PasswordRefusal.Other, await RefusalAsync("with\0nul-and-more"));
        await Accounts.SetPolicyAsync(Amelie.Dn, PasswordPolicy.Remembering);
        Assert.Equal(PasswordRefusal.UsedBefore, await RefusalAsync(Amelie.Password));
        await Accounts.SetPolicyAsync(Amelie.Dn, PasswordPolicy.Fixed);
        Assert.Equal(PasswordRefusal.NotAllowed, await RefusalAsync(New));
        await Accounts.SetPolicyAsync(Amelie.Dn, PasswordPolicy.Slow);
        await Accounts.PasswordChangedAsync(Amelie.Dn, TimeSpan.FromMinutes(1));
        Assert.Equal(PasswordRefusal.TooYoung, await RefusalAsync(New));
        Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(Amelie));
    }

    [Fact]
    public async Task A_refused_old_password_is_one_answer_and_never_early()
    {
        (string Login, string Old)[] tries = [(Amelie.Login, "wrong"), ("nobody.atall", "x"), (Amelie.Login, ""), ("", "x"), (Amelie.Login, "\0")];
        await Task.WhenAll(tries.Select(async one =>
        {
            var clock = Stopwatch.StartNew();
            Assert.IsType<PasswordChange.Rejected>(await _signIns.ChangeAsync(one.Login, one.Old, New));
            Assert.InRange(clock.Elapsed, AuthenticatePerson.RejectionFloor - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(15));
        }));
        await _directory.Slapd.KillAsync();
        Assert.IsType<PasswordChange.OutOfReach>(await _signIns.ChangeAsync(Amelie.Login, Amelie.Password, New));
        Assert.Contains(new TenantId("drancy"), Assert.IsType<Authentication.OutOfReach>(await _signIns.RunAsync(Amelie)).Down);
        Assert.DoesNotContain(_signIns.Log, line => line.Contains("amelie", StringComparison.OrdinalIgnoreCase) || line.Contains(New, StringComparison.Ordinal) || line.Contains("dc=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replica_that_takes_no_changes_says_so_and_the_next_server_takes_it()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-ca-");
        using var authority = DirectoryAuthority.Make(folder.FullName);
        await using var front = RoughServer.Start(RoughPlan.Before(_directory.Slapd, "127.0.0.39", authority));
        front.Answers(AnswerManner.ReadOnly);
        using var signIns = _directory.SignIns(options => options with { Servers = [new Uri(front.LdapsUri)], CaFile = front.CaFile });
        Assert.Equal(new PasswordChange.Refused(Id, PasswordRefusal.ReadOnly), await signIns.ChangeAsync(Amelie.Login, Amelie.Password, New));
        var ca = _directory.WriteFile("both.crt", await File.ReadAllTextAsync(front.CaFile) + "\n" + await File.ReadAllTextAsync(_directory.Slapd.CaFile));
        using var both = _directory.SignIns(options => options with { Servers = [new Uri(front.LdapsUri), new Uri(_directory.Slapd.LdapsUri)], CaFile = ca });
        Assert.Equal(new PasswordChange.Changed(Id), await both.ChangeAsync(Amelie.Login, Amelie.Password, New));
        folder.Delete(recursive: true);
    }

    private async Task<PasswordNotice?> NoticeAsync() => Assert.IsType<Authentication.Authenticated>(await _signIns.RunAsync(Amelie)).Notice;

    private async Task<PasswordRefusal> RefusalAsync(string wanted) =>
        Assert.IsType<PasswordChange.Refused>(await _signIns.ChangeAsync(Amelie.Login, Amelie.Password, wanted)).Reason;

    private async Task RefusedAsync(AccountState state)
    {
        var clock = Stopwatch.StartNew();
        Assert.Equal(new Authentication.Barred(Id, state), await _signIns.RunAsync(Amelie));
        Assert.InRange(clock.Elapsed, AuthenticatePerson.RejectionFloor - TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(15));
        Assert.Equal(new Authentication.Rejected(Id), await _signIns.RunAsync(Amelie.Login, "wrong"));
    }
}
