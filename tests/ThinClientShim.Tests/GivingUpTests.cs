using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Shim.Sessions;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>When opening again ends. A visit runs inside the test here, on a clock that goes quicker than the shim's.</summary>
public sealed class GivingUpTests : AtAStation
{
    [Fact]
    public void Failures_in_a_row_are_counted_until_a_desktop_was_active_for_more_than_a_minute()
    {
        var tries = new Tries();
        for (var failure = 1; failure <= Tries.Allowed; failure++)
        {
            tries.Shown(Tries.Settled);
            Assert.NotNull(tries.Next());
            Assert.Equal(failure, tries.Made);
        }
        tries.Shown(TimeSpan.Zero);
        Assert.Null(tries.Next());
        tries.Shown(Tries.Settled + TimeSpan.FromMilliseconds(1));
        Assert.NotNull(tries.Next());
        Assert.Equal(1, tries.Made);
    }

    [Fact]
    public async Task Tries_that_each_last_their_full_twenty_seconds_are_given_up_too()
    {
        Station.Desk.AfterOpening = SessionState.Opening;
        Assert.Equal(ExitCode.NotReached, await VisitAsync(new QuickClock(30)));
        Assert.Equal(1 + Tries.Allowed, Station.Desk.Opens.Count);
        Assert.Equal(Tries.Allowed, Station.Times("reconnect n="));
        Assert.Equal(Closing.Leave, Assert.Single(Station.Desk.Closes).Closing);
    }

    [Fact]
    public async Task A_desktop_that_breaks_after_a_settled_time_has_all_its_tries_again()
    {
        var clock = new QuickClock(200);
        var visit = VisitAsync(clock);
        for (var showing = 1; showing <= 2; showing++)
        {
            var pid = await Station.Viewer.StartedAsync(showing);
            await Station.StepAsync("active", showing);
            var since = clock.GetTimestamp();
            await Eventually.HoldsAsync("a settled time", TestStation.Deadline, () => clock.GetElapsedTime(since) > Tries.Settled * 1.5);
            Station.Viewer.Ends(pid);
        }
        await Station.StepAsync("active", 3);
        Station.Desk.Becomes(SessionState.SignedOut);
        Assert.Equal(ExitCode.Done, await visit);
        Assert.Equal(2, Station.Times("reconnect n=1 "));
    }

    private async Task<ExitCode> VisitAsync(TimeProvider clock)
    {
        using var password = new HeldPassword("typed"u8);
        return await InnerVisit.RunAsync(Station, clock, password);
    }
}
