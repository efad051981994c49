using System.Text.Json;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Lockout, account states, change of password and limited mode as a station meets them, and the operator's commands beside it.</summary>
[Collection(TownCollection.Name)]
public sealed class AdmissionTests(Town town)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Who_must_change_their_password_is_told_so_only_after_the_right_one_and_changes_it_at_the_station()
    {
        const string login = "jean-noel.mercier";
        var (dn, old) = (town.People[login].Dn, town.People[login].Password);
        await town.Directory.Accounts.SetPolicyAsync(dn, PasswordPolicy.MustChange);
        await town.Directory.Accounts.MustChangeAsync(dn);
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-m1");
        Assert.Equal(ErrorCode.SignInRejected, await SignInAsync(station, login, "wrong"));
        Assert.Equal(ErrorCode.PasswordMustChange, await SignInAsync(station, login, old));
        Assert.Equal(ErrorCode.SignInRejected, await ChangeAsync(station, login, "wrong", "a-new-one-42"));
        Assert.Equal(ErrorCode.PasswordTooShort, await ChangeAsync(station, login, old, "ab"));
        Assert.Null(await ChangeAsync(station, login, old, "a-new-one-42"));
        Assert.Null(await SignInAsync(station, login, "a-new-one-42"));
        await Eventually.HoldsAsync("the log says it", Peers.Patience, () => town.First.Log().Contains($"drancy/{login} changed their password at poste-m1", StringComparison.Ordinal));
        foreach (var secret in (string[])[old, "a-new-one-42"]) Assert.DoesNotContain(secret, town.First.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_person_gets_the_one_answer_there_goes_in_elsewhere_and_is_unlocked_by_the_operator()
    {
        const string login = "rachid.benali";
        using var here = await StationPeer.ConnectAsync(town, town.First, "poste-m2");
        using var there = await StationPeer.ConnectAsync(town, town.Second, "poste-m3");
        for (var i = 0; i < 4; i++) Assert.Equal(ErrorCode.SignInRejected, await SignInAsync(here, login, "wrong"));
        Assert.Equal(ErrorCode.SignInRejected, await SignInAsync(here, login, town.People[login].Password));
        Assert.Null(await SignInAsync(there, login, town.People[login].Password));

        Assert.Contains($"drancy/{login} is locked at poste-m2 until", await CommandAsync("list"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await CommandAsync("list", "--json"));
        Assert.Contains(json.RootElement.EnumerateArray(), one => one.GetProperty("station").GetString() == "poste-m2" && one.GetProperty("person").GetString() == $"drancy/{login}");
        Assert.Contains("unlocked:", await CommandAsync("unlock", "Rachid.Benali"), StringComparison.Ordinal);
        Assert.Null(await SignInAsync(here, login, town.People[login].Password));
        Assert.Equal(1, (await Tool.RunAsync(Town.Program, ["lockout", "unlock", login, "--config", Path.Combine(town.First.Folder, "broker.json")])).Status);
    }

    [Fact]
    public async Task A_station_that_tries_many_names_pauses_says_for_how_long_and_is_let_go_on()
    {
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-m4");
        for (var i = 0; i < 20; i += 4)
            Assert.All(await Task.WhenAll(Enumerable.Range(i, 4).Select(n => SignInAsync(station, $"nobody{n}", "wrong"))), code => Assert.Equal(ErrorCode.SignInRejected, code));
        var refusal = await Peers.RefusalAsync(() => station.SignInAsync(town, "loic.legoff", "en"));
        Assert.Equal(ErrorCode.TooManyTries, refusal.Code);
        Assert.InRange(refusal.RetryAfter.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Contains("poste-m4 pauses", await CommandAsync("unlock", "--station", "poste-m4"), StringComparison.Ordinal);
        Assert.Null(await SignInAsync(station, "amelie.durand", town.People.Amelie.Password));
    }

    [Fact]
    public async Task With_the_directory_down_limited_mode_lets_in_who_signed_in_before_without_what_is_sensitive()
    {
        const string agent = "olivier.geraud";
        const string elected = "therese.lacaze";
        await using var store = await RedisStore.ConnectAsync(new RedisOptions { Endpoints = [town.Redis] });
        using var station = await StationPeer.ConnectAsync(town, town.First, "poste-m5");
        var full = await station.SignInAsync(town, agent);
        Assert.Equal((false, 2), (full.Limited, full.Desktops.Count));
        await station.SignInAsync(town, elected);
        foreach (var login in (string[])[agent, elected])
        {
            var verifier = new KeySpace("test").Verifier(new TenantId("dugny"), LockoutStore.NameOf(login));
            await Eventually.HoldsAsync("verifier", _patience, async () => await store.RunAsync("look", db => db.KeyExistsAsync(verifier)));
        }

        await town.Directory.StopAsync();
        try
        {
            var limited = await station.SignInAsync(town, agent);
            Assert.Equal((true, "dugny"), (limited.Limited, Assert.Single(limited.Desktops).PoolId));
            var row = await store.RunAsync("look", db => db.HashGetAsync(new KeySpace("test").SignIn(SecretDigest.Of(limited.SignIn)), ["limited", "pools"]));
            Assert.Equal(["1", "dugny"], row.Select(field => field.ToString()));
            var events = await store.RunAsync("look", db => db.StreamRangeAsync(new KeySpace("test").Events, count: 20, messageOrder: StackExchange.Redis.Order.Descending));
            Assert.Equal("1", events.First(one => one["kind"] == "signed-in" && one["person"] == $"dugny/{agent}")["limited"].ToString());
            Assert.Equal(ErrorCode.LimitedNotHere, await SignInAsync(station, elected, town.People[elected].Password));
            Assert.Equal(ErrorCode.SignInRejected, await SignInAsync(station, agent, "wrong"));
            Assert.Equal(ErrorCode.DirectoryOutOfReach, await SignInAsync(station, "lucien.henault", town.People["lucien.henault"].Password));
            Assert.Equal(ErrorCode.DirectoryOutOfReach, await SignInAsync(station, "amelie.durand", town.People.Amelie.Password));
            await Eventually.HoldsAsync("the log says it", Peers.Patience, () => town.First.Log().Contains($"A sign-in of dugny/{agent} at poste-m5 is in limited mode", StringComparison.Ordinal));
        }
        finally
        {
            await town.Directory.StartAgainAsync();
            // Both brokers have found it again before another test asks them.
            using var second = await StationPeer.ConnectAsync(town, town.Second, "poste-m6");
            foreach (var peer in (StationPeer[])[station, second])
                await Eventually.HoldsAsync("directory back", _patience, async () => await SignInAsync(peer, "amelie.durand", town.People.Amelie.Password) is null);
        }
        Assert.False((await station.SignInAsync(town, agent)).Limited);
    }

    private static async Task<ErrorCode?> SignInAsync(StationPeer station, string login, string password) =>
        await CodeAsync(async () => await station.Calls.SignInAsync(new SignInRequest { Login = login, Password = password }, deadline: DateTime.UtcNow + Peers.Patience));

    private static async Task<ErrorCode?> ChangeAsync(StationPeer station, string login, string old, string wanted) =>
        await CodeAsync(async () => await station.Calls.ChangePasswordAsync(
            new ChangePasswordRequest { Login = login, OldPassword = old, NewPassword = wanted }, deadline: DateTime.UtcNow + Peers.Patience));

    private static async Task<ErrorCode?> CodeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (Grpc.Core.RpcException fault)
        {
            return VdiBroker.City.Callers.StationCaller.Refusal(fault).Code;
        }
    }

    private async Task<string> CommandAsync(params string[] arguments) =>
        await Tool.OutputAsync(Town.Program, ["lockout", .. arguments, "--config", Path.Combine(town.First.Folder, "broker.json")]);
}
