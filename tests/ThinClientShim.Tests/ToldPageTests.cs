using VdiBroker.City.Processes;
using VdiBroker.City.Stations;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What is told on a page of the greeter while somebody is busy with it, or nobody is there: on a real X screen.</summary>
public sealed class ToldPageTests : AtAGreeter
{
    // What a notice is written on.
    private const int Notice = 0xfff3cd;

    private ScriptedAttendance Attendance => Station.Desk.Attendance ??= new();

    [Fact]
    public async Task A_message_takes_nothing_from_who_types_name_and_password_without_looking_up()
    {
        _ = Attendance;
        await using var screen = await GreetAsync();
        await screen.TypeAsync(ScriptedDesk.Login[..5]);
        await MessageAsync();
        await Station.StepAsync(Page + "SignIn", 2);
        await screen.TypeAsync(ScriptedDesk.Login[5..] + "\n" + Station.Desk.Password[..5]);
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Show = new ShowName() })).Kind);
        await Station.StepAsync(Page + "SignIn", 3);
        await screen.TypeAsync(Station.Desk.Password[5..] + "\n");
        await Station.StepAsync("active");
        Assert.Equal((ScriptedDesk.Login, Station.Desk.Password), Station.Desk.SignIns.Select(one => (one.Login, one.Password)).Single());
    }

    [Fact]
    public async Task A_message_takes_nothing_from_a_new_password_that_is_being_typed()
    {
        const string fresh = "Neuf-et-long-42";
        _ = Attendance;
        Station.Desk.MustChange = ScriptedDesk.Fault(ErrorCode.PasswordMustChange, StatusCode.FailedPrecondition, Retry.OtherInput, "Votre mot de passe doit être changé.");
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync(Page + "NewPassword");
        await screen.TypeAsync(fresh + "\n" + fresh[..4]);
        await MessageAsync();
        await Station.StepAsync(Page + "NewPassword", 2);
        await screen.TypeAsync(fresh[4..] + "\n");
        await Station.StepAsync("active");
        Assert.Equal(fresh, Assert.Single(Station.Desk.Changes).NewPassword);
    }

    [Fact]
    public async Task A_message_does_not_choose_another_desktop_than_the_one_that_was_gone_to()
    {
        _ = Attendance;
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau" }, new() { PoolId = "cartes", Name = "Cartes" }];
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync(Page + "Choose");
        await screen.PressAsync("Tab");
        await MessageAsync();
        await Station.StepAsync(Page + "Choose", 2);
        await screen.TypeAsync("\n");
        await Station.StepAsync("active");
        Assert.Equal("cartes", Assert.Single(Station.Desk.Opens).PoolId);
    }

    [Fact]
    public async Task A_message_stands_for_who_comes_though_nobody_is_there_and_what_somebody_left_does_not()
    {
        _ = Attendance;
        await using var screen = await GreetAsync("greeter-idle = 4");
        await screen.TypeAsync("somebody-else");
        await MessageAsync();
        await Station.StepAsync(Page + "SignIn", 2);
        // Taken back twice meanwhile.
        await Station.StepAsync(Page + "SignIn", 4);
        await Seen(screen, "the message", there: true);
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        Assert.Equal(ScriptedDesk.Login, Assert.Single(Station.Desk.SignIns).Login);
        // Nor is it gone with that person.
        Station.Desk.Becomes(SessionState.SignedOut);
        await Station.StepAsync(Page + "SignIn", 6);
        await Seen(screen, "the message", there: true);
    }

    [Fact]
    public async Task Keys_that_were_meant_for_a_desktop_which_has_just_gone_do_not_give_it_up()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        Station.Desk.Places = [new() { Place = 3, Of = 5, Text = "Vous êtes 3e sur 5." }];
        Station.Viewer.Ends(await Station.Viewer.StartedAsync());
        await Station.StepAsync("greeter-started", 2);
        await Eventually.HoldsAsync("given up", TestStation.Deadline, async () =>
        {
            await screen.PressAsync("Escape");
            return Station.Times("left") > 0;
        });
        Assert.True(Station.TimeOf("left") - Station.TimeOf("greeter-started", 2) > TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task The_wait_for_another_desktop_stands_over_the_old_one_and_on_the_page_when_that_has_gone()
    {
        await using var screen = await GreetAsync();
        await TypeAsync(screen, ScriptedDesk.Login, Station.Desk.Password);
        await Station.StepAsync("active");
        await Eventually.HoldsAsync("the bar", TestStation.Deadline, async () => await screen.BannerAsync() is not null);
        var low = (await screen.BannerAsync())!.Value.Height;
        Station.Desk.Places = [new() { Place = 3, Of = 5, Text = "Vous êtes 3e sur 5." }];
        Station.Desk.Becomes(SessionState.Forgotten);
        await Station.StepAsync("queued place=3");
        await Eventually.HoldsAsync("the place over the desktop", TestStation.Deadline, async () => (await screen.BannerAsync())?.Height > low + 10);
        await Eventually.HoldsAsync("no greeter any more", TestStation.Deadline, () => !Greeters().Any());

        var waits = Station.Times(Page + "Wait");
        Station.Viewer.Ends(await Station.Viewer.StartedAsync());
        await Station.StepAsync(Page + "Wait", waits + 1);
        await Eventually.HoldsAsync("no bar", TestStation.Deadline, async () => await screen.BannerAsync() is null);
        // Its place is kept meanwhile.
        Assert.Equal(1, Station.Times("queued"));
        Station.Desk.Served.SetResult();
        await Station.StepAsync("active", 2);
        await Eventually.HoldsAsync("no greeter", TestStation.Deadline, () => Greeters().Count == 0);
    }

    private async Task MessageAsync() =>
        Assert.Equal(OutcomeKind.Done, (await Attendance.OrderAsync(new Order { Message = new ShowMessage { Text = "Le service redémarre à midi." } })).Kind);

    private static Task Seen(Screen screen, string what, bool there) =>
        Eventually.HoldsAsync(what, TestStation.Deadline, async () => (await screen.LookAsync()).Count(Notice) > 1000 == there);
}
