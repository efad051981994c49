using System.Globalization;
using VdiBroker.City.Brokers;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Edge;

/// <summary>Opening hours and the giving back of seats, at a real broker of the town with a city file of its own.</summary>
[Collection(TownCollection.Name)]
public sealed class HoursEdgeTests(Town town)
{
    [Fact]
    public async Task A_closed_pool_says_when_it_opens_and_gives_no_desktop()
    {
        await using var broker = await StartAsync("hours-1", 13, closes: null);
        await using var host = await ReportingHost.AttachAsync(town, broker, "blade10");
        using var station = await StationPeer.ConnectAsync(town, broker, "poste-h1");
        var signIn = (await station.SignInAsync(town, town.Only("le-bourget", "stagiaires"))).SignIn;
        var refusal = await Peers.RefusalAsync(() => station.OpenAsync(signIn, "ferme"));
        Assert.Equal(ErrorCode.PoolClosed, refusal.Code);
        Assert.StartsWith("Ce bureau est fermé (Ménage). Il ouvre ", refusal.Text, StringComparison.Ordinal);
        Assert.EndsWith(" à 8 h 00.", refusal.Text, StringComparison.Ordinal);
        Assert.InRange(refusal.RetryAfter.ToTimeSpan(), TimeSpan.FromHours(7), TimeSpan.FromHours(33));
        await Explained.UntilAsync(broker, refusal.Reference, Peers.Patience, "ne s'est pas ouvert : ce bureau était fermé à cette heure", "calendar 'demain', opens ");
    }

    [Fact]
    public async Task At_the_closing_hour_people_are_warned_go_on_at_another_station_and_are_ended()
    {
        var closes = DateTimeOffset.UtcNow.AddSeconds(40);
        await using var broker = await StartAsync("hours-2", 14, closes);
        await using var host = await ReportingHost.AttachAsync(town, broker, "blade10");
        using var visit = await Visit.BeginAsync(town, broker, host, "poste-h2", town.Only("le-bourget", "stagiaires"), "soir");
        using var news = visit.Follow();
        var warning = await news.WarnedAsync();
        Assert.Equal((Limit.Hours, false), (warning.Limit, warning.Extendable));
        Assert.True(DateTimeOffset.UtcNow < closes, "warned before the hour");
        Assert.Equal(ErrorCode.ExtensionRefused, (await Peers.RefusalAsync(visit.ExtendAsync)).Code);

        // What was told goes with the person.
        using var moved = await Visit.BeginAsync(town, broker, host, "poste-h3", visit.Person, "soir");
        Assert.Equal(visit.Desktop.SessionId, moved.Desktop.SessionId);
        using var there = moved.Follow();
        Assert.Equal(Limit.Hours, (await there.WarnedAsync()).Limit);
        await host.EndsAsync(moved);
        Assert.True(DateTimeOffset.UtcNow >= closes.AddSeconds(-1), "not ended before the hour");
        Assert.StartsWith("Votre session a été fermée parce que ce bureau est fermé à cette heure.", await there.EndedAsync(), StringComparison.Ordinal);

        using var late = await StationPeer.ConnectAsync(town, broker, "poste-h4");
        var signIn = (await late.SignInAsync(town, visit.Person)).SignIn;
        Assert.Equal(ErrorCode.PoolClosed, (await Peers.RefusalAsync(() => late.OpenAsync(signIn, "soir"))).Code);
    }

    [Fact]
    public async Task Borrowed_seats_go_back_when_the_people_wait_to_whom_they_are_guaranteed()
    {
        await using var broker = await StartAsync("hours-3", 15, closes: null);
        await using var host = await ReportingHost.AttachAsync(town, broker, "blade9");
        using var away = await Visit.BeginAsync(town, broker, host, "poste-g1", town.Only("le-bourget", "stagiaires"), "partage");
        using var atWork = await Visit.BeginAsync(town, broker, host, "poste-g2", town.Only("le-bourget", "stagiaires", 1), "partage");
        host.See(away.Person, connected: false);
        using var news = atWork.Follow();

        // The first comes into the seat that nobody sits at, without a word to whoever is at work.
        using var first = await StationPeer.ConnectAsync(town, broker, "poste-g3");
        var seat = first.OpenAsync((await first.SignInAsync(town, town.Only("dugny", "stagiaires"))).SignIn, "partage");
        await host.EndsAsync(away);
        var given = await seat;
        await host.Agent.RedeemAsync(town.Only("dugny", "stagiaires"), given.Ticket);
        host.See(town.Only("dugny", "stagiaires"), connected: true);
        Assert.DoesNotContain(news.Seen, notice => notice.Warning is not null);

        using var second = await StationPeer.ConnectAsync(town, broker, "poste-g4");
        var next = second.OpenAsync((await second.SignInAsync(town, town.Only("dugny", "accueil"))).SignIn, "partage");
        var warning = await news.WarnedAsync();
        Assert.Equal((Limit.GiveBack, false), (warning.Limit, warning.Extendable));
        await host.EndsAsync(atWork);
        Assert.Contains("sa place était réservée à un autre organisme", await news.EndedAsync(), StringComparison.Ordinal);
        Assert.Equal("blade9", (await next).Host);
        await Explained.UntilAsync(broker, away.Desktop.SessionId, Peers.Patience, "fermée : sa place était empruntée à un autre organisme, dont les agents attendaient.");
    }

    private Task<BrokerProcess> StartAsync(string name, int address, DateTimeOffset? closes)
    {
        var now = DateTimeOffset.UtcNow;
        var evening = $"{Clock(now.AddHours(-2))}-{Clock(closes ?? now.AddHours(2))}";
        var day = (int days) => now.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return town.StartAnotherAsync(name, address, city => city
            .Replace("hosts:\n", """
                hosts:
                  - { id: blade10, address: 127.0.0.1, port: 3400, seats: 4 }
                  - { id: blade9, address: 127.0.0.1, port: 3399, seats: 2 }

                """, StringComparison.Ordinal)
            .Replace("\npools:\n", $$"""

                timezone: Etc/UTC
                calendars:
                  - { id: soir, weekly: { workdays: ["{{evening}}"], sat: ["{{evening}}"], sun: ["{{evening}}"] } }
                  - { id: demain, closed: ["{{day(-1)}}..{{day(0)}} Ménage"], open: [{ date: {{day(1)}}, hours: ["08:00-18:00"] }] }
                pools:
                  - { id: soir, name: { fr: Soir, en: Evening }, hosts: [blade10], hours: soir, limits: { warn: 12s } }
                  - { id: ferme, name: { fr: Fermé, en: Closed }, hosts: [blade10], hours: demain }
                  - id: partage
                    name: { fr: Partagé, en: Shared }
                    hosts: [blade9]
                    shares: [{ tenant: dugny, guaranteed: 2 }]
                    give_back: { disconnected: 1s, active: 1s }
                    limits: { warn: 3s }

                """, StringComparison.Ordinal)
            .Replace("\nentitlements:\n", """

                entitlements:
                  - { tenant: le-bourget, group: stagiaires, pools: [soir, ferme, partage] }
                  - { tenant: dugny, group: stagiaires, pools: [partage] }
                  - { tenant: dugny, group: accueil, pools: [partage] }

                """, StringComparison.Ordinal));
    }

    private static string Clock(DateTimeOffset at) => at.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
