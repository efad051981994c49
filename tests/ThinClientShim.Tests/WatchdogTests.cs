using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>Alone in its class because it lasts the twenty seconds that it is about.</summary>
public sealed class WatchdogTests : AtAStation
{
    [Fact]
    public async Task A_desktop_that_does_not_come_up_is_opened_again_while_the_viewer_still_waits()
    {
        Station.Desk.AfterOpening = SessionState.Opening;
        await Station.SignInAsync();
        var first = await Station.Viewer.StartedAsync();
        await Station.StepAsync("following");
        Station.Desk.AfterOpening = SessionState.Active;
        await Station.StepAsync("active");
        Assert.Equal(1, Station.Times("reconnect n=1 why=not-active"));
        Assert.True(Station.Viewer.WasTerminated(first));
    }
}
