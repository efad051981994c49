using VdiBroker.Agent;
using VdiBroker.Agent.Grants;
using VdiBroker.Agent.Printing;
using VdiBroker.Agent.Visitors;
using VdiBroker.City.Printing;
using VdiBroker.City.Processes;
using VdiBroker.HostAgent.Tests.Rig;
using Xunit;

namespace VdiBroker.HostAgent.Tests;

/// <summary>What the agent believes of a real CUPS about waiting documents, and of one that has died.</summary>
public sealed class PrintServiceTests : IAsyncLifetime
{
    // Nobody's number: no visit of another test has it.
    private static readonly VisitorAccount _gone = new("v-zzzzzzzzzzzzzzzz", 89987);

    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/vdi-cups-{Guid.NewGuid():N}").FullName;
    private ServerProcess? _server;

    private HostCups Cups => new(PrintServer.SocketIn(_folder), PrintServer.SpoolIn(_folder));

    public async Task InitializeAsync()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("755", 8));
        PrintServer.Write(_folder, HostRig.CupsConfiguration);
        var command = PrintServer.Command(_folder);
        _server = ServerProcess.Start("cupsd", Path.Combine(_folder, "log/out"), command[0], command.Skip(1));
        await _server.ReadyAsync(async () => Cups.IsThere && (await Tool.RunAsync("lpstat", ["-h", Cups.Socket, "-r"])).Status == 0, Soon.Deadline);
    }

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_print_service_without_queues_jobs_or_such_an_account_says_that_nothing_waits()
    {
        Assert.Empty(await Cups.QueuesAsync(default));
        Assert.Equal(0, await Cups.CountAsync("root", default));
        Assert.Equal(0, await Cups.CountAsync(_gone.Name, default));
        await Tool.OutputAsync("lpadmin", "-h", Cups.Socket, "-p", "own", "-E", "-v", "file:/dev/null", "-m", "raw");
        Assert.Equal(0, await Cups.CountAsync("root", default));
        await Tool.OutputAsync("lp", "-h", Cups.Socket, "-d", "own", "-H", "hold", "/etc/hostname");
        Assert.Equal(1, await Cups.CountAsync("root", default));
        Assert.Equal(0, await Cups.CountAsync(_gone.Name, default));
    }

    [Fact]
    public async Task A_print_service_that_does_not_answer_has_not_said_that_nothing_waits()
    {
        await _server!.KillAsync();
        // As a dead service, or one that cannot start, leaves it.
        Assert.True(Cups.IsThere);

        var fault = await Assert.ThrowsAsync<IOException>(() => Cups.CountAsync(_gone.Name, default));
        Assert.Contains("Scheduler is not running", fault.Message, StringComparison.Ordinal);

        Assert.Equal("the print service does not say what waits in it: lpstat: Scheduler is not running.", await WipeAsync());
    }

    [Fact]
    public async Task A_print_service_whose_socket_is_gone_may_come_back_with_what_waits_in_it()
    {
        await Tool.OutputAsync("lpadmin", "-h", Cups.Socket, "-p", "own", "-E", "-v", "file:/dev/null", "-m", "raw");
        await Tool.OutputAsync("lp", "-h", Cups.Socket, "-d", "own", "-H", "hold", "/etc/hostname");
        await _server!.KillAsync();
        File.Delete(Cups.Socket);

        var fault = await Assert.ThrowsAsync<IOException>(() => Cups.CountAsync(_gone.Name, default));
        Assert.Contains("something waits in its spool", fault.Message, StringComparison.Ordinal);
        Assert.Equal(fault.Message, await WipeAsync());
    }

    [Fact]
    public async Task A_print_service_that_does_not_run_and_keeps_nothing_or_was_never_there_stands_in_nobody_s_way()
    {
        await _server!.KillAsync();
        File.Delete(Cups.Socket);
        Assert.Equal(0, await Cups.CountAsync(_gone.Name, default));
        Assert.True(Cups.IsInstalled);

        var none = new HostCups(Cups.Socket, Path.Combine(_folder, "no-spool"));
        Assert.Equal(0, await none.CountAsync(_gone.Name, default));
        Assert.False(none.IsInstalled);
    }

    private Task<string> WipeAsync()
    {
        var accounts = new VisitorAccounts(Path.Combine(_folder, "accounts"), Path.Combine(_folder, "homes"));
        return new Wipe(accounts, new DesktopFiles(Path.Combine(_folder, "desktops"), new AgentLog(TextWriter.Null)), Cups, TimeProvider.System).RunAsync(_gone, default);
    }
}
