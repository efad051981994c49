using Google.Protobuf.WellKnownTypes;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>A desktop that nobody touches, and one that its person locks: on a real X screen.</summary>
public sealed class AbsenceTests : AtAGreeter
{
    private const int Lock = 400;
    private const string Unlocked = "page kind=SignIn";

    [Fact]
    public void It_is_counted_down_from_the_first_telling_and_a_touch_ends_it()
    {
        var absence = new Absence(Rule(IdleAct.Lock, after: 900, warn: 30));
        Assert.Equal(870, absence.From);
        Assert.Equal((30, 29, 0), (absence.Hear(870), absence.Hear(871), absence.Hear(905)));
        // Once is enough.
        Assert.Null(absence.Hear(906));
        Assert.Null(absence.Hear(0));
        // Nobody was there for long before it could be seen.
        Assert.Equal((30, 20), (absence.Hear(5000), absence.Hear(5010)));
    }

    [Fact]
    public void A_station_without_a_rule_counts_nothing()
    {
        var absence = new Absence(null);
        Assert.Null(absence.From);
        Assert.Null(absence.Hear(5000));
    }

    [Fact]
    public async Task A_desktop_that_nobody_touches_is_locked_after_a_countdown_and_the_password_brings_it_back()
    {
        Station.Desk.Settings = new Settings { Keyboard = "fr", Language = "fr", WhenIdle = Rule(IdleAct.Lock, after: 8, warn: 5) };
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("idle-warning");
        var low = await BarAsync(screen);
        await Station.StepAsync("locked");
        Assert.Equal(Closing.Leave, Station.Desk.Closes.Single().Closing);
        Assert.True(Station.Viewer.WasTerminated(await Station.Viewer.StartedAsync()));
        await Station.StepAsync(Unlocked, 2);
        Assert.True(low > 0);
        // The name stands there: the password alone is asked for.
        await screen.TypeAsync(Station.Desk.Password + "\n");
        await Station.StepAsync("active", 2);
        Assert.Equal([ScriptedDesk.Login, ScriptedDesk.Login], Station.Desk.SignIns.Select(one => one.Login));
        Assert.Equal("bureau", Station.Desk.Opens.Last().PoolId);
    }

    [Fact]
    public async Task A_touch_ends_the_countdown()
    {
        Station.Desk.Settings = new Settings { WhenIdle = Rule(IdleAct.Disconnect, after: 30, warn: 27) };
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("idle-warning");
        await screen.PressAsync("Shift_L");
        await Station.StepAsync("idle-over");
        Assert.Empty(Station.Desk.Closes);
    }

    [Fact]
    public async Task A_public_station_is_free_again_after_the_countdown()
    {
        Station.Desk.Settings = new Settings { WhenIdle = Rule(IdleAct.Disconnect, after: 6, warn: 3) };
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("left");
        await Station.StepAsync(Unlocked, 2);
        await TypeAsync(screen, "rachid.benali", Station.Desk.Password);
        await Station.StepAsync("signed-in", 2);
        Assert.Equal("rachid.benali", Station.Desk.SignIns.Last().Login);
    }

    [Fact]
    public async Task Who_locks_by_the_bar_is_asked_for_their_password_and_somebody_else_may_say_that_it_is_not_them()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await screen.PressBarAsync(Lock, () => Station.Times("locked") > 0, TestStation.Deadline);
        await Station.StepAsync(Unlocked, 2);
        await screen.TypeAsync("wrong\n");
        await Station.StepAsync(Unlocked, 3);
        // From the password on: to see it, to unlock, not to be the one who locked.
        await screen.PressAsync("Tab");
        await screen.PressAsync("Tab");
        await screen.PressAsync("Tab");
        await screen.PressAsync("space");
        await Station.StepAsync(Unlocked, 4);
        await TypeAsync(screen, "rachid.benali", Station.Desk.Password);
        await Station.StepAsync("active", 2);
        Assert.Equal([ScriptedDesk.Login, ScriptedDesk.Login, "rachid.benali"], Station.Desk.SignIns.Select(one => one.Login));
    }

    private static WhenIdle Rule(IdleAct act, int after, int warn) =>
        new() { Act = act, After = Duration.FromTimeSpan(TimeSpan.FromSeconds(after)), Warn = Duration.FromTimeSpan(TimeSpan.FromSeconds(warn)) };

    // The countdown stands over the desktop: the bar alone is lower.
    private static async Task<int> BarAsync(Screen screen)
    {
        var height = 0;
        await Eventually.HoldsAsync("the countdown over the desktop", TestStation.Deadline, async () => (height = (await screen.BannerAsync())?.Height ?? 0) > 60);
        return height;
    }
}
