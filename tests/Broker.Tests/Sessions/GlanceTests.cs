using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>What this broker remembers spares it reading, and never makes it wrong: the claim looks at the truth.</summary>
[Collection(RedisCollection.Name)]
public sealed class GlanceTests(RedisFixture redis)
{
    [Fact]
    public async Task A_remembered_sign_in_opens_nothing_once_rights_were_refreshed_and_one_that_was_read_does()
    {
        foreach (var whose in (string[])["*", "drancy/amelie"])
        {
            var farm = await FarmAsync(2);
            var (signIn, secret) = await farm.SignInAsync("amelie", "poste-a");
            var place = await DecideAsync(farm, signIn);
            await RefreshAsync(farm, whose, 1);
            Assert.IsType<Claim.Changed>(await farm.Ledger.PlaceAsync(signIn with { Remembered = true }, new Presented(secret), farm.Pool, place));
            Assert.Empty((await farm.SeatsAsync())["blade0"]);
            Assert.IsType<Claim.Held>(await farm.Ledger.PlaceAsync(signIn, new Presented(secret), farm.Pool, place));
        }
    }

    [Fact]
    public async Task A_refresh_of_others_or_before_the_sign_in_leaves_a_remembered_one_good()
    {
        var farm = await FarmAsync(2);
        await RefreshAsync(farm, "*", -1);
        await RefreshAsync(farm, "drancy/bruno", 1);
        var (signIn, secret) = await farm.SignInAsync("amelie", "poste-a");
        Assert.IsType<Claim.Held>(await farm.Ledger.PlaceAsync(signIn with { Remembered = true }, new Presented(secret), farm.Pool, await DecideAsync(farm, signIn)));
    }

