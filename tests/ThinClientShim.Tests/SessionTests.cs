using Grpc.Core;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>What the shim does while a desktop is on the screen.</summary>
public sealed class SessionTests : AtAStation
{
    [Theory]
    [InlineData(SessionState.Moved, "Votre bureau est parti au poste 7.", 0, "moved to=poste7")]
    [InlineData(SessionState.SignedOut, "Votre session est bien fermée.", 0, "signed-out")]
    [InlineData(SessionState.Expired, "Personne ne s'est connecté à temps.", 7, "expired")]
    public async Task A_final_notice_takes_the_viewer_away_and_is_read_by_the_person(SessionState state, string text, int code, string step)
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.Becomes(state, text, "poste7");
        Assert.Equal(code, await Station.ExitAsync());
        Assert.Contains(text, Station.Screen, StringComparison.Ordinal);
        Assert.Equal(1, Station.Times(step));
        Assert.True(Station.Viewer.WasTerminated(pid));
        Assert.Single(Station.Desk.Opens);
    }

    [Fact]
    public async Task When_the_host_is_lost_the_person_is_told_and_sits_at_a_new_desktop()
    {
        var pid = await Station.OnScreenAsync();
        Station.Desk.NextSession("Voici un nouveau bureau ; ce qui n'était pas enregistré est perdu.");
        Station.Desk.Becomes(SessionState.HostLost, "Le serveur de votre bureau est tombé en panne.");
        await Station.StepAsync("active", times: 2);
        Assert.Contains("Le serveur de votre bureau est tombé en panne.", Station.Screen, StringComparison.Ordinal);
        Assert.Contains("ce qui n'était pas enregistré est perdu.", Station.Screen, StringComparison.Ordinal);
        Assert.True(Station.Viewer.WasTerminated(pid));
        await Station.Viewer.StartedAsync(2);
    }

    [Theory]
    [InlineData(true, false, 1)]
    [InlineData(true, true, 0)]
    [InlineData(false, false, 0)]
    public async Task Whose_desktop_ran_and_is_replaced_at_the_first_opening_reads_why(bool running, bool resumed, int times)
    {
        Station.Desk.Desktops = [new() { PoolId = "bureau", Name = "Bureau", Running = running }];
        Station.Desk.Resumed = resumed;
        Station.Desk.NextSession("Le serveur blade2 ne répond plus : voici un nouveau bureau.");
        await Station.OnScreenAsync();
        Assert.Equal(times, Station.Screen.Split("voici un nouveau bureau.").Length - 1);
    }

    [Fact]
    public async Task When_no_other_host_can_take_the_person_the_refusal_is_said_once_and_ends_the_visit()
    {
        await Station.OnScreenAsync();
        for (var i = 0; i < 9; i++)
            Station.Desk.OpenFaults.Enqueue(ScriptedDesk.Fault(ErrorCode.HostGone, StatusCode.Unavailable, Retry.Later, "Le serveur s'est arrêté, et aucun autre n'est libre."));
        Station.Desk.Becomes(SessionState.HostLost, "Le serveur de votre bureau est tombé en panne.");
        Assert.Equal(8, await Station.ExitAsync());
        Assert.Single(Station.Screen.Split("aucun autre n'est libre.")[1..]);
        Assert.DoesNotContain("n'a pas pu être rejoint", Station.Screen, StringComparison.Ordinal);
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
}
