using Google.Protobuf.WellKnownTypes;
using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What stands over the desktop, on a real X screen.</summary>
public sealed class BannerTests : AtAStation
{
    [Fact]
    public async Task A_warning_stands_over_the_desktop_until_it_is_taken_back()
    {
        await using var screen = await Screen.StartVirtualAsync(Station.At("x"));
        var empty = await screen.LookAsync();
        await OnScreenAsync(screen);
        Station.Desk.Warns(Near(extendable: false));
        await Eventually.HoldsAsync("a banner", TestStation.Deadline, async () => await screen.BannerAsync() is not null);
        var banner = (await screen.BannerAsync())!.Value;
        await Eventually.HoldsAsync("letters in it", TestStation.Deadline, async () => (await screen.LookAsync()).Differences(empty) > 500);
        Assert.InRange(banner.Width, 100, 1024 * 3 / 4 + 60);
        Station.Desk.Warns(null);
        // The sentence that takes it back goes by itself.
        await Eventually.HoldsAsync("no banner", TestStation.Deadline, async () => await screen.BannerAsync() is null);
        Assert.Equal(0, Station.Times("banner-failed"));
        await Eventually.HoldsAsync("no process of it", TestStation.Deadline, () => !ProcessTable.Below(Station.Process.Pid).Any(one => one.Arguments.Contains("--banner")));
    }

    [Fact]
    public async Task A_click_asks_for_more_time()
    {
        Station.Desk.Extension = () => new ExtendReply { Text = "Votre session est prolongée." };
        await using var screen = await Screen.StartVirtualAsync(Station.At("x"));
        await OnScreenAsync(screen);
        Station.Desk.Warns(Near(extendable: true));
        // The first button begins at the left margin of the last row.
        await Eventually.HoldsAsync("an extension", TestStation.Deadline, async () =>
        {
            if (await screen.BannerAsync() is { } banner) await screen.ClickAsync(banner.X + 40, banner.Y + banner.Height - 22);
            return !Station.Desk.Extensions.IsEmpty;
        });
        await Station.SaysAsync("Votre session est prolongée.");
    }

    [Fact]
    public async Task Where_nothing_can_be_drawn_the_terminal_says_it_and_the_session_goes_on()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.Warns(Near(extendable: false));
        await Station.StepAsync("banner-failed code=1");
        Assert.Contains("Le bureau ferme bientôt.", Station.Screen, StringComparison.Ordinal);
        Assert.True(ScriptedViewer.Runs(pid));
    }

    [Fact]
    public async Task A_killed_shim_leaves_no_banner()
    {
        await using var screen = await Screen.StartVirtualAsync(Station.At("x"));
        await OnScreenAsync(screen);
        Station.Desk.Warns(Near(extendable: false));
        await Eventually.HoldsAsync("a banner", TestStation.Deadline, async () => await screen.BannerAsync() is not null);
        Station.Process.Send(Signal.Kill);
        await Eventually.HoldsAsync("no banner", TestStation.Deadline, async () => await screen.BannerAsync() is null);
    }

    private static LimitWarning Near(bool extendable) =>
        new() { Limit = Limit.Hours, EndsIn = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)), Extendable = extendable, Text = "Le bureau ferme bientôt." };

    private async Task OnScreenAsync(Screen screen)
    {
        Station.Display = screen.Display;
        await Station.SignInAsync();
        await Station.StepAsync("active");
    }
}
