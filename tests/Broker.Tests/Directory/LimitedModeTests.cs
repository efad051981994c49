using System.Collections.Immutable;
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
        for (var i = 0; i < 5; i++) Assert.IsType<Admission.Rejected>(await rig.TryAsync("wrong"));
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
    [InlineData("gone")]
    [InlineData("another now")]
    [InlineData("gone, changing")]
    public async Task A_refusal_or_a_new_password_removes_it_also_one_that_is_still_being_made(string by)
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.Keeper.StartAsync(CancellationToken.None);
        await rig.KnowAsync(rig.Amelie, rig.Password);
        // What was right is refused now; or nobody bears the name any more, or another person does.
        if (by == "rejected") rig.Answer = _ => new Authentication.Rejected(rig.Amelie.Id);
        if (by is "gone" or "another now") rig.Answer = _ => new Authentication.Rejected();
        if (by.StartsWith("gone", StringComparison.Ordinal)) rig.LookUp = (_, _) => new Lookup.Nobody();
        if (by == "another now") rig.LookUp = (_, _) => Found(rig.Amelie with { Id = new PersonId("drancy/other") });
        if (by == "barred") rig.Answer = _ => new Authentication.Barred(rig.Amelie.Id, AccountState.Disabled);
        rig.Change = _ => by == "changed" ? new PasswordChange.Changed(rig.Amelie.Id) : new PasswordChange.Rejected();
        if (by == "changed") await rig.ChangeOwn.RunAsync(new OwnPasswordRequest(AdmissionRig.Login, rig.Password, "new", AdmissionRig.Here), CancellationToken.None);
        else if (by == "gone, changing") await rig.ChangeOwnAsync("x", "new", "AMELIE");
        else await rig.TryAsync(by == "rejected" ? rig.Password : "wrong");
        await Eventually.HoldsAsync("removal", _soon, async () => await rig.Verifiers.ReadAsync(rig.Amelie.Id) is null);
        rig.Answer = rig.Down;
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password));
        // Made of a sign-in before the refusal, kept after it.
        Assert.False(await rig.Verifiers.KeepAsync(new KnownPerson(rig.Amelie, PasswordVerifier.Make(rig.Password)), TimeSpan.FromMinutes(1), TimeSpan.FromDays(7)));
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password));
    }

    [Fact]
    public async Task A_wrong_password_of_somebody_else_s_and_a_name_that_two_have_remove_nothing()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.Keeper.StartAsync(CancellationToken.None);
        await rig.KnowAsync(rig.Amelie, rig.Password);
        await rig.TryAsync("wrong", station: AdmissionRig.There);
        rig.Change = _ => new PasswordChange.Rejected(rig.Amelie.Id);
        await rig.ChangeOwnAsync("wrong", "new");
        rig.Answer = _ => new Authentication.Rejected();
        rig.LookUp = (_, _) => Found(rig.Amelie);
        await rig.TryAsync("wrong");
        rig.LookUp = (_, _) => new Lookup.OutOfReach("silent again");
        await rig.TryAsync("wrong");
        // Everything before it has been tried by then: one after the other.
        var karim = new DirectoryPerson(PersonId.Of(AdmissionRig.Drancy, "karim"), AdmissionRig.Drancy, "karim", "Karim", []);
        await rig.Keeper.NoteAsync(karim, "x", TimeProvider.System.GetTimestamp());
        await Eventually.HoldsAsync("verifier", _soon, async () => await rig.Verifiers.ReadAsync(karim.Id) is not null);
        rig.Answer = rig.Down;
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password));
    }

    [Fact]
    public async Task A_sign_in_that_began_before_a_refusal_brings_no_verifier_back()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.Keeper.StartAsync(CancellationToken.None);
        var (bound, refused) = (new TaskCompletionSource(), new TaskCompletionSource());
        // The bind succeeded; groups are still being read when another station is told that the account is switched off.
        rig.Answer = request => request.Password == rig.Password ? new Authentication.Authenticated(rig.Amelie) : new Authentication.Barred(rig.Amelie.Id, AccountState.Disabled);
        rig.AfterBind = async request =>
        {
            if (request.Password != rig.Password) return;
            bound.SetResult();
            await refused.Task;
        };
        var first = rig.TryAsync(rig.Password);
        await bound.Task;
        Assert.IsType<Admission.Barred>(await rig.TryAsync("other", station: AdmissionRig.There));
        refused.SetResult();
        Assert.IsType<Admission.Admitted>(await first);
        var karim = new DirectoryPerson(PersonId.Of(AdmissionRig.Drancy, "karim"), AdmissionRig.Drancy, "karim", "Karim", []);
        await rig.Keeper.NoteAsync(karim, "x", TimeProvider.System.GetTimestamp());
        await Eventually.HoldsAsync("verifier", _soon, async () => await rig.Verifiers.ReadAsync(karim.Id) is not null);
        Assert.Null(await rig.Verifiers.ReadAsync(rig.Amelie.Id));
    }

    [Theory]
    [InlineData("20261101080000Z", "20261101080000Z", 60, true)]
    [InlineData("20261101080000Z", "20261101080000Z", 300, false)]
    [InlineData("20261101080000Z", "20261123080000Z", 1, false)]
    [InlineData(null, "20261123080000Z", 1, false)]
    [InlineData(null, null, 1, true)]
    [InlineData(null, null, 16, false)]
    public async Task Every_full_sign_in_writes_the_rights_and_makes_a_new_verifier_of_another_password(string? then, string? now, int minutesAgo, bool isKept)
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.Keeper.StartAsync(CancellationToken.None);
        Assert.True(await rig.Verifiers.KeepAsync(new KnownPerson(rig.Amelie with { Groups = ["agents", "paie"], PasswordSet = then }, PasswordVerifier.Make("old")), TimeSpan.FromMinutes(minutesAgo), TimeSpan.FromDays(7)));
        rig.Answer = _ => new Authentication.Authenticated(rig.Amelie with { Groups = ["agents"], PasswordSet = now });
        await rig.TryAsync("new");
        if (!isKept) await Eventually.HoldsAsync("verifier", _soon, () => rig.Verifiers.IsFreshAsync(rig.Amelie.Id, TimeSpan.FromMinutes(1)));
        rig.Answer = rig.Down;
        Assert.Equal(["agents"], Assert.IsType<Admission.Admitted>(await rig.TryAsync(isKept ? "old" : "new")).Person.Groups.ToArray());
        Assert.IsType<Admission.Rejected>(await rig.TryAsync(isKept ? "new" : "old"));
    }

    [Fact]
    public async Task Logins_that_differ_behind_the_at_are_two_people_s_and_a_tenant_s_own_word_may_be_left_out()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        foreach (var login in (string[])["jean@a.fr", "jean@b.fr"])
            await rig.KnowAsync(new DirectoryPerson(PersonId.Of(AdmissionRig.Drancy, login), AdmissionRig.Drancy, login, login, []), "secret of " + login);
        await rig.KnowAsync(rig.Amelie, rig.Password);
        rig.Answer = rig.Down;
        rig.TenantNamed = login => login.TenantWord == "drancy.fr" ? AdmissionRig.Drancy : null;
        foreach (var login in (string[])["jean@a.fr", "Jean@B.fr"])
            Assert.Equal(login, Assert.IsType<Admission.Admitted>(await rig.TryAsync("secret of " + login.ToLowerInvariant(), login)).Person.Login, ignoreCase: true);
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, "amelie@drancy.fr"));
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync(rig.Password, "amelie@a.fr"));
    }

    [Fact]
    public async Task Names_that_nobody_knows_count_for_the_station_in_limited_mode_which_checks_one_at_a_time()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.KnowAsync(rig.Amelie, rig.Password);
        rig.Answer = rig.Down;
        // While one is being checked, another of that station is not; one of another station is.
        var (inside, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = CheckAsync(rig, null, async _ => { inside.SetResult(); await leave.Task; return true; });
        await inside.Task;
        Assert.IsType<LimitedAnswer.Crowded>(await CheckAsync(rig, null));
        Assert.IsType<Admission.Admitted>(await rig.TryAsync(rig.Password, station: AdmissionRig.There));
        leave.SetResult();
        Assert.IsType<LimitedAnswer.Known>(await first);

        for (var i = 0; i < 19; i++) await rig.Lockouts.BeginAsync($"name{i}", AdmissionRig.Here);
        Assert.IsType<Admission.OutOfReach>(await rig.TryAsync("x", "karim"));
        Assert.IsType<Admission.StationPaused>(await rig.TryAsync("x", "karim"));
        Assert.IsType<LockoutDecision.Go>((await rig.Lockouts.BeginAsync("karim", AdmissionRig.There)).Decision);
    }

    [Fact]
    public async Task A_verifier_that_cannot_be_made_keeps_nobody_else_from_theirs()
    {
        await using var rig = new AdmissionRig(redis.Store, (AdmissionRig.Drancy, 7));
        await rig.Keeper.StartAsync(CancellationToken.None);
        // Not to be encoded: an exception that nobody foresees.
        await rig.Keeper.NoteAsync(rig.Amelie with { Id = new PersonId("drancy/x") }, null!, TimeProvider.System.GetTimestamp());
        await rig.Keeper.NoteAsync(rig.Amelie, rig.Password, TimeProvider.System.GetTimestamp());
        await Eventually.HoldsAsync("verifier", _soon, async () => await rig.Verifiers.ReadAsync(rig.Amelie.Id) is not null);
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
        Assert.DoesNotContain(rig.Password, string.Join(' ', await redis.Store.RunAsync("look", db => db.HashGetAllAsync(key))), StringComparison.Ordinal);
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
        Assert.False(older.Fits("pässword"));
        Assert.False((verifier with { Kind = "argon9" }).Fits("pässword"));
    }

    private static Lookup.Found Found(DirectoryPerson person) => new(person, new PersonFacts("agglo", "", [], GroupsCut.None, ImmutableDictionary<string, string>.Empty));

    private static Task<LimitedAnswer> CheckAsync(AdmissionRig rig, TenantId? station, Func<PersonId?, Task<bool>>? mayTry = null) =>
        rig.Limited.CheckAsync(new AuthenticationRequest(AdmissionRig.Login, rig.Password, station), AdmissionRig.Here, null, [AdmissionRig.Drancy, AdmissionRig.Dugny],
            mayTry ?? (_ => Task.FromResult(true)), CancellationToken.None);
}
