using System.Text.RegularExpressions;
using Grpc.Core;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Host.V1;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Desktops without a name, as public stations and their host see them, at real brokers. The host has one seat: each test leaves it free.</summary>
[Collection(StationsTownCollection.Name)]
public sealed partial class VisitorEdgeTests(Town town)
{
    [Fact]
    public async Task A_station_is_told_how_one_sits_down_and_only_a_public_place_takes_visitors()
    {
        using var open = await StationPeer.ConnectAsync(town, town.First, "poste-visite-1");
        using var desk = await StationPeer.ConnectAsync(town, town.Second, "poste-1");
        var welcome = await open.Calls.WelcomeAsync(new WelcomeRequest());
        Assert.Equal((true, TimeSpan.FromSeconds(10)), (welcome.Visitors, welcome.Longest.ToTimeSpan()));
        Assert.Equal(new WelcomeReply(), await desk.Calls.WelcomeAsync(new WelcomeRequest()));
        var refusal = await Peers.RefusalAsync(async () => await desk.Calls.BeginVisitAsync(new BeginVisitRequest { Language = "fr" }));
        Assert.Equal(ErrorCode.NoVisitorsHere, refusal.Code);
        await Explained.UntilAsync(town.First, refusal.Reference, Peers.Patience, "ce poste n'est pas ouvert sans identification");
    }

    [Fact]
    public async Task A_visitor_is_nobody_twice_and_their_seat_is_free_only_when_the_host_has_wiped_what_they_left()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade8");
        using var first = await Visitor.BeginAsync(town, "poste-visite-2", agent);
        Assert.Equal(("Visiteur", "Médiathèque"), (first.Reply.Person.DisplayName, first.Reply.Person.TenantName));
        Assert.Equal(IdleAct.SignOut, first.Reply.Settings.WhenIdle.Act);
        Assert.Matches(Account(), first.Desktop.User);
        Assert.Equal((true, "drancy/visitor/" + first.Desktop.User[2..], "visite"), (first.Grant.Visitor, first.Grant.Person, first.Grant.Pool));

        // Whoever leaves has ended: there is nobody who could come back.
        using var news = first.Station.Follow(first.Reply.SignIn, first.Desktop);
        await first.Station.CloseAsync(first.Reply.SignIn, first.Desktop, Closing.Leave);
        Assert.StartsWith("Votre visite est terminée", (await news.HearsAsync(SessionState.SignedOut)).Text, StringComparison.Ordinal);
        await Eventually.HoldsAsync("order to end", Peers.Patience, () => agent.Orders.Any(order => order.EndSession?.User == first.Desktop.User));
        await agent.ObserveAsync(first.Wiping());

        using var next = await StationPeer.ConnectAsync(town, town.Second, "poste-visite-3");
        var reply = await next.Calls.BeginVisitAsync(new BeginVisitRequest { Language = "en" });
        Assert.Equal("Visitor", reply.Person.DisplayName);
        using var opening = next.Calls.Open(new OpenRequest { SignIn = reply.SignIn, Language = "en" }, deadline: DateTime.UtcNow + 6 * Peers.Patience);
        Assert.True(await opening.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(1u, opening.ResponseStream.Current.Queued.Place);
        var served = ServedAsync(opening.ResponseStream);
        await agent.ObserveAsync(first.Wiping(failed: 1, "files below /tmp"));
        await Eventually.HoldsAsync("the failure is in the log", Peers.Patience, () => File.ReadAllText(town.First.LogFile).Contains($"what visitor {first.Desktop.User} left on blade8 cannot be removed", StringComparison.Ordinal));
        Assert.False(served.IsCompleted, "the seat was given away before it was wiped");

        await agent.ObserveWipedAsync(first.Desktop.SessionId);
        var desktop = await served;
        Assert.NotEqual(first.Desktop.User, desktop.User);
        await Explained.UntilAsync(town.First, first.Desktop.SessionId, Peers.Patience, "le serveur a prouvé qu'il n'en reste rien");
        await next.CloseAsync(reply.SignIn, desktop, Closing.Leave);
        await agent.ObserveAsync();
    }

