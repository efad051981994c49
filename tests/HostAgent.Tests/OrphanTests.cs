using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using VdiBroker.Protocol.Host.V1;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

/// <summary>A real sesman dies while desktops run, and begins anew knowing of none.</summary>
public sealed class OrphanTests(BladeWithStation city) : IClassFixture<BladeWithStation>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Who_has_an_orphan_on_the_screen_keeps_it_and_it_is_ended_once_it_is_on_none()
    {
        const string person = "amelie.durand";
        Grant("s-amelie");
        await using (var client = await city.OpenAsync(person, "good"))
        {
            await Soon.HoldsAsync("seen, with a station", () => Only(person) is { Connected: true, Orphaned: false });
            var display = Only(person)!.Display;

            await city.Blade.CrashSesmanAsync();

            await Soon.HoldsAsync("an orphan, on the screen", () => Only(person) is { Connected: true, Orphaned: true, SessionId: "s-amelie" });
            // Longer than an orphan without a station has.
            var told = Reports.Count;
            await Eventually.HoldsAsync("told for longer", _patience, () => Reports.Count > told + (2 * Orphaned.TotalMilliseconds / city.Broker.ReportEvery.TotalMilliseconds));
            Assert.All(Reports.Skip(told), report => Assert.True(Of(person, report).Single() is { Connected: true, Orphaned: true } same && same.Display == display));
            Assert.False(client.HasExited);
            client.Send(Signal.Kill);
            await Soon.HoldsAsync("on no screen", () => Only(person) is { Connected: false, Orphaned: true });
        }
        await Eventually.HoldsAsync("no longer seen", _patience, () => Now(person).Count == 0);
        await Soon.HoldsAsync("no process is left", () => city.Blade.ProcessesOf(person).Count == 0);
        Assert.Contains($"the orphan of {person} on display", city.Host.Log, StringComparison.Ordinal);

        await using var again = await city.OpenAsync(person, "good");
        await Soon.HoldsAsync("a new desktop", () => Only(person) is { Connected: true, Orphaned: false });
        await city.EndAsync(person, "s-amelie");
        await Soon.HoldsAsync("ended", () => Now(person).Count == 0);
    }

    [Fact]
    public async Task Who_logs_on_again_has_one_desktop_and_not_the_orphan_beside_it()
    {
        const string person = "bruno.petit";
        Grant("s-bruno");
        await using var first = await city.OpenAsync(person, "good");
        await Soon.HoldsAsync("seen, with a station", () => Only(person) is { Connected: true });
        var display = Only(person)!.Display;
        await city.Blade.CrashSesmanAsync();
        await Soon.HoldsAsync("an orphan, on the screen", () => Only(person) is { Connected: true, Orphaned: true });

        await using var second = await city.OpenAsync(person, "good");

        await Eventually.HoldsAsync("the new one alone", _patience, () => Only(person) is { Connected: true, Orphaned: false } own && own.Display != display);
        await first.ExitedAsync(Soon.Deadline);
        Assert.False(second.HasExited);
        Assert.Contains("is ended: its person has another desktop here", city.Host.Log, StringComparison.Ordinal);
        await city.EndAsync(person, "s-bruno");
        await Soon.HoldsAsync("ended", () => Now(person).Count == 0);
    }

    private static TimeSpan Orphaned => Agent.Ending.OrphanWatch.Alone;

    private IReadOnlyList<Observation> Reports => [.. city.Broker.Attachments.Last(host => host.Latest is not null).Observations];

    private static List<ObservedSession> Of(string person, Observation report) => [.. report.Sessions.Where(session => session.User == person)];

    private List<ObservedSession> Now(string person) => Of(person, Reports[^1]);

    private ObservedSession? Only(string person) => Now(person) is [var one] ? one : null;

    private void Grant(string session)
    {
        var fence = 0UL;
        city.Broker.Redeem = _ => new RedeemTicketReply { Redemption = Redemption.Granted, SessionId = session, Fence = ++fence, Pool = "office" };
    }
}
