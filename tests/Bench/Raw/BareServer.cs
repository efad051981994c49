using VdiBroker.Bench.Storm;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Raw;

/// <summary><see cref="EmptyServer"/> in a process of its own, at an address of a farm's block.</summary>
internal sealed class BareServer : IAsyncDisposable
{
    private static readonly TimeSpan _ready = TimeSpan.FromSeconds(30);
    private readonly string _address;
    private readonly int _port;
    private readonly string _log = Path.GetTempFileName();
    private readonly string[] _arguments;
    private ServerProcess? _process;

    private BareServer(string address, string[] arguments)
    {
        (_address, _port) = (address, Loopback.FreePort(address));
        _arguments = ["empty-server", "--listen", $"{address}:{_port}", .. arguments];
    }

    /// <summary>https://address:port.</summary>
    public string Uri => $"https://{_address}:{_port}";

    /// <summary>Process id; 0 when it does not run.</summary>
    public int Pid => _process is { HasExited: false } process ? process.Pid : 0;

    /// <summary>Starts one; back when it listens.</summary>
    public static async Task<BareServer> StartAsync(StormFarm farm, CancellationToken cancel)
    {
        var address = farm.Address(41);
        var own = await farm.ServerCertificateAsync("empty", address);
        var server = new BareServer(address, ["--ca", farm.CaFile, "--certificate", own.Certificate, "--key", own.Key]);
        try
        {
            await server.StartAsync(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>.</summary>
    public Task StartAsync(CancellationToken cancel)
    {
        _process = ServerProcess.Start("empty-server", _log, Path.Combine(AppContext.BaseDirectory, "vdi-bench"), _arguments);
        return _process.ReadyAsync(() => Task.FromResult(Loopback.Listens(_address, _port)), _ready, cancel);
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        File.Delete(_log);
    }
}
