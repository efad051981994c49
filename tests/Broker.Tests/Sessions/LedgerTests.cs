using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

[Collection(RedisCollection.Name)]
public sealed class LedgerTests(RedisFixture redis)
{
    [Fact]
    public async Task Of_many_people_at_once_each_seat_goes_to_one()
    {
        var farm = new LedgerFarm(redis.Store, 3, 4, 2);
        await farm.ReportAllAsync();
        var people = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => farm.SignInAsync($"user{i}", $"poste-{i}")));
        var claims = await Task.WhenAll(people.Select((who, i) => OpenAsync(farm, who, (uint)i * 2654435761)));
        Assert.Equal(9, claims.OfType<Claim.Held>().Count());
        Assert.Equal([3, 4, 2], (await farm.SeatsAsync()).OrderBy(s => s.Key).Select(s => s.Value.Count));
        Assert.Equal(9, claims.OfType<Claim.Held>().Select(c => c.Fence).Distinct().Count());
    }

    [Fact]
    public async Task Of_one_person_s_many_clicks_one_session_comes()
    {
        var farm = new LedgerFarm(redis.Store, 5, 5);
        await farm.ReportAllAsync();
        var clicks = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => farm.SignInAsync("amelie", $"poste-{i % 4}")));
        var claims = await Task.WhenAll(clicks.Select(who => OpenAsync(farm, who, 7)));
        Assert.Single(claims.OfType<Claim.Held>().Select(c => c.Session).Distinct());
        Assert.Equal(1, (await farm.SeatsAsync()).Values.Sum(s => s.Count));
    }

    [Fact]
    public async Task A_session_on_a_host_that_has_gone_is_given_up_in_the_same_step_as_the_new_one_is_made()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAsync("blade0");
        var who = await farm.SignInAsync("amelie", "poste-a");
        var first = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        await farm.ReportAsync("blade1");
        var lost = (await farm.Sessions.FindAsync(first.Session))!;
        var state = await farm.Sessions.LoadAsync(who.SignIn.Person, who.SignIn.User, farm.Pool);
        var gone = state with { Home = state.Home! with { Health = HostHealth.Silent }, Hosts = [.. (await farm.Sessions.HostsOfAsync(farm.Pool)).Select(h => h.Host.Id.Value == "blade0" ? h with { Health = HostHealth.Silent } : h)] };
        var place = Assert.IsType<OpeningDecision.Place>(Opening.Decide(gone, new OpeningWish("amelie", LedgerFarm.Town, who.SignIn.Serial), 0));
        Assert.Equal(lost, place.GivenUp);
        var second = Assert.IsType<Claim.Held>(await farm.Ledger.PlaceAsync(who.SignIn, new Presented(who.Secret), farm.Pool, place));
        Assert.Equal("blade1", second.Host.Value);
        Assert.Equal(SessionPhase.Lost, (await farm.Sessions.FindAsync(first.Session))!.Phase);
        var seats = await farm.SeatsAsync();
        Assert.Empty(seats["blade0"]);
        Assert.Equal(second.Session.Value, seats["blade1"]["amelie"]);
    }

    [Fact]
    public async Task A_session_that_the_store_forgot_is_found_again_where_its_host_has_it()
    {
        var farm = new LedgerFarm(redis.Store, 9, 1);
        await farm.ReportAsync("blade0");
        await farm.ReportAsync("blade1", new ObservedSession("amelie", 110, false, DateTimeOffset.UnixEpoch));
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        Assert.Equal("blade1", held.Host.Value);
    }

    [Fact]
    public async Task Tickets_are_stored_as_digests_only()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        foreach (var entry in await farm.EventsAsync()) Assert.DoesNotContain(entry.Values, v => v.Contains(held.Ticket.Text, StringComparison.Ordinal) || v.Contains(who.Secret, StringComparison.Ordinal));
        Assert.True(await redis.Store.RunAsync("look", db => db.KeyExistsAsync(farm.Keys.Ticket(SecretDigest.Of(held.Ticket.Text)))));
        var life = await redis.Store.RunAsync("look", db => db.KeyTimeToLiveAsync(farm.Keys.Ticket(SecretDigest.Of(held.Ticket.Text))));
        Assert.InRange(life!.Value, TimeSpan.FromMinutes(1), Tickets.Memory);
    }

    [Fact]
    public async Task A_refused_ticket_tells_its_owner_to_take_a_fresh_one_and_the_fresh_one_opens()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        var who = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        Assert.Equal(TicketVerdict.OtherUser, await farm.PresentAsync(held.Ticket.Text, "karim"));
        Assert.Equal(TicketVerdict.Used, await farm.PresentAsync(held.Ticket.Text, "amelie"));
        Assert.Equal(StationView.TicketRefused, StationViews.Of(await farm.Sessions.FindAsync(held.Session), who.SignIn.Serial, held.Fence));
        var fresh = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        Assert.Equal(TicketVerdict.Granted, await farm.PresentAsync(fresh.Ticket.Text, "amelie"));
        Assert.Equal(["otheruser", "used", "granted"], (await farm.EventsAsync()).Where(e => e["kind"].StartsWith("ticket", StringComparison.Ordinal)).Select(e => e["verdict"]));
    }

    [Fact]
    public async Task A_sign_in_is_good_at_its_own_station_only()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var who = await farm.SignInAsync("amelie", "poste-a");
        Assert.NotNull(await farm.SignIns.FindAsync(new Presented(who.Secret), new StationId("poste-a")));
        Assert.Null(await farm.SignIns.FindAsync(new Presented(who.Secret), new StationId("poste-b")));
    }

    [Fact]
    public async Task A_session_that_somebody_took_meanwhile_is_not_given_up()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAllAsync();
        var old = await farm.SignInAsync("amelie", "poste-a");
        var first = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(old));
        var state = await farm.Sessions.LoadAsync(old.SignIn.Person, old.SignIn.User, farm.Pool);
        var place = new OpeningDecision.Place([.. state.Hosts.Where(h => h.Host.Id != first.Host)], state.Mine, VdiBroker.Pools.Placement.Rank(state.Hosts, "amelie", LedgerFarm.Town, 0));
        // The host is back, and another click of the same person has resumed the session.
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(old));
        Assert.IsType<Claim.Changed>(await farm.Ledger.PlaceAsync(old.SignIn, new Presented(old.Secret), farm.Pool, place));
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(first.Session))!.Phase);
    }

    [Fact]
    public async Task A_superseded_sign_in_opens_nothing_even_when_the_newer_one_has_ended_the_desktop()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        await farm.ReportAllAsync();
        var old = await farm.SignInAsync("amelie", "poste-a");
        var newer = await farm.SignInAsync("amelie", "poste-b");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(newer));
        await farm.Ledger.CorrectAsync(new Correction((await farm.Sessions.FindAsync(held.Session))!, SessionPhase.Ended, "test"));
        Assert.IsType<Claim.Superseded>(await farm.TryOpenAsync(old));
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync(newer));
    }

    [Fact]
    public async Task Nobody_ends_another_sign_in_s_session()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        var stranger = await farm.SignInAsync("karim", "poste-a");
        Assert.Equal("not-held", await farm.SignIns.CloseAsync(new Presented(stranger.Secret), held.Session, held.Fence, signOut: true));
        Assert.Equal(SessionPhase.Opening, (await farm.Sessions.FindAsync(held.Session))!.Phase);
    }

    [Fact]
    public async Task A_host_that_asks_again_after_a_lost_answer_gets_the_same_verdict()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        Assert.Equal(TicketVerdict.Granted, await farm.PresentAsync(held.Ticket.Text, "amelie", attempt: "one"));
        Assert.Equal(TicketVerdict.Granted, await farm.PresentAsync(held.Ticket.Text, "amelie", attempt: "one"));
        Assert.Equal(TicketVerdict.Used, await farm.PresentAsync(held.Ticket.Text, "amelie", attempt: "two"));
        Assert.Equal(TicketVerdict.Used, await farm.PresentAsync(held.Ticket.Text, "amelie"));
    }

    [Fact]
    public async Task What_was_never_issued_leaves_no_event()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        Assert.Equal(TicketVerdict.Unknown, await farm.PresentAsync("guessed", "amelie"));
        Assert.Empty(await farm.EventsAsync());
    }

    [Fact]
    public async Task A_desktop_whose_host_has_left_the_pool_is_still_resumed()
    {
        var farm = new LedgerFarm(redis.Store, 1, 1);
        await farm.ReportAsync("blade0");
        var who = await farm.SignInAsync("amelie", "poste-a");
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        await farm.ReportAsync("blade1");
        var smaller = farm.Pool with { Hosts = [new HostId("blade1")] };
        var state = await farm.Sessions.LoadAsync(who.SignIn.Person, who.SignIn.User, smaller);
        Assert.Equal(held.Session, Assert.IsType<OpeningDecision.Resume>(Opening.Decide(state, new OpeningWish("amelie", LedgerFarm.Town, who.SignIn.Serial), 0)).Session.Id);
    }

    [Fact]
    public async Task After_a_restart_the_same_host_gives_a_new_session_in_place_of_the_lost_one()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAsync("blade0");
        var who = await farm.SignInAsync("amelie", "poste-a");
        var first = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        await farm.ReportAsync("blade0", "boot-2");
        var second = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who));
        Assert.NotEqual(first.Session, second.Session);
        Assert.Equal(SessionPhase.Lost, (await farm.Sessions.FindAsync(first.Session))!.Phase);
        Assert.Equal(second.Session.Value, (await farm.SeatsAsync())["blade0"]["amelie"]);
    }

    [Fact]
    public async Task One_account_is_not_shared_by_the_people_of_two_directories()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.SignInAsync("amelie", "poste-a");
        var other = new SignIn(0, new PersonId("dugny/amelie"), "amelie", new StationId("poste-b"), [LedgerFarm.Office], new StationSettings("fr", "fr", 0, 0), Closed: false);
        Assert.Null(await farm.SignIns.BeginAsync(other, "the-neighbour-s/dugny"));
        Assert.Null(await farm.SignIns.BeginAsync(other, "agglo/dugny"));
        Assert.NotNull(await farm.SignIns.BeginAsync(other with { Person = new PersonId("drancy/amelie") }, "agglo/drancy"));
    }

    [Fact]
    public async Task A_sign_in_of_a_broker_that_knew_no_clipboard_has_it_both_ways()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var signIn = new SignIn(0, new PersonId("drancy/lea"), "lea", new StationId("poste-a"), [LedgerFarm.Office], new StationSettings("fr", "fr", 0, 0, "off"), Closed: false);
        var secret = (await farm.SignIns.BeginAsync(signIn, "agglo")).GetValueOrDefault().Secret;
        var presented = new Presented(secret.Text);
        Assert.Equal("off", (await farm.SignIns.FindAsync(presented, signIn.Station))!.Settings.Clipboard);
        await redis.Store.RunAsync("forget", db => db.HashDeleteAsync(farm.Keys.SignIn(secret.Digest), "clipboard"));
        Assert.Equal("both", (await farm.SignIns.FindAsync(presented, signIn.Station))!.Settings.Clipboard);
    }

    [Fact]
    public async Task A_ticket_says_the_printers_of_the_room_where_it_was_asked_for()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        await farm.ReportAllAsync();
        async Task<string> OpensAsync(string station, string printers)
        {
            var wanted = new SignIn(0, new PersonId("drancy/nora"), "nora", new StationId(station), [LedgerFarm.Office], new StationSettings("fr", "fr", 0, 0) { Printers = printers, Usb = "on", Screens = "one" }, Closed: false);
            var (secret, serial) = (await farm.SignIns.BeginAsync(wanted, "agglo")).GetValueOrDefault();
            var found = (await farm.SignIns.FindAsync(new Presented(secret.Text), wanted.Station))!.Settings;
            Assert.Equal((printers, "on", "one"), (found.Printers, found.Usb, found.Screens));
            var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync((wanted with { Serial = serial }, secret.Text)));
            return (await farm.Sessions.FindTicketAsync(held.Ticket.Digest)).Ticket!.Printers;
        }
        Assert.Equal("lp12,lp12-color", await OpensAsync("poste-a", "lp12,lp12-color"));
        Assert.Equal("none", await OpensAsync("poste-b", "none"));
        Assert.Equal("lp13", await OpensAsync("poste-c", "lp13"));
    }

    [Fact]
    public async Task One_account_is_not_shared_by_two_tenants_and_an_older_owner_is_taken_over_once()
    {
        var farm = new LedgerFarm(redis.Store, 1);
        var signIn = new SignIn(0, new PersonId("dugny/zoe"), "zoe", new StationId("poste-b"), [LedgerFarm.Office], new StationSettings("fr", "fr", 0, 0), Closed: false);
        Assert.NotNull(await farm.SignIns.BeginAsync(signIn, "agglo"));
        Assert.NotNull(await farm.SignIns.BeginAsync(signIn, "agglo/dugny"));
        Assert.Null(await farm.SignIns.BeginAsync(signIn, "agglo/drancy"));
        Assert.NotNull(await farm.SignIns.BeginAsync(signIn, "agglo/dugny"));
        // A tenant that moved to another directory, or whose directory got another name, keeps its people's accounts.
        Assert.NotNull(await farm.SignIns.BeginAsync(signIn, "agglomeration/dugny"));
        Assert.Null(await farm.SignIns.BeginAsync(signIn, "agglomeration/drancy"));
        Assert.NotNull(await farm.SignIns.BeginAsync(signIn, "agglo/dugny"));
    }

    [Fact]
    public async Task An_emptied_store_gives_nobody_the_running_desktop_of_another_tenant_s_person_of_the_same_name()
    {
        var farm = new LedgerFarm(redis.Store, 2, 2);
        // Dugny's Zoé was at work before; Drancy's signs in first, and has the account.
        var running = new ObservedSession("zoe", 10, true, DateTimeOffset.UtcNow) { Grant = new GrantSeen("an-earlier-one", 1, "dugny/zoe", LedgerFarm.Office.Value) };
        var who = await farm.SignInAsync("zoe", "poste-a");
        await farm.ReportAsync("blade0", running);
        Assert.Null(await farm.TryOpenAsync(who));
        await farm.ReportAsync("blade1");
        Assert.Equal(new HostId("blade1"), Assert.IsType<Claim.Held>(await farm.TryOpenAsync(who)).Host);

        // Whoever was let in before anybody signed in keeps the account with the session.
        var second = new LedgerFarm(redis.Store, 2);
        await second.ReportAsync("blade0", running);
        Assert.Equal("adopted", await second.Adoptions.AdoptAsync(new Adopted("link", second.Catalogue.Hosts[new HostId("blade0")], "boot", running, second.Pool, "agglo/dugny"),
            new AdoptionDecision.Adopt(new SessionId("an-earlier-one"), null, Adoption.Forgotten)));
        Assert.Null(await second.SignIns.BeginAsync(who.SignIn, "agglo/drancy"));
        Assert.NotNull(await second.SignIns.BeginAsync(who.SignIn with { Person = new PersonId("dugny/zoe") }, "agglo/dugny"));
    }

    [Fact]
    public async Task Nothing_of_a_visitor_outlives_the_longest_sign_in()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        var (first, second) = (new PersonId("drancy/visitor/a"), new PersonId("drancy/visitor/b"));
        var running = new ObservedSession("v-b", 10, true, DateTimeOffset.UtcNow) { Grant = new GrantSeen("an-earlier-one", 1, second.Value, LedgerFarm.Office.Value) };
        await farm.ReportAsync("blade0", running);
        Assert.Equal("adopted", await farm.Adoptions.AdoptAsync(new Adopted("link", farm.Catalogue.Hosts[new HostId("blade0")], "boot", running, farm.Pool, "agglo/drancy"),
            new AdoptionDecision.Adopt(new SessionId("an-earlier-one"), null, Adoption.Forgotten)));
        var visit = new SignIn(0, first, "v-a", new StationId("poste-a"), [LedgerFarm.Office], new StationSettings("fr", "fr", 0, 0), Closed: false);
        var (secret, serial) = (await new VisitStore(farm.Store, farm.Keys, farm.Sessions, farm.SignIns).BeginAsync(visit, null))!.Value;
        Assert.IsType<Claim.Held>(await farm.TryOpenAsync((visit with { Serial = serial }, secret.Text)));
        foreach (var key in (string[])[farm.Keys.LastHosts(first)!, farm.Keys.Newest(first)!, farm.Keys.LastHosts(second)!])
            Assert.InRange((await farm.Store.RunAsync("life", db => db.KeyTimeToLiveAsync(key)))!.Value, SignInStore.LongestLife - TimeSpan.FromMinutes(5), SignInStore.LongestLife);
        Assert.False(await farm.Store.RunAsync("account", db => db.KeyExistsAsync(farm.Keys.Account("v-b"))));
    }

    private static async Task<Claim?> OpenAsync(LedgerFarm farm, (SignIn SignIn, string Secret) who, uint draw)
    {
        // As the use case does: a claim that was overtaken is decided anew.
        while (true)
            if (await farm.TryOpenAsync(who, draw) is not Claim.Changed and var claim) return claim;
    }
}
