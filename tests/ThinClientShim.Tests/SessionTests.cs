using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What the shim does while a desktop is on the screen.</summary>
public sealed class SessionTests : AtAStation
{
    [Theory]
    [InlineData(SessionState.Moved, "Votre bureau est parti au poste 7.", 0, "moved to=poste7")]
    [InlineData(SessionState.SignedOut, "Votre session est bien fermée.", 0, "signed-out")]
    [InlineData(SessionState.HostLost, "Le serveur de votre bureau est tombé en panne.", 8, "host-lost")]
    [InlineData(SessionState.Expired, "Personne ne s'est connecté à temps.", 7, "expired")]
    public async Task A_final_notice_takes_the_viewer_away_and_is_read_by_the_person(SessionState state, string text, int code, string step)
    {
        var pid = await OnScreenAsync();
        Station.Desk.Becomes(state, text, "poste7");
        Assert.Equal(code, await Station.ExitAsync());
        Assert.Contains(text, Station.Screen, StringComparison.Ordinal);
        Assert.Equal(1, Station.Times(step));
        Assert.True(Station.Viewer.WasTerminated(pid));
        Assert.Single(Station.Desk.Opens);
    }

    [Fact]
    public async Task When_the_host_hangs_up_theStation_asks_the_broker_why_before_it_reconnects()
    {
        var pid = await OnScreenAsync();
        Station.Viewer.Ends(pid);
        await Station.StepAsync("freerdp-ended code=12");
        Station.Desk.Becomes(SessionState.Moved, "Votre bureau est parti au poste 7.", "poste7");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Contains("Votre bureau est parti au poste 7.", Station.Screen, StringComparison.Ordinal);
        Assert.Single(Station.Desk.Opens);
    }

    [Fact]
    public async Task A_broken_picture_is_opened_again_with_a_fresh_ticket_and_a_higher_fence()
    {
        var first = await OnScreenAsync();
        Station.Viewer.Ends(first, 131);
        var second = await Station.Viewer.StartedAsync(2);
        await Station.StepAsync("active", times: 2);
        Assert.Contains("Nouvelle tentative (1 sur 5)", Station.Screen, StringComparison.Ordinal);
        Assert.Equal([1UL, 2UL], Station.Desk.Follows.Select(follow => follow.Fence));
        Assert.NotEqual(Station.Viewer.TicketDigest(first), Station.Viewer.TicketDigest(second));
        Assert.Single(Station.Desk.SignIns);
    }

    [Fact]
    public async Task A_refused_ticket_ends_the_waiting_viewer_and_brings_a_fresh_one()
    {
        Station.Desk.AfterOpening = SessionState.Opening;
        await Station.SignInAsync();
        var first = await Station.Viewer.StartedAsync();
        await Station.StepAsync("following");
        Station.Desk.AfterOpening = SessionState.Active;
        Station.Desk.Becomes(SessionState.TicketRefused);
        await Station.Viewer.StartedAsync(2);
        await Station.StepAsync("active");
        Assert.True(Station.Viewer.WasTerminated(first));
        Assert.Equal(2, Station.Desk.Tickets.Distinct().Count());
    }

    [Fact]
    public async Task A_desktop_that_cannot_be_reached_is_given_up_after_five_more_tries()
    {
        Station.Desk.AfterOpening = SessionState.TicketRefused;
        await Station.SignInAsync();
        Assert.Equal(7, await Station.ExitAsync());
        Assert.Equal(6, Station.Desk.Opens.Count);
        Assert.Contains("Votre bureau n'a pas pu être rejoint.", Station.Screen, StringComparison.Ordinal);
        Assert.Equal(Closing.Leave, Assert.Single(Station.Desk.Closes).Closing);
    }

