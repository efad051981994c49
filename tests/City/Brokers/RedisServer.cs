using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>A Redis of the operator's own, for cities whose broker is told to use one.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly ServerProcess _process;

    private RedisServer(string endpoint, ServerProcess process)
    {
        Endpoint = endpoint;
        _process = process;
    }

    /// <summary>"address:port".</summary>
    public string Endpoint { get; }

    /// <summary>Process id.</summary>
    public int Pid => _process.Pid;

    /// <summary>Starts an empty one on a loopback address; append-only, as a city would.</summary>
    public static async Task<RedisServer> StartAsync(string folder, string address)
    {
        System.IO.Directory.CreateDirectory(folder);
        var port = Loopback.FreePort(address);
        var process = ServerProcess.Start("redis", Path.Combine(folder, "redis.log"), "redis-server",
            ["--bind", address, "--port", $"{port}", "--save", "", "--appendonly", "yes", "--dir", folder, "--daemonize", "no"]);
        try
        {
            await process.ReadyAsync(async () => (await Tool.RunAsync("redis-cli", ["-h", address, "-p", $"{port}", "ping"])).Output.Contains("PONG", StringComparison.Ordinal), TimeSpan.FromSeconds(20));
            return new RedisServer($"{address}:{port}", process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
