using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>
/// One <c>redis-server</c> (or Sentinel) at an address and a port of its own that a test may kill, pause, thaw and start again at the same place. Its configuration is a file
/// that it rewrites itself, as Sentinels and Clusters do: what it was told by them it knows after a restart.
/// </summary>
public sealed class RedisNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string _folder;
    private readonly bool _sentinel;
    private ServerProcess? _process;

    private RedisNode(string folder, string address, int port, bool sentinel) => (_folder, Address, Port, _sentinel) = (folder, address, port, sentinel);

    /// <summary>Its loopback address.</summary>
    public string Address { get; }

    /// <summary>Its TCP port.</summary>
    public int Port { get; }

    /// <summary>"address:port".</summary>
    public string Endpoint => $"{Address}:{Port}";

    /// <summary>Process id; 0 when it does not run.</summary>
    public int Pid => _process is { HasExited: false } process ? process.Pid : 0;

    /// <summary>It was paused, and not thawed or killed since.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>All it printed, over restarts.</summary>
    public string LogFile => Path.Combine(_folder, "redis.log");

    /// <summary>Writes its configuration; <see cref="StartAsync"/> starts it.</summary>
    /// <param name="folder">Takes all its files; made when it is not there.</param>
    /// <param name="address">Loopback address.</param>
    /// <param name="port">0 = one that nothing listens on.</param>
    /// <param name="sentinel">True: a Sentinel.</param>
    /// <param name="lines">Lines of its configuration beside address, port and folder.</param>
    public static async Task<RedisNode> AtAsync(string folder, string address, int port, bool sentinel, params string[] lines)
    {
        System.IO.Directory.CreateDirectory(folder);
        var node = new RedisNode(folder, address, port == 0 ? Loopback.FreePort(address) : port, sentinel);
        await File.WriteAllLinesAsync(Path.Combine(folder, "redis.conf"), [$"bind {address}", $"port {node.Port}", $"dir \"{folder}\"", "daemonize no", .. lines]);
        return node;
    }

    /// <summary>Prepares and starts one that stands alone, append-only as a city's would be.</summary>
    public static async Task<RedisNode> StartAloneAsync(string folder, string address, params string[] lines)
    {
        var node = await AtAsync(folder, address, port: 0, sentinel: false, ["appendonly yes", "save \"\"", .. lines]);
        await node.StartAsync();
        return node;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync()
    {
        if (Pid != 0) throw new InvalidOperationException($"redis at {Endpoint} runs already");
        if (_process is not null) await _process.DisposeAsync();
        IsPaused = false;
        _process = ServerProcess.Start($"redis at {Endpoint}", LogFile, "redis-server", [Path.Combine(_folder, "redis.conf"), .. _sentinel ? (string[])["--sentinel"] : []]);
        try
        {
            await _process.ReadyAsync(async () => (await AskAsync("ping")).Length > 0, Patience);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9, and waits until it is gone.</summary>
    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Freezes it: connections stay open, nothing is answered.</summary>
    public void Pause()
    {
        IsPaused = true;
        _process?.Send(Signal.Stop);
    }

    /// <summary>Goes on where it was frozen.</summary>
    public void Thaw()
    {
        IsPaused = false;
        _process?.Send(Signal.Continue);
    }

    /// <summary>Asks it by <c>redis-cli</c>, on a connection of its own.</summary>
    /// <returns>What it printed; empty when it cannot be reached or does not answer within 10 s.</returns>
    public async Task<string> AskAsync(params string[] command)
    {
        if (Pid == 0 || IsPaused) return "";
        try
        {
            var answer = await Tool.RunAsync("redis-cli", ["-h", Address, "-p", $"{Port}", .. command], deadline: TimeSpan.FromSeconds(10));
            return answer.Status == 0 ? answer.Output.TrimEnd('\n') : "";
        }
        catch (TimeoutException)
        {
            return "";
        }
    }

    /// <summary>One field of <c>INFO</c>; empty when it does not answer or has no such field.</summary>
    public async Task<string> InfoAsync(string section, string field) =>
        (await AskAsync("info", section)).Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..] ?? "";

    /// <summary>Its data are thrown away, so it is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_process is not null) await _process.DisposeAsync();
    }
}
