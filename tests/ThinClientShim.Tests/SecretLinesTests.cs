using System.Diagnostics;
using VdiBroker.Protocol.Rpc.V1;
using VdiBroker.ThinClientShim.Tests.Peers;
using Xunit;
using StatusCode = Grpc.Core.StatusCode;

namespace VdiBroker.ThinClientShim.Tests;

/// <summary>A password on a descriptor of its own: a pipe that its writer keeps open.</summary>
public sealed class SecretLinesTests : AtAStation
{
    [Fact]
    public async Task One_line_is_enough_and_the_viewer_does_not_get_the_descriptor()
    {
        await StartAsync();
        await Station.StepAsync("active");
        var viewer = await Station.Viewer.StartedAsync();
        Assert.False(Path.Exists($"/proc/{viewer}/fd/7"));
        Assert.Single(Station.Desk.SignIns);
    }

    [Fact]
    public async Task The_wait_for_a_second_line_ends_with_the_shim()
    {
        Station.Desk.MustChange = ScriptedDesk.Fault(ErrorCode.PasswordMustChange, StatusCode.FailedPrecondition, Retry.OtherInput, "À changer.");
        await StartAsync();
        await Station.StepAsync("refused call=sign-in");
        using (var kill = Process.Start("kill", ["-TERM", $"{Station.Process.Pid}"])) await kill.WaitForExitAsync();
        Assert.Equal(0, await Station.ExitAsync());
    }

    private async Task StartAsync()
    {
        var broker = await Station.BrokerAsync();
        Station.Write("password", Station.Desk.Password + "\n");
        // Opened for reading and writing, the pipe has a writer for as long as the shim has it, and so no end.
        Station.Write("run.sh", "pipe=$1.pipe; mkfifo \"$pipe\"; exec 7<>\"$pipe\"; cat \"$1\" >&7; shift; exec \"$@\"\n");
        Station.Start([broker.Address], $"user = {ScriptedDesk.Login}", options: ["--password-fd", "7"], through: ["/bin/sh", Station.At("run.sh"), Station.At("password")]);
    }
}
