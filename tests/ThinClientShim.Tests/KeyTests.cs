using System.Globalization;
using VdiBroker.City.Processes;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>Keys that act without Enter. script(1) gives the shim a terminal of its own and writes what that terminal shows.</summary>
public sealed class KeyTests : AtAStation
{
    [Fact]
    public async Task At_a_terminal_one_key_gives_the_place_in_the_queue_up()
    {
        await WaitingAtATerminalAsync();
        Station.Press("l");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal((Closing.Leave, ""), (Assert.Single(Station.Desk.Closes).Closing, Station.Desk.Closes.Single().SessionId));
        Assert.Equal((true, true), TerminalAfterwards());
    }

    [Theory]
    [InlineData("L")]
    [InlineData("éxl")]
    public async Task Capitals_and_strange_keys_do_not_stand_in_the_way(string keys)
    {
        await WaitingAtATerminalAsync();
        Station.Press(keys);
        Assert.Equal(0, await Station.ExitAsync());
    }

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_signal_leaves_the_terminal_as_it_was(int signal)
    {
        await WaitingAtATerminalAsync();
        Signal.Send(ShimPid(), signal);
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal((true, true), TerminalAfterwards());
    }

    [Fact]
    public async Task At_a_terminal_signing_out_takes_Enter_as_well()
    {
        Station.Desk.Served.SetResult();
        await WaitingAtATerminalAsync();
        await Station.StepAsync("active");
        Station.Press("s");
        await Station.SaysAsync("appuyez maintenant sur Entrée");
        Assert.Empty(Station.Desk.Closes);
        Station.Press("\r");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(Closing.SignOut, Assert.Single(Station.Desk.Closes).Closing);
    }

    [Fact]
    public async Task By_a_pipe_a_lone_l_gives_the_place_up_without_the_end_of_the_line()
    {
        Station.Desk.Places = [new() { Place = 1, Of = 1, Text = "Votre place : 1 sur 1." }];
        await Station.SignInAsync();
        await Station.SaysAsync("appuyez sur la touche L.");
        Station.Press("l");
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Single(Station.Desk.Closes);
    }

    [Fact]
    public async Task After_a_key_by_a_pipe_the_next_person_is_asked_as_ever()
    {
        var broker = await Station.BrokerAsync();
        Station.Start([broker.Address], "");
        for (var visit = 1; visit <= 2; visit++)
        {
            await Station.SaysAsync("Votre nom :", visit);
            Station.Type(ScriptedDesk.Login);
            Station.Type(Station.Desk.Password);
            await Station.StepAsync("active", visit);
            Station.Press("l");
            await Station.StepAsync("left", visit);
            // The Enter of somebody used to it is nobody's empty name.
            Station.Press("\n");
        }
        await Station.SaysAsync("Votre nom :", 3);
        Station.Process.StandardInput.Close();
        Assert.Equal(0, await Station.ExitAsync());
        Assert.Equal(3, Station.Screen.Split("Votre nom :").Length - 1);
    }

    private async Task WaitingAtATerminalAsync()
    {
        Station.Desk.Places = [new() { Place = 1, Of = 1, Text = "Votre place : 1 sur 1." }];
        var broker = await Station.BrokerAsync();
        Station.Write("inside.sh", $"\"$@\"\ncode=$?\nstty -a > '{Station.At("stty")}'\nexit $code\n");
        Station.Write("run.sh", $"exec script -qefc \"/bin/sh {Station.At("inside.sh")} $*\" /dev/null\n");
        Station.Start([broker.Address], "", options: ["--once", "--user", ScriptedDesk.Login], through: ["/bin/sh", Station.At("run.sh")]);
        await Station.SaysAsync("Votre mot de passe :");
        Station.Type(Station.Desk.Password);
        await Station.SaysAsync("appuyez sur la touche L.");
    }

    private int ShimPid() => int.Parse(Station.JournalText.Split('\n').Single(line => line.Contains(" started pid=", StringComparison.Ordinal)).Split('=')[1], CultureInfo.InvariantCulture);

    private (bool Canonical, bool Echo) TerminalAfterwards()
    {
        var modes = File.ReadAllText(Station.At("stty")).Split([' ', ';', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return (modes.Contains("icanon"), modes.Contains("echo"));
    }
}
