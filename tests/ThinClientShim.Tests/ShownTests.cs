using System.Diagnostics;
using Grpc.Core;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What the station tells of its way to the first picture.</summary>
public sealed class ShownTests : AtAStation
{
    [Fact]
    public async Task Each_desktop_is_told_once_with_what_the_way_to_it_took()
    {
        var first = await Station.OnScreenAsync();
        await Station.StepAsync("shown");
        Station.Desk.Becomes(SessionState.Active);
        Station.Viewer.Ends(first);
        await Station.StepAsync("shown", times: 2);
        Assert.Equal([1UL, 2UL], Station.Desk.Pictures.Select(told => told.Fence));
        Assert.All(Station.Desk.Pictures, told =>
        {
            Assert.Equal(Station.Desk.Opens.First().SignIn, told.SignIn);
            Assert.InRange(told.OpenTook.ToTimeSpan(), TimeSpan.FromTicks(1), TestStation.Deadline);
            Assert.InRange(told.ConnectTook.ToTimeSpan(), TimeSpan.FromTicks(1), TestStation.Deadline);
        });
        // The sign-in was part of the first way only.
        Assert.InRange(Station.Desk.Pictures.First().SignInTook.ToTimeSpan(), TimeSpan.FromTicks(1), TestStation.Deadline);
        Assert.Null(Station.Desk.Pictures.Last().SignInTook);
    }

    [Fact]
    public async Task The_wait_in_the_queue_is_part_of_the_opening()
    {
        Station.Desk.Places = [new() { Place = 1, Of = 1, Text = "Votre place : 1 sur 1." }];
        await Station.SignInAsync();
        await Station.SaysAsync("Votre place : 1 sur 1.");
        var wait = Stopwatch.StartNew();
        await Eventually.HoldsAsync("half a second", TestStation.Deadline, () => wait.ElapsedMilliseconds > 500);
        Station.Desk.Served.SetResult();
        await Station.StepAsync("shown");
        Assert.InRange(Assert.Single(Station.Desk.Pictures).OpenTook.ToTimeSpan(), TimeSpan.FromSeconds(0.5), TestStation.Deadline);
    }

    public static TheoryData<string> Faults => ["older", "refused", "broken"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_broker_that_does_not_take_it_changes_nothing(string fault)
    {
        Station.Desk.OnShown = () => throw (fault switch
        {
            "older" => new RpcException(new Status(StatusCode.Unimplemented, "")),
            "refused" => ScriptedDesk.Fault(ErrorCode.SignInEnded, StatusCode.Unauthenticated, Retry.SignIn, "Identifiez-vous de nouveau."),
            _ => new InvalidOperationException("a bug"),
        });
        var pid = await Station.OnScreenAsync();
        await Station.SaysAsync("Votre bureau est à l'écran.");
        await Eventually.HoldsAsync("told", TestStation.Deadline, () => !Station.Desk.Pictures.IsEmpty);
        Station.Type("quitter");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(0, Station.Times("shown"));
        Assert.True(Station.Viewer.WasTerminated(pid));
        Assert.DoesNotContain("Identifiez-vous de nouveau.", Station.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_desktop_that_never_came_is_not_told()
    {
        Station.Desk.AfterOpening = SessionState.TicketRefused;
        await Station.SignInAsync();
        Assert.Equal(7, await Station.ExitAsync());
        Assert.Empty(Station.Desk.Pictures);
    }
}
