using VdiBroker.City.Brokers;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Limits as a station and a host see them, at real brokers.</summary>
[Collection(TownCollection.Name)]
public sealed class LimitEdgeTests(Town town)
{
    [Fact]
    public async Task Who_leaves_the_desktop_alone_is_warned_at_the_station_and_ended_unless_they_touch_it()
    {
        await using var host = await ReportingHost.AttachAsync(town, town.First, "blade7");
        using var visit = await Visit.BeginAsync(town, town.First, host, "poste-l1", town.Only("dugny", "stagiaires"));
        using var news = visit.Follow();
        var warning = await news.WarnedAsync();
        Assert.Equal((Limit.Idle, true), (warning.Limit, warning.Extendable));
        Assert.InRange(warning.EndsIn.ToTimeSpan(), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.Contains("Bougez la souris", warning.Text, StringComparison.Ordinal);
        host.See(visit.Person, connected: true);
        await news.UntilAsync(notice => notice.Warning is null);
        Assert.DoesNotContain(host.Agent.Orders, order => order.EndSession is not null);

        await news.WarnedAsync();
        await host.EndsAsync(visit);
        Assert.StartsWith("Votre session a été fermée parce que personne n'y a touché", await news.EndedAsync(), StringComparison.Ordinal);
        // Between the warning and the end nobody heard that it holds no more, but for the one time when it did not.
        Assert.Single(news.Seen.SkipWhile(notice => notice.Warning is null), notice => notice.Warning is null && notice.State == SessionState.Active);
        await Explained.UntilAsync(town.Second, visit.Desktop.SessionId, Peers.Patience, "la personne est prévenue : fin à", "la fin annoncée n'a plus lieu d'être (personne n'y a touché depuis longtemps)",
            "La session s'est ensuite fermée : personne n'y a touché depuis longtemps.");
    }

    [Fact]
    public async Task Who_asks_for_more_time_gets_it_once_and_a_repeated_wish_is_answered_with_the_same_end()
    {
        await using var host = await ReportingHost.AttachAsync(town, town.First, "blade7");
        using var visit = await Visit.BeginAsync(town, town.First, host, "poste-l2", town.Only("le-bourget", "elus"));
        using var news = visit.Follow();
        Assert.Equal(ErrorCode.ExtensionRefused, (await Peers.RefusalAsync(visit.ExtendAsync)).Code);
        await news.WarnedAsync();
        var first = await visit.ExtendAsync();
        await news.UntilAsync(notice => notice.Warning is null);
        var again = await visit.ExtendAsync();
        Assert.InRange(first.EndsIn.ToTimeSpan(), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(9.1));
        Assert.InRange(first.EndsIn.ToTimeSpan() - again.EndsIn.ToTimeSpan(), TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.NotEmpty(first.Text);

        Assert.False((await news.WarnedAsync()).Extendable);
        Assert.Equal(ErrorCode.ExtensionRefused, (await Peers.RefusalAsync(visit.ExtendAsync)).Code);
        await host.EndsAsync(visit);
        await Explained.UntilAsync(town.First, visit.Desktop.SessionId, Peers.Patience, "la personne demande plus de temps, jusqu'à", "session en cours de fermeture : ");
    }

    [Fact]
    public async Task A_desktop_on_nobody_s_screen_is_ended_after_its_grace()
    {
        await using var host = await ReportingHost.AttachAsync(town, town.Second, "blade7");
        using var visit = await Visit.BeginAsync(town, town.First, host, "poste-l3", town.Only("le-bourget", "stagiaires"));
        host.See(visit.Person, connected: false);
        await host.EndsAsync(visit);
        using var news = visit.Follow("en");
        Assert.Equal("Your session was closed because it was on no screen for long. Sign in again to open another.", await news.EndedAsync());
    }

    [Fact]
    public async Task Only_the_station_that_holds_the_desktop_gets_more_time_for_it()
    {
        await using var host = await ReportingHost.AttachAsync(town, town.First, "blade7");
        var person = town.Only("le-bourget", "stagiaires", 1);
        using var other = await StationPeer.ConnectAsync(town, town.Second, "poste-l5");
        using var visit = await Visit.BeginAsync(town, town.First, host, "poste-l4", person);
        await other.OpenAsync((await other.SignInAsync(town, person)).SignIn);
        Assert.Equal(ErrorCode.MovedElsewhere, (await Peers.RefusalAsync(visit.ExtendAsync)).Code);
        Assert.Equal(ErrorCode.SignInEnded, (await Peers.RefusalAsync(async () =>
            await other.Calls.ExtendAsync(new ExtendRequest { SignIn = new string('x', 43), SessionId = visit.Desktop.SessionId, Fence = visit.Desktop.Fence }))).Code);
    }
}