    [Fact]
    public async Task Whoever_begins_at_a_station_ends_what_the_last_visitor_there_has_left()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.Second, "blade8");
        using var gone = await Visitor.BeginAsync(town, "poste-visite-4", agent);
        using var news = gone.Station.Follow(gone.Reply.SignIn, gone.Desktop);
        var next = await gone.Station.Calls.BeginVisitAsync(new BeginVisitRequest { Language = "fr" });
        await news.HearsAsync(SessionState.SignedOut);
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(() => gone.Station.OpenAsync(gone.Reply.SignIn))).Code);
        await Eventually.HoldsAsync("order to end", Peers.Patience, () => agent.Orders.Any(order => order.EndSession?.User == gone.Desktop.User));
        await agent.ObserveWipedAsync(gone.Desktop.SessionId);
        var desktop = await gone.Station.OpenAsync(next.SignIn);
        await gone.Station.CloseAsync(next.SignIn, desktop, Closing.SignOut);
    }

    [Fact]
    public async Task A_visitor_is_warned_may_stay_a_while_once_and_is_told_what_becomes_of_what_they_leave()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade8");
        using var visitor = await Visitor.BeginAsync(town, "poste-visite-5", agent);
        using var news = new News(visitor.Station.Calls.Follow(new FollowRequest { SignIn = visitor.Reply.SignIn, SessionId = visitor.Desktop.SessionId, Fence = visitor.Desktop.Fence, Language = "en" }));
        var warning = await news.WarnedAsync();
        Assert.Equal((Limit.Longest, true), (warning.Limit, warning.Extendable));
        Assert.Contains("all that you leave in it wiped", warning.Text, StringComparison.Ordinal);
        await visitor.Station.Calls.ExtendAsync(new ExtendRequest { SignIn = visitor.Reply.SignIn, SessionId = visitor.Desktop.SessionId, Fence = visitor.Desktop.Fence, Language = "en" });
        await news.UntilAsync(notice => notice.Warning is null);
        Assert.False((await news.WarnedAsync()).Extendable);
        Assert.StartsWith("Your visit is over", await news.EndedAsync(), StringComparison.Ordinal);
        await agent.ObserveWipedAsync(visitor.Desktop.SessionId);
        await Explained.UntilAsync(town.Second, visitor.Desktop.SessionId, Peers.Patience, "le serveur a prouvé qu'il n'en reste rien");
    }

    [Fact]
    public async Task A_desktop_that_ends_by_itself_is_over_at_its_station_at_once_and_nothing_of_the_visit_is_kept_for_ever()
    {
        await using var agent = await AgentPeer.AttachAsync(town, town.First, "blade8");
        using var visitor = await Visitor.BeginAsync(town, "poste-visite-6", agent);
        await visitor.Station.Calls.PreferAsync(new PreferRequest { SignIn = visitor.Reply.SignIn, TextSize = "2" });
        using var news = visitor.Station.Follow(visitor.Reply.SignIn, visitor.Desktop);
        await agent.ObserveAsync(visitor.Wiping());
        await news.HearsAsync(SessionState.SignedOut);
        await agent.ObserveWipedAsync(visitor.Desktop.SessionId);
        await Explained.UntilAsync(town.First, visitor.Desktop.SessionId, Peers.Patience, "le serveur a prouvé qu'il n'en reste rien");

        var (address, port) = (town.Redis.Split(':')[0], town.Redis.Split(':')[1]);
        async Task<string> AskAsync(params string[] command) => await Tool.OutputAsync("redis-cli", ["-h", address, "-p", port, .. command]);
        var kept = (await AskAsync("--scan", "--pattern", $"*{visitor.Desktop.User[2..]}*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(kept);
        foreach (var key in kept) Assert.True(int.Parse(await AskAsync("pttl", key), null) > 0, $"{key} stays for ever");
    }

    private static async Task<Desktop> ServedAsync(IAsyncStreamReader<OpenReply> replies)
    {
        while (await replies.MoveNext(CancellationToken.None))
            if (replies.Current.Desktop is { } desktop) return desktop;
        throw new InvalidOperationException("the stream ended without a desktop");
    }

    [GeneratedRegex("^v-[a-z2-7]{16}$")]
    private static partial Regex Account();

    /// <summary>A visitor at a desktop of a scripted host.</summary>
    private sealed class Visitor(StationPeer station, SignInReply reply, Desktop desktop, RedeemTicketReply grant) : IDisposable
    {
        public StationPeer Station => station;

        public SignInReply Reply => reply;

        public Desktop Desktop => desktop;

        public RedeemTicketReply Grant => grant;

        public static async Task<Visitor> BeginAsync(Town town, string station, AgentPeer agent)
        {
            var peer = await StationPeer.ConnectAsync(town, town.First, station);
            var reply = await peer.Calls.BeginVisitAsync(new BeginVisitRequest { Language = "fr" });
            Assert.Equal("visite", Assert.Single(reply.Desktops).PoolId);
            var desktop = await peer.OpenAsync(reply.SignIn);
            var grant = await agent.PresentAsync(desktop.User, desktop.Ticket);
            Assert.Equal(Redemption.Granted, grant.Redemption);
            await agent.ObserveAsync(AgentPeer.Seen(desktop.User, connected: true, grant));
            await peer.NoticeAsync(reply.SignIn, desktop, SessionState.Active);
            return new Visitor(peer, reply, desktop, grant);
        }

        /// <summary>As the host tells it between the session's end and the proof.</summary>
        public ObservedSession Wiping(uint failed = 0, string left = "")
        {
            var seen = AgentPeer.Seen(desktop.User, connected: false, grant);
            seen.Wiping = new Wiping { Failed = failed, Left = left };
            return seen;
        }

        public void Dispose() => station.Dispose();
    }
}
