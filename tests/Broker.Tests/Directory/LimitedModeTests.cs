using System.Diagnostics;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;
using Xunit.Abstractions;

namespace VdiBroker.Broker.Tests.Directory;

[Collection(RedisCollection.Name)]
public sealed class LimitedModeTests(RedisFixture redis, ITestOutputHelper output)
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Who_signed_in_fully_may_sign_in_while_the_directory_is_down_and_nobody_else()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.Keeper.StartAsync(CancellationToken.None);
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password));
        await Eventually.HoldsAsync("verifier", _soon, async () => await rig.Verifiers.IsFreshAsync(rig.Amelie.Id, VerifierKeeper.RenewAfter));
        rig.Answer = rig.Down;
        var admitted = Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, "AMELIE "));
        Assert.True(admitted.Limited);
        Assert.Equal((rig.Amelie.Id, "adurand", "Amélie Durand", "be"), (admitted.Person.Id, admitted.Person.Account, admitted.Person.DisplayName, admitted.Person.Settings["keyboard"]));
        Assert.Equal(["agents"], admitted.Person.Groups.ToArray());
        Assert.IsType<Admission.Rejected>(await rig.TryAsync("wrong"));
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password, "karim"));
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(""));
    }

    [Fact]
    public async Task Wrong_passwords_in_limited_mode_lock_as_ever()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.KnowAsync(rig.Amelie, rig.Password);
        rig.Answer = rig.Down;
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => rig.TryAsync("wrong")));
        Assert.IsType<Admission.Rejected>(await rig.TryAsync(rig.Password));
        Assert.True(Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, station: AdmissionRig.There)).Limited);
    }

    [Fact]
    public async Task It_is_off_unless_the_tenant_wants_it_and_only_while_its_own_directory_is_down()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Dugny, 7));
        await rig.KnowAsync(rig.Amelie, rig.Password);
        rig.Answer = rig.Down;
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password));
        await using var other = new AdmissionRig(redis.Store, rig.Keys, (AdmissionRig.Drancy, 7));
        other.Answer = _ => new Authentication.OutOfReach("another's is silent", [AdmissionRig.Dugny]);
        Assert.IsType<Admission.OutOfReach>(await other.TryAsync(rig.Password));
        other.Answer = other.Down;
        Assert.IsType<Admission.Admitted>(await other.TryAsync(rig.Password));
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("barred")]
    [InlineData("changed")]
    public async Task The_next_refusal_or_a_new_password_removes_it_also_one_that_is_still_being_made(string by)
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.KnowAsync(rig.Amelie, rig.Password);
        if (by == "barred") rig.Answer = _ => new Authentication.Barred(rig.Amelie.Id, AccountState.Disabled);
        rig.Change = _ => new PasswordChange.Changed(rig.Amelie.Id);
        if (by == "changed") await rig.ChangeOwn.RunAsync(new OwnPasswordRequest(AdmissionRig.Login, rig.Password, "new", AdmissionRig.Here), CancellationToken.None);
        else await rig.TryAsync("wrong");
        rig.Answer = rig.Down;
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password));
        // Made of a sign-in before the refusal, kept after it.
        Assert.False(await rig.Verifiers.KeepAsync(new KnownPerson(rig.Amelie, PasswordVerifier.Make(rig.Password)), TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)));
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password));
    }

    [Fact]
    public async Task Switched_off_for_a_tenant_all_its_verifiers_go_at_start()
    {
        await using var on = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7), (AdmissionRig.Dugny, 7));
        var karim = new DirectoryPerson(PersonId.Of(AdmissionRig.Dugny, "karim"), AdmissionRig.Dugny, "karim", "Karim", []);
        await on.KnowAsync(on.Amelie, on.Password);
        await on.KnowAsync(karim, on.Password);
        await using var off = new AdmissionRig(redis.Store, on.Keys, (AdmissionRig.Dugny, 7));
        await off.Keeper.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync("removal", _soon, async () => !await on.Verifiers.IsFreshAsync(on.Amelie.Id, _soon));
        Assert.True(await on.Verifiers.IsFreshAsync(karim.Id, _soon));
    }

    [Fact]
    public async Task A_name_that_two_towns_know_is_nobody_s_unless_the_station_says_which()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7), (AdmissionRig.Dugny, 7));
        await rig.KnowAsync(rig.Amelie, rig.Password);
        await rig.KnowAsync(rig.Amelie with { Id = PersonId.Of(AdmissionRig.Dugny, AdmissionRig.Login), Tenant = AdmissionRig.Dugny }, rig.Password);
        Assert.IsType<LimitedAnswer.Nobody>(await CheckAsync(rig, null));
        Assert.Equal(AdmissionRig.Dugny, Assert.IsType<LimitedAnswer.Known>(await CheckAsync(rig, AdmissionRig.Dugny)).Person.Tenant);
    }

    [Fact]
    public async Task A_verifier_holds_for_its_days_and_stands_nowhere_with_the_password()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.KnowAsync(rig.Amelie, rig.Password);
        var key = rig.Keys.Verifier(AdmissionRig.Drancy, LockoutStore.NameOf(AdmissionRig.Login));
        Assert.InRange((await redis.Store.RunAsync("look", db => db.KeyTimeToLiveAsync(key))).GetValueOrDefault(), TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        Assert.DoesNotContain(rig.Password, (await redis.Store.RunAsync("look", db => db.HashGetAsync(key, "body"))).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_verifier_is_slow_salted_and_takes_one_password_only()
    {
        var clock = Stopwatch.StartNew();
        var verifier = PasswordVerifier.Make("pässword");
        output.WriteLine($"a verifier takes {clock.ElapsedMilliseconds} ms");
        Assert.True(verifier.Rounds >= 210_000 && verifier.Salt.Length == 16 && verifier.Hash.Length == 32);
        Assert.True(verifier.Fits("pässword"));
        Assert.False(verifier.Fits("password"));
        Assert.False(PasswordVerifier.Nobody.Fits(""));
        Assert.NotEqual(verifier.Hash, PasswordVerifier.Make("pässword").Hash);
        var older = verifier with { Rounds = 1000 };
        Assert.False(older.IsPresent || older.Fits("pässword"));
        Assert.False((verifier with { Kind = "argon9" }).Fits("pässword"));
    }

    private static Task<LimitedAnswer> CheckAsync(AdmissionRig rig, TenantId? station) =>
        rig.Limited.CheckAsync(new AuthenticationRequest(AdmissionRig.Login, rig.Password, station), null, [AdmissionRig.Drancy, AdmissionRig.Dugny], CancellationToken.None);
}