    [Fact]
    public async Task A_desktop_taken_by_a_newer_sign_in_is_not_taken_back()
    {
        var pid = await OnScreenAsync();
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.MovedElsewhere, StatusCode.Aborted, Retry.SignIn, "Ouvert à un autre poste."));
        Station.Viewer.Ends(pid);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Contains("Ouvert à un autre poste.", Station.Screen, StringComparison.Ordinal);
        Assert.Single(Station.Viewer.Started);
    }

    [Fact]
    public async Task A_session_outlives_its_broker_and_is_followed_at_another()
    {
        var dying = await Station.BrokerAsync();
        var living = await Station.BrokerAsync();
        Station.Start([dying.Address, living.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
        var pid = await Station.Viewer.StartedAsync();
        Assert.Equal(0, living.Calls);

        await dying.KillAsync();
        await Station.StepAsync("following", times: 2);
        Assert.True(ScriptedViewer.Runs(pid));
        Assert.Single(Station.Viewer.Started);

        Station.Desk.Becomes(SessionState.Moved, "Votre bureau est parti au poste 7.", "poste7");
        Assert.Equal(0, await Station.ExitAsync());
    }

    [Fact]
    public async Task A_session_outlives_its_only_broker_and_can_be_left_without_one()
    {
        var broker = await Station.SignInAsync();
        await Station.StepAsync("active");
        var pid = await Station.Viewer.StartedAsync();
        await broker.KillAsync();
        await Station.StepAsync("follow-cut", times: 2);
        Assert.True(ScriptedViewer.Runs(pid));

        Station.Type("s");
        await Station.SaysAsync("votre session n'est pas fermée et continue");
        Assert.True(ScriptedViewer.Runs(pid));

        Station.Type("l");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.True(Station.Viewer.WasTerminated(pid));
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_leaves_the_desktop_running_and_the_station_clean(int signal)
    {
        var pid = await OnScreenAsync();
        var home = Station.Viewer.HomeOf(pid);
        var clock = Stopwatch.StartNew();
        Station.Process.Send(signal);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.True(Station.Viewer.WasTerminated(pid));
        Assert.False(Directory.Exists(home));
        var close = Assert.Single(Station.Desk.Closes);
        Assert.Equal((Closing.Leave, 1UL), (close.Closing, close.Fence));
        Assert.Equal(1, Station.Times("left"));
    }

    [Theory]
    [InlineData("s")]
    [InlineData("sign out")]
    [InlineData("fermer")]
    public async Task Signing_out_waits_for_the_notice_that_the_desktop_is_closed(string command)
    {
        var pid = await OnScreenAsync();
        Station.Type(command);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(Closing.SignOut, Assert.Single(Station.Desk.Closes).Closing);
        Assert.Contains("Votre session est bien fermée.", Station.Screen, StringComparison.Ordinal);
        Assert.False(ScriptedViewer.Runs(pid));
    }

    [Fact]
    public async Task The_end_of_the_input_is_not_a_command()
    {
        var pid = await OnScreenAsync();
        Station.Process.StandardInput.Close();
        // Something the shim must still do after that, to know that it lived on.
        Station.Viewer.Ends(pid);
        await Station.StepAsync("active", times: 2);
        Assert.Empty(Station.Desk.Closes);
    }

    [Fact]
    public async Task A_killedStation_takes_the_desktop_from_the_screen()
    {
        var pid = await OnScreenAsync();
        Station.Process.Send(Signal.Kill);
        await Eventually.HoldsAsync("the viewer has ended", TestStation.Deadline, () => !ScriptedViewer.Runs(pid));
    }

    [Fact]
    public async Task Without_once_the_next_person_is_asked_for_a_name()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "");
        for (var visit = 1; visit <= 2; visit++)
        {
            Station.Type(ScriptedDesk.Login);
            Station.Type(Station.Desk.Password);
            await Station.StepAsync("active", visit);
            Station.Type("l");
            await Station.StepAsync("left", visit);
        }
        Station.Process.StandardInput.Close();
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(2, Station.Desk.SignIns.Count);
    }

    private async Task<int> OnScreenAsync()
    {
        await Station.SignInAsync();
        await Station.StepAsync("active");
        return await Station.Viewer.StartedAsync();
    }
}
