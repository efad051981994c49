using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>The bar over the desktop of somebody who came by the greeter, on a real X screen: their only way out of it.</summary>
public sealed class GreeterBarTests : AtAGreeter
{
    // How far from the bar's left edge the fourth button is.
    private const int Help = 540;

    [Fact]
    public async Task The_desktop_is_left_by_the_bar_over_it()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        // The first button begins at the left margin of the last row.
        await screen.PressBarAsync(40, () => !Station.Desk.Closes.IsEmpty, TestStation.Deadline);
        Assert.Equal(Closing.Leave, Station.Desk.Closes.First().Closing);
        await Station.StepAsync(Page + "SignIn", 2);
        Assert.True(Station.Viewer.WasTerminated(await Station.Viewer.StartedAsync()));
    }

    [Fact]
    public async Task Who_signs_out_by_the_bar_is_asked_whether_they_mean_it()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        (int Width, int Height)? closed = null, open = null;
        await Eventually.HoldsAsync("signing out", TestStation.Deadline, async () =>
        {
            if (await screen.BannerAsync() is not { } bar) return false;
            var size = (bar.Width, bar.Height);
            closed ??= size;
            if (size != closed) open ??= size;
            // The second button of the open bar, then the first of the question.
            var right = size == open ? 250 : 40;
            if (size == closed) await screen.ClickAsync(bar.X + bar.Width / 2, bar.Y + bar.Height / 2);
            else await screen.ClickAsync(bar.X + right, bar.Y + bar.Height - 22);
            return Station.Times("signing-out") > 0;
        });
        await Eventually.HoldsAsync("the sign-out told", TestStation.Deadline, () => !Station.Desk.Closes.IsEmpty);
        Assert.Equal(Closing.SignOut, Station.Desk.Closes.First().Closing);
    }

    [Fact]
    public async Task Help_is_called_by_the_bar_and_the_answer_stands_over_the_desktop()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await screen.PressBarAsync(Help, () => !Station.Desk.HelpCalls.IsEmpty, TestStation.Deadline);
        await Station.StepAsync("help-called number=17");
        var (call, follow) = (Station.Desk.HelpCalls.First(), Station.Desk.Follows.First());
        Assert.Equal((follow.SignIn, follow.SessionId, "fr"), (call.SignIn, call.SessionId, call.Language));
        await Eventually.HoldsAsync("the answer over the desktop", TestStation.Deadline, async () => await screen.BannerAsync() is { Height: > 60 });
    }

    [Fact]
    public async Task A_bar_that_dies_is_there_again()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await Eventually.HoldsAsync("a bar", TestStation.Deadline, async () => await screen.BannerAsync() is not null);
        using (var bar = System.Diagnostics.Process.GetProcessById(ProcessTable.Below(Station.Process.Pid).Single(one => one.Arguments.Contains("--banner")).Pid)) bar.Kill();
        await Station.StepAsync("banner-failed code=137");
        await Eventually.HoldsAsync("a bar again", TestStation.Deadline, async () => await screen.BannerAsync() is not null);
    }
}
