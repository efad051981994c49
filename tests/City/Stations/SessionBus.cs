using VdiBroker.City.Processes;

namespace VdiBroker.City.Stations;

/// <summary>A session bus of its own, by which screen readers find the programs on a screen.</summary>
public sealed class SessionBus : IAsyncDisposable
{
    private readonly ServerProcess _daemon;

    private SessionBus(ServerProcess daemon, string address) => (_daemon, Address) = (daemon, address);

    /// <summary>What goes into DBUS_SESSION_BUS_ADDRESS.</summary>
    public string Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="log">Takes its output; the first line is its address.</param>
    public static async Task<SessionBus> StartAsync(string log)
    {
        var daemon = ServerProcess.Start("dbus-daemon", log, "dbus-daemon", ["--session", "--nofork", "--nopidfile", "--print-address"]);
        try
        {
            await daemon.ReadyAsync(() => Task.FromResult(File.ReadAllText(log).Contains('\n', StringComparison.Ordinal)), TimeSpan.FromSeconds(20));
            return new SessionBus(daemon, (await File.ReadAllLinesAsync(log))[0].Trim());
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _daemon.DisposeAsync();
}