    [Fact]
    public async Task A_view_of_the_hosts_is_charged_with_whom_this_broker_seats_and_an_old_one_seats_nobody_twice()
    {
        var farm = await FarmAsync(2, 2);
        using var watch = WatchOf(farm);
        await watch.StartAsync(CancellationToken.None);
        var view = new HostsView(farm.Sessions, watch);
        OpeningState? seen = null;
        await Eventually.HoldsAsync("a look", TimeSpan.FromSeconds(20), () => (seen = view.Of(farm.Pool)) is { Hosts: [{ Health: HostHealth.Live }, { Health: HostHealth.Live }] });
        view.Charge(new HostId("blade0"), "amelie");
        Assert.Equal([1, 0], Taken(view, farm.Pool));
        view.Charge(new HostId("elsewhere"), "amelie");
        await farm.ReportAsync("blade0");

        // Others take every seat; the old view still has them free.
        foreach (var user in (string[])["a", "b", "c", "d"]) Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync(user, $"poste-{user}")));
        var (signIn, secret) = await farm.SignInAsync("amelie", "poste-z");
        var stale = Assert.IsType<OpeningDecision.Place>(Opening.Decide(seen!, new OpeningWish("amelie", LedgerFarm.Town, signIn.Serial), 0));
        Assert.IsType<Claim.Changed>(await farm.Ledger.PlaceAsync(signIn with { Remembered = true }, new Presented(secret), farm.Pool, stale));
        await Eventually.HoldsAsync("the view sees it", TimeSpan.FromSeconds(20), () => Taken(view, farm.Pool) is [2, 2]);
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_was_seen_of_a_store_that_was_emptied_since_is_good_for_nobody_who_is_known_by_the_new_one_alone()
    {
        var farm = await FarmAsync(2, 2);
        using var watch = WatchOf(farm);
        await watch.StartAsync(CancellationToken.None);
        var view = new HostsView(farm.Sessions, watch);
        await Eventually.HoldsAsync("a look", TimeSpan.FromSeconds(20), () => view.Of(farm.Pool) is not null);
        var amelie = new PersonId("drancy/amelie");
        var (none, before) = await farm.Sessions.DesktopsSinceAsync(amelie);
        Assert.Empty(none);
        Assert.NotNull(before);
        await Eventually.HoldsAsync("a look that is good for her", TimeSpan.FromSeconds(20), () => view.Of(farm.Pool, before) is not null);

        // Her desktop may run on a host that has not told the emptied store of it yet.
        await farm.Store.RunAsync("empty", db => db.StringSetAsync(farm.Keys.Began, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
        var after = (await farm.Sessions.DesktopsSinceAsync(amelie)).Began;
        Assert.NotNull(after);
        Assert.NotEqual(before, after);
        Assert.Null(view.Of(farm.Pool, after));
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Nobody_is_sent_to_a_host_of_which_the_look_knows_nothing_yet_though_it_has_spoken_since()
    {
        var farm = await FarmAsync(2, 2);
        using var watch = WatchOf(farm);
        await watch.StartAsync(CancellationToken.None);
        var late = new HostId("blade1");
        HostHealth Health() => watch.Healths.GetValueOrDefault(late, HostHealth.Awaited);
        HostChoice? seen = null;
        // A look that is a second old is none any more: on a machine that stalled the host is new once more.
        for (var turn = 0; turn < 10 && seen is null; turn++)
        {
            await farm.Store.RunAsync("new", db => db.KeyDeleteAsync(farm.Keys.Board(late)));
            await Eventually.HoldsAsync("a host that has said nothing", TimeSpan.FromSeconds(20), () => Health() != HostHealth.Live);
            var view = new HostsView(farm.Sessions, watch);
            await Eventually.HoldsAsync("a look", TimeSpan.FromSeconds(20), () => view.Of(farm.Pool) is not null);
            await farm.ReportAllAsync();
            await Eventually.HoldsAsync("it has spoken", TimeSpan.FromSeconds(20), () => Health() == HostHealth.Live);
            seen = view.Of(farm.Pool)?.Hosts.SingleOrDefault(choice => choice.Host.Id == late && choice.Observation is null);
        }
        Assert.NotNull(seen);
        Assert.NotEqual(HostHealth.Live, seen.Health);
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_shared_look_shows_what_was_so_when_somebody_came_or_later_and_whom_this_broker_seated_since()
    {
        var farm = await FarmAsync(2, 2);
        using var watch = WatchOf(farm);
        var view = new HostsView(farm.Sessions, watch);
        async Task<OpeningState> SinceNowAsync() => await view.SinceAsync(farm.Pool, Stopwatch.GetTimestamp(), CancellationToken.None);

        // What each has read for themselves and what they share is the same, while one after the other is seated.
        foreach (var user in (string[])["a", "b", "c"])
        {
            await farm.ReportAllAsync();
            var came = Stopwatch.GetTimestamp();
            var who = await farm.SignInAsync(user, $"poste-{user}");
            Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
            var (shared, own) = (await SinceNowAsync(), await farm.Sessions.LoadAsync(new PersonId("drancy/zoe"), "zoe", farm.Pool));
            Assert.Equal(own.Hosts.Select(choice => (choice.Host.Id, choice.Taken, choice.Health)), shared.Hosts.Select(choice => (choice.Host.Id, choice.Taken, choice.Health)));
            Assert.False(shared.Recalling);
            // The look that was sent since they came is theirs too, charged with whom this broker seated meanwhile.
            view.Charge(new HostId("blade1"), $"beside-{user}");
            Assert.Equal(shared.Hosts.Sum(choice => choice.Taken) + 1, (await view.SinceAsync(farm.Pool, came, CancellationToken.None)).Hosts.Sum(choice => choice.Taken));
        }

        // In an emptied store a host that has not told is awaited, by the clock of the same look.
        await farm.ReportAllAsync();
        await farm.Store.RunAsync("empty", db => Task.WhenAll(db.StringSetAsync(farm.Keys.Began, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), db.KeyDeleteAsync(farm.Keys.Board(new HostId("blade0")))));
        var unsettled = await SinceNowAsync();
        Assert.True(unsettled.Recalling);
        Assert.Equal([HostHealth.Awaited, HostHealth.Live], unsettled.Hosts.Select(choice => choice.Health));
        Assert.IsType<OpeningDecision.AwaitHost>(Opening.Decide(unsettled, new OpeningWish("zoe", LedgerFarm.Town, 1), 0));
    }

    [Fact]
    public async Task Who_comes_back_to_a_seat_of_their_own_does_not_charge_the_view_with_another()
    {
        var farm = await FarmAsync(9);
        using var watch = WatchOf(farm);
        await watch.StartAsync(CancellationToken.None);
        var view = new HostsView(farm.Sessions, watch);
        var commit = new CommitOpening(farm.Ledger, new FreshMemory(), view, NullLogger<CommitOpening>.Instance);
        for (var times = 0; times < 5; times++)
        {
            var who = await farm.SignInAsync("amelie", $"poste-{times}");
            var state = await farm.Sessions.LoadAsync(who.SignIn.Person, who.SignIn.User, farm.Pool);
            var decision = Opening.Decide(state, new OpeningWish(who.SignIn.User, who.SignIn.Person.Tenant, who.SignIn.Serial), 0);
            Assert.Equal(times > 0, decision is OpeningDecision.Resume);
            var done = Assert.IsType<Commitment.Done>(await commit.RunAsync(new Opener.Entitled(who.SignIn, farm.Pool), new Presented(who.Secret), state, decision, true));
            Assert.IsType<OpeningStep.Ready>(done.Step);
            // A look that began before the claim may have missed it; none has more.
            Assert.InRange(Taken(view, farm.Pool).Sum(), 0, 1);
            await farm.ReportAsync("blade0", new ObservedSession("amelie", 10, true, DateTimeOffset.UnixEpoch));
            await Eventually.HoldsAsync("the view has her", TimeSpan.FromSeconds(20), () => Taken(view, farm.Pool) is [1]);
        }
        await watch.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Of_sessions_that_were_read_before_only_those_that_changed_are_read_again()
    {
        var farm = await FarmAsync(3);
        var people = new List<(SignIn SignIn, string Secret)>();
        foreach (var user in (string[])["a", "b", "c"]) people.Add(await farm.SignInAsync(user, $"poste-{user}"));
        foreach (var who in people) await farm.TryOpenAsync(who);
        var host = new HostId("blade0");
        var known = await farm.SeatsAfterReportAsync(host, ReadBefore.Nothing);
        Assert.Equal(3, known.Rows.Length);
        // A change that leaves the mark alone is not seen: the rows are those that were read before, untouched.
        await farm.Store.RunAsync("mark", db => db.HashSetAsync(farm.Keys.Session(Of(known, "a").Id), "station", "poste-x"));
        Assert.True(known.Rows == (await farm.SeatsAfterReportAsync(host, known)).Rows);

        await farm.TryOpenAsync(await farm.SignInAsync("b", "poste-y"));
        await farm.Store.RunAsync("lose", db => db.KeyDeleteAsync(farm.Keys.Session(Of(known, "c").Id)));
        var now = await farm.SeatsAfterReportAsync(host, known);
        Assert.Equal(("poste-a", "poste-y", null), (Of(now, "a").Station.Value, Of(now, "b").Station.Value, now.Rows.Single(row => row.User == "c").Session));
        Assert.True(Of(now, "b").Fence.Value > Of(known, "b").Fence.Value);

        // What was lost is looked for again each time; whoever comes and goes is seen.
        await farm.Store.RunAsync("seat", db => db.HashDeleteAsync(farm.Keys.Seats(host), "c"));
        var gone = await farm.SeatsAfterReportAsync(host, now);
        Assert.Equal(["a", "b"], gone.Rows.Select(row => row.User).Order());
        Assert.Same(Of(now, "a"), Of(gone, "a"));
        await farm.TryOpenAsync(await farm.SignInAsync("d", "poste-d"));
        Assert.Equal(["a", "b", "d"], (await farm.SeatsAfterReportAsync(host, gone)).Rows.Where(row => row.Session is not null).Select(row => row.User).Order());
    }

    [Fact]
    public async Task The_row_of_a_followed_session_is_read_when_it_may_be_another_and_else_known()
    {
        var farm = await FarmAsync(1);
        var who = await farm.SignInAsync("a", "poste-a");
        await farm.TryOpenAsync(who);
        var id = (await farm.Sessions.OnHostAsync(new HostId("blade0"))).Single().Id;
        var row = new FollowedRow(farm.Sessions, id);
        var (first, at) = await row.LookAsync();
        await farm.Store.RunAsync("station", db => db.HashSetAsync(farm.Keys.Session(id), "station", "poste-x"));
        var (known, later) = await row.LookAsync();
        Assert.Same(first, known);
        Assert.InRange(later, at, at.AddMinutes(1));
        row.Doubt();
        Assert.Equal("poste-x", (await row.LookAsync()).Session!.Station.Value);

        // One that is not there is looked for each time.
        var (here, away) = (farm.Keys.Session(id), farm.Keys.Session(new SessionId("away")));
        await farm.Store.RunAsync("lose", db => db.KeyRenameAsync(here, away));
        row.Doubt();
        Assert.Null((await row.LookAsync()).Session);
        await farm.Store.RunAsync("find", db => db.KeyRenameAsync(away, here));
        Assert.Equal("poste-x", (await row.LookAsync()).Session!.Station.Value);
    }

    [Fact]
    public void A_short_memory_gives_each_thing_once_and_forgets_what_is_old_or_too_much()
    {
        var memory = new ShortMemory<string, int>(TimeSpan.FromMinutes(1), 2);
        memory.Keep("a", 1);
        Assert.True(memory.TryTake("a", out var value) && value == 1);
        Assert.False(memory.TryTake("a", out _));
        foreach (var (key, number) in new[] { ("b", 2), ("c", 3), ("b", 4), ("d", 5) }) memory.Keep(key, number);
        Assert.False(memory.TryTake("c", out _));
        Assert.True(memory.TryTake("b", out value) && value == 4);
        Assert.True(memory.TryTake("d", out value) && value == 5);
        var brief = new ShortMemory<string, int>(TimeSpan.Zero, 2);
        brief.Keep("a", 1);
        Assert.False(brief.TryTake("a", out _));
    }

    private async Task<LedgerFarm> FarmAsync(params int[] seats)
    {
        var farm = new LedgerFarm(redis.Store, seats);
        await farm.ReportAllAsync();
        return farm;
    }

    private static HostWatch WatchOf(LedgerFarm farm) => new(farm.Store, farm.Keys, farm.Board, farm.Catalogue, NullLogger<HostWatch>.Instance);

    private static Task<bool> RefreshAsync(LedgerFarm farm, string whose, int minutes) =>
        farm.Store.RunAsync("refresh", db => db.HashSetAsync(farm.Keys.Refreshed, whose, DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeMilliseconds()));

    private static async Task<OpeningDecision.Place> DecideAsync(LedgerFarm farm, SignIn signIn) =>
        Assert.IsType<OpeningDecision.Place>(Opening.Decide(await farm.Sessions.LoadAsync(signIn.Person, signIn.User, farm.Pool), new OpeningWish(signIn.User, signIn.Person.Tenant, signIn.Serial), 0));

    private static Session Of(ReadBefore read, string user) => read.Rows.Single(row => row.User == user).Session!;

    private static int[] Taken(HostsView view, Pool pool) => [.. view.Of(pool)?.Hosts.Select(choice => choice.Taken) ?? []];
}
