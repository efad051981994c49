using System.Diagnostics;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Directory;

[Collection(RedisCollection.Name)]
public sealed class AdmitPersonTests(RedisFixture redis)
{
    [Fact]
    public async Task The_right_password_goes_in_with_the_directory_s_notice()
    {
        await using var rig = new AdmissionRig(redis.Store);
        rig.Answer = _ => new Authentication.Authenticated(rig.Amelie, new PasswordNotice(TimeSpan.FromDays(3), null));
        var admitted = Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password));
        await admitted.Settled;
        Assert.Equal(new Admission.Admitted(rig.Amelie, new PasswordNotice(TimeSpan.FromDays(3), null), Limited: false), admitted with { Settled = Task.CompletedTask });
    }

    [Fact]
    public async Task A_locked_person_is_answered_like_a_wrong_password_and_the_directory_is_not_asked()
    {
        await using var rig = new AdmissionRig(redis.Store);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => rig.TryAsync("wrong"))), answer => Assert.IsType<Admission.Rejected>(answer));
        Assert.Equal(5, rig.Asked);
        var clock = Stopwatch.StartNew();
        Assert.IsType<Admission.Rejected>(await rig.TryAsync(rig.Password));
        Assert.True(clock.Elapsed >= AdmitPerson.RefusalFloor);
        Assert.Equal(5, rig.Asked);
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, station: AdmissionRig.There));
    }

    [Fact]
    public async Task All_names_of_a_person_have_one_count_at_sign_ins_and_at_changes_of_password()
    {
        await using var rig = new AdmissionRig(redis.Store);
        rig.Aliases.UnionWith(["adurand", "amelie@drancy.fr", "amelie.durand@agglo.fr"]);
        rig.Change = _ => new PasswordChange.Rejected(rig.Amelie.Id);
        await Task.WhenAll(((string[])["adurand", "amelie@drancy.fr", "amelie.durand@agglo.fr"]).Select(name => rig.TryAsync("wrong", name)));
        await Task.WhenAll(rig.ChangeOwnAsync("wrong", "new"), rig.ChangeOwnAsync("wrong", "new", "adurand"));
        Assert.All(await Task.WhenAll(rig.Aliases.Select(name => rig.TryAsync(rig.Password, name))), answer => Assert.IsType<Admission.Rejected>(answer));
        Assert.IsType<OwnPasswordChange.Rejected>(await rig.ChangeOwnAsync(rig.Password, "new", "amelie@drancy.fr"));
        Assert.Equal(3, rig.Asked);
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, "adurand", AdmissionRig.There));
    }

    [Fact]
    public async Task A_fault_after_the_count_takes_it_back()
    {
        await using var rig = new AdmissionRig(redis.Store);
        rig.Answer = _ => new Authentication.OutOfReach("lost in the middle of the bind");
        for (var i = 0; i < 6; i++) Assert.IsType<Admission.OutOfReach>(await rig.TryAsync("wrong"));
        rig.Answer = rig.Takes;
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password));
    }

    [Fact]
    public async Task A_paused_station_costs_the_directory_nothing()
    {
        await using var rig = new AdmissionRig(redis.Store);
        for (var i = 0; i < 20; i++) await rig.Lockouts.BeginAsync($"name{i}", AdmissionRig.Here);
        rig.Answer = _ => throw new InvalidOperationException("asked");
        rig.Change = _ => throw new InvalidOperationException("asked");
        rig.OnFind = () => throw new InvalidOperationException("asked");
        Assert.IsType<Admission.StationPaused>(await rig.TryAsync(rig.Password));
        Assert.IsType<OwnPasswordChange.StationPaused>(await rig.ChangeOwnAsync(rig.Password, "new"));
    }

    [Fact]
    public async Task A_station_that_pauses_by_what_another_broker_counted_costs_the_directory_one_search_and_no_password_is_tried()
    {
        await using var other = new AdmissionRig(redis.Store);
        await using var rig = new AdmissionRig(redis.Store, other.Keys);
        for (var i = 0; i < 20; i++) await other.Lockouts.BeginAsync($"name{i}", AdmissionRig.Here);
        Assert.False(rig.Lockouts.IsSuspect(AdmissionRig.Here));
        var searched = new List<int>();
        var tried = 0;
        rig.OnFind = () => searched.Add(tried);
        for (; tried < 3; tried++) Assert.IsType<Admission.StationPaused>(await rig.TryAsync(rig.Password));
        Assert.Equal((true, 0), (searched.Count > 0 && searched.All(of => of == 0), rig.Asked));
        Assert.True(rig.Lockouts.IsSuspect(AdmissionRig.Here));
    }

    [Fact]
    public async Task A_right_password_leaves_a_station_above_suspicion_and_a_wrong_one_does_not()
    {
        await using var rig = new AdmissionRig(redis.Store);
        await Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password)).Settled;
        Assert.False(rig.Lockouts.IsSuspect(AdmissionRig.Here));
        Assert.IsType<Admission.Rejected>(await rig.TryAsync("wrong"));
        await Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password)).Settled;
        Assert.True(rig.Lockouts.IsSuspect(AdmissionRig.Here));
    }

    [Fact]
    public async Task Wrong_unknown_and_locked_take_the_same_time()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        for (var i = 0; i < 5; i++) await rig.Lockouts.BeginAsync("locked", AdmissionRig.Here);
        foreach (var login in (string[])[AdmissionRig.Login, "unknown", "locked", "", "a\0b"])
        {
            var clock = Stopwatch.StartNew();
            Assert.IsType<Admission.Rejected>(await rig.TryAsync("wrong", login));
            Assert.InRange(clock.Elapsed, AdmitPerson.RefusalFloor, AdmitPerson.RefusalFloor * 4);
        }
    }

    [Fact]
    public async Task The_right_password_clears_the_count_and_so_does_a_barred_account()
    {
        await using var rig = new AdmissionRig(redis.Store);
        for (var i = 0; i < 3; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => rig.TryAsync("wrong")));
            if (i == 1) rig.Answer = request => rig.Takes(request) is Authentication.Authenticated ? new Authentication.Barred(rig.Amelie.Id, AccountState.MustChange) : new Authentication.Rejected();
            var answer = await rig.TryAsync(rig.Password);
            if (i == 0) Assert.IsType<Admission.Admitted>(answer);
            else Assert.Equal(AccountState.MustChange, Assert.IsType<Admission.Barred>(answer).State);
        }
    }

    [Fact]
    public async Task A_directory_out_of_reach_counts_for_nothing()
    {
        await using var rig = new AdmissionRig(redis.Store);
        rig.Answer = rig.Down;
        for (var i = 0; i < 30; i++) Assert.Equal(new Admission.OutOfReach("ldap1 is silent"), await rig.TryAsync("wrong"));
        rig.Answer = rig.Takes;
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password));
    }

    [Fact]
    public async Task A_station_that_tries_many_names_pauses_at_once_and_says_for_how_long()
    {
        await using var rig = new AdmissionRig(redis.Store);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(i => rig.TryAsync("wrong", $"name{i}"))), answer => Assert.IsType<Admission.Rejected>(answer));
        Assert.InRange(Assert.IsType<Admission.StationPaused>(await rig.TryAsync(rig.Password)).Left, TimeSpan.FromSeconds(50), TimeSpan.FromMinutes(1));
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, station: AdmissionRig.There));
    }

    [Fact]
    public async Task Changing_the_password_counts_wrong_old_ones_as_a_sign_in_does()
    {
        await using var rig = new AdmissionRig(redis.Store);
        rig.Change = request => request.OldPassword == rig.Password ? new PasswordChange.Refused(rig.Amelie.Id, PasswordRefusal.TooShort) : new PasswordChange.Rejected(rig.Amelie.Id);
        Assert.Equal(new OwnPasswordChange.Refused(PasswordRefusal.TooShort), await ChangeAsync(rig, rig.Password));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ChangeAsync(rig, "wrong"))), answer => Assert.IsType<OwnPasswordChange.Rejected>(answer));
        Assert.IsType<OwnPasswordChange.Rejected>(await ChangeAsync(rig, rig.Password));
        Assert.IsType<Admission.Rejected>(await rig.TryAsync(rig.Password));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_is_lost_while_the_directory_changes_a_password_takes_nothing_from_its_answer(bool changed)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("vdi-lost-").FullName;
        await using (var server = await RedisNode.StartAloneAsync(folder, Loopback.Pick().Address(1)))
        {
            await using var store = await RedisStore.ConnectAsync(new RedisOptions { Endpoints = [server.Endpoint] });
            await using var rig = new AdmissionRig(store, (AdmissionRig.Drancy, 7));
            rig.Change = _ =>
            {
                using var process = Process.GetProcessById(server.Pid);
                process.Kill();
                process.WaitForExit();
                return changed ? new PasswordChange.Changed(rig.Amelie.Id) : new PasswordChange.OutOfReach("ldap1 is lost");
            };
            Assert.Equal(changed ? new OwnPasswordChange.Changed() : new OwnPasswordChange.OutOfReach("ldap1 is lost"), await ChangeAsync(rig, rig.Password));
        }
        System.IO.Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Nothing_that_holds_a_password_prints_it()
    {
        var printed = string.Join(' ', new AdmissionRequest("login", "secret", AdmissionRig.Here), new OwnPasswordRequest("login", "secret", "secret", AdmissionRig.Here),
            new AuthenticationRequest("login", "secret", null), new PasswordChangeRequest("login", "secret", "secret", null), PasswordVerifier.Make("secret"));
        Assert.DoesNotContain("secret", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("login", printed, StringComparison.Ordinal);
    }

    private static Task<OwnPasswordChange> ChangeAsync(AdmissionRig rig, string old) =>
        rig.ChangeOwn.RunAsync(new OwnPasswordRequest(AdmissionRig.Login, old, "new", AdmissionRig.Here), CancellationToken.None);
}
