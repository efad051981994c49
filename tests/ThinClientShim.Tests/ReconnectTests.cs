using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What the shim does when the picture breaks.</summary>
public sealed class ReconnectTests : AtAStation
{
    [Fact]
    public async Task When_the_host_hangs_up_the_shim_asks_the_broker_why_before_it_reconnects()
    {
        var pid = await Station.OnScreenAsync();
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
        var first = await Station.OnScreenAsync();
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
        var pid = await Station.OnScreenAsync();
        Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.MovedElsewhere, StatusCode.Aborted, Retry.SignIn, "Ouvert à un autre poste."));
        Station.Viewer.Ends(pid);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Contains("Ouvert à un autre poste.", Station.Screen, StringComparison.Ordinal);
        Assert.Single(Station.Viewer.Started);
    }

    [Fact]
    public async Task A_station_that_is_taken_out_of_service_takes_the_picture_away_and_says_so()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.Cuts(ScriptedDesk.Fault(ErrorCode.StationRevoked, StatusCode.PermissionDenied, Retry.Never, "Ce poste a été retiré du service."));
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Contains("Ce poste a été retiré du service.", Station.Screen, StringComparison.Ordinal);
        Assert.False(ScriptedViewer.Runs(pid));
        Assert.Single(Station.Viewer.Started);
    }
}
