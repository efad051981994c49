using System.Diagnostics;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>How a person, or the station, leaves a desktop.</summary>
public sealed class LeavingTests : AtAStation
{
    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task A_signal_leaves_the_desktop_running_and_the_station_clean(int signal)
    {
        var pid = await Station.OnScreenAsync();
        var home = Station.Viewer.HomeOf(pid);
        var clock = Stopwatch.StartNew();
        Station.Process.Send(signal);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
        Assert.True(Station.Viewer.WasTerminated(pid));
        Assert.False(Directory.Exists(home));
        var close = Assert.Single(Station.Desk.Closes);
        Assert.Equal((Closing.Leave, 1UL), (close.Closing, close.Fence));
        Assert.Equal(1, Station.Times("left"));
        Assert.Equal(1, Station.Times("freerdp-says scripted viewer is ended"));
    }

    [Fact]
    public async Task Leaving_is_told_to_the_next_broker_where_the_first_one_hangs()
    {
        var hanging = await Station.BrokerAsync();
        var living = await Station.BrokerAsync();
        Station.Start([hanging.Address, living.Address], "", "--user", ScriptedDesk.Login, "--password-fd", "0");
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
        hanging.Hangs = true;
        var clock = Stopwatch.StartNew();
        Station.Process.Send(Signal.Terminate);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
        Assert.Equal(1, Station.Times("left told=true"));
        Assert.Equal(Closing.Leave, Assert.Single(Station.Desk.Closes).Closing);
    }

    [Theory]
    [InlineData("s")]
    [InlineData("sign out")]
    [InlineData("fermer")]
    public async Task Signing_out_waits_for_the_notice_that_the_desktop_is_closed(string command)
    {
        var pid = await Station.OnScreenAsync();
        Station.Type(command);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(Closing.SignOut, Assert.Single(Station.Desk.Closes).Closing);
        Assert.Contains("Votre session est bien fermée.", Station.Screen, StringComparison.Ordinal);
        Assert.False(ScriptedViewer.Runs(pid));
    }

    [Fact]
    public async Task The_end_of_the_input_is_not_a_command()
    {
        var pid = await Station.OnScreenAsync();
        Station.Process.StandardInput.Close();
        // Something the shim must still do after that, to know that it lived on.
        Station.Viewer.Ends(pid);
        await Station.StepAsync("active", times: 2);
        Assert.Empty(Station.Desk.Closes);
    }

    [Fact]
    public async Task A_killed_shim_takes_the_desktop_from_the_screen()
    {
        var pid = await Station.OnScreenAsync();
        Station.Process.Send(Signal.Kill);
        await Eventually.HoldsAsync("the viewer has ended", TestStation.Deadline, () => !ScriptedViewer.Runs(pid));
    }

    [Fact]
    public async Task What_a_killed_shim_left_behind_is_removed_by_the_next_one()
    {
        var viewer = await Station.OnScreenAsync();
        var home = Station.Viewer.HomeOf(viewer);
        await File.WriteAllTextAsync(Path.Combine(home, "known_hosts2"), "");
        var dead = Station.Process.Pid;
        Station.Process.Send(Signal.Kill);
        await Station.ExitAsync();
        await Eventually.HoldsAsync("the viewer has ended", TestStation.Deadline, () => !ScriptedViewer.Runs(viewer));
        Assert.True(Directory.Exists(home));
        List<string> kept = [Station.At($"vdi-shim-{Environment.ProcessId}-living"), Station.At("vdi-shim-notes"), Station.At($"vdi-shim-{dead}")];
        foreach (var folder in kept) Directory.CreateDirectory(folder);
        // Only root can make a directory another account's.
        if (Environment.IsPrivilegedProcess)
        {
            kept.Add(Directory.CreateDirectory(Station.At($"vdi-shim-{dead}-another")).FullName);
            await using var chown = ServerProcess.Start("chown", Station.At("chown.txt"), "chown", ["65534", kept[^1]]);
            await Eventually.HoldsAsync("another account's", TestStation.Deadline, () => chown.HasExited);
        }
        Station.Run("--config", Station.At("shim.conf"));
        await Station.SaysAsync("Votre nom :");
        Assert.False(Directory.Exists(home));
        Assert.All(kept, folder => Assert.True(Directory.Exists(folder), folder));
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_more_is_told_and_the_station_goes_on()
    {
        var broker = await Station.BrokerAsync();
        // Where FreeRDP's home would be.
        Station.Start([broker.Address], "", [], ["/usr/bin/env", $"TMPDIR={Station.At("full")}"]);
        await Station.SaysAsync("Votre nom :");
        Station.Type(ScriptedDesk.Login);
        Station.Type(Station.Desk.Password);
        await Station.SaysAsync("Le disque de ce poste est plein");
        await Eventually.HoldsAsync("the desktop left at the broker", TestStation.Deadline, () => !Station.Desk.Closes.IsEmpty);
        Assert.Equal((1, Closing.Leave), (Station.Times("freerdp-failed"), Assert.Single(Station.Desk.Closes).Closing));
        Directory.CreateDirectory(Station.At("full"));
        await Station.SaysAsync("Votre nom :", 2);
        Station.Type(ScriptedDesk.Login);
        Station.Type(Station.Desk.Password);
        await Station.StepAsync("active");
    }

    [Fact]
    public async Task Without_once_the_next_person_is_asked_for_a_name()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "");
        for (var visit = 1; visit <= 2; visit++)
        {
            await Station.SaysAsync("Votre nom :", visit);
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
}
