using VdiBroker.City.Processes;

namespace VdiBroker.Race.Farm;

/// <summary>One Redis that can be frozen, killed and started again on its files.</summary>
internal sealed class RaceStore : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder;
    private readonly string _address;
    private readonly int _port;
    private ServerProcess? _process;

    private RaceStore(string folder, string address)
    {
        (_folder, _address, _port) = (folder, address, Loopback.FreePort(address));
        System.IO.Directory.CreateDirectory(folder);
    }

    /// <summary>For <c>broker.json</c>.</summary>
    public string Endpoint => $"{_address}:{_port}";

    /// <summary>Starts an empty one.</summary>
    public static async Task<RaceStore> StartAsync(string folder, string address)
    {
        var store = new RaceStore(folder, address);
        await store.StartAgainAsync();
        return store;
    }

    /// <summary>Starts it after a kill; back when it answers.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        // What it has answered is on its disk: a kill loses nothing, as the history demands of a single store.
        _process = ServerProcess.Start("redis", Path.Combine(_folder, "redis.log"), "redis-server",
            ["--bind", _address, "--port", $"{_port}", "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", _folder, "--daemonize", "no"]);
        await _process.ReadyAsync(async () => (await Tool.RunAsync("redis-cli", ["-h", _address, "-p", $"{_port}", "ping"])).Output.Contains("PONG", StringComparison.Ordinal), Patience);
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Freezes it, or lets it go on.</summary>
    public void Freeze(bool on) => _process!.Send(on ? Signal.Stop : Signal.Continue);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
