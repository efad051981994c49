using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Brokers;

/// <summary>The broker, as an operator runs it: <c>broker run --config</c>.</summary>
public sealed class BrokerProcess : IAsyncDisposable
{
    /// <summary>The longest start on a loaded machine.</summary>
    public static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly string _address;
    private readonly int _port;
    private ServerProcess? _process;

    private BrokerProcess(string program, string folder, string address, int port)
    {
        _program = program;
        Folder = folder;
        _address = address;
        _port = port;
    }

    /// <summary>Its files: configuration, city file, certificates, state, log.</summary>
    public string Folder { get; }

    /// <summary>https://address:port.</summary>
    public string Uri => $"https://{_address}:{_port}";

    /// <summary>All it printed, over restarts.</summary>
    public string LogFile => Path.Combine(Folder, "broker.log");

    /// <summary>Where its embedded Redis keeps what it knows.</summary>
    public string StateFolder => Path.Combine(Folder, "state");

    /// <summary>The embedded Redis' socket.</summary>
    public string RedisSocket => Path.Combine(StateFolder, "redis/redis.sock");

    /// <summary>Process id; 0 when it does not run.</summary>
    public int Pid => _process is { HasExited: false } process ? process.Pid : 0;

    /// <summary>From the start of the process to the listening socket, of the last start.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Prepares a broker; <see cref="StartAsync()"/> starts it.</summary>
    /// <param name="program">The built program.</param>
    /// <param name="folder">Takes all its files.</param>
    /// <param name="address">Loopback address to listen on.</param>
    /// <param name="port">TCP port.</param>
    public static BrokerProcess At(string program, string folder, string address, int port)
    {
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "state"));
        return new BrokerProcess(program, folder, address, port);
    }

    /// <summary>Writes broker.json and its certificate beside city.yaml.</summary>
    /// <param name="certificates">The city's authority.</param>
    /// <param name="redis">A store of the operator's; null = its own.</param>
    /// <param name="telemetry">The section of that name, JSON; null = nothing is measured.</param>
    /// <param name="enrolment">The section of that name, JSON; null = stations get their certificates by hand.</param>
    public async Task ConfigureAsync(CityCertificates certificates, StoreAddress? redis = null, string? telemetry = null, string? enrolment = null)
    {
        var issued = await certificates.IssueAsync("broker", "broker1", Path.Combine(Folder, "tls"), _address);
        var store = redis?.Json ?? "null";
        await File.WriteAllTextAsync(Path.Combine(Folder, "broker.json"), $$"""
            {
              "city": "city.yaml",
              "listen": "{{_address}}:{{_port}}",
              "tls": { "ca": "{{certificates.CaFile}}", "certificate": "{{issued.Certificate}}", "key": "{{issued.Key}}" },
              "state": "state",
              "redis": {{store}},
              "telemetry": {{telemetry ?? "{}"}},
              "enrolment": {{enrolment ?? "null"}}
            }

            """);
    }

    /// <summary>Starts it and waits until it listens, which it does once it is ready.</summary>
    public Task StartAsync() => StartAsync(new Dictionary<string, string>());

    /// <summary>The same, with an environment that has something beside this process's own.</summary>
    public async Task StartAsync(IReadOnlyDictionary<string, string> environment)
    {
        if (Pid != 0) throw new InvalidOperationException("the broker runs already");
        if (_process is not null) await _process.DisposeAsync();
        var clock = Stopwatch.StartNew();
        _process = ServerProcess.Start("broker", LogFile, _program, ["run", "--config", Path.Combine(Folder, "broker.json")], environment);
        try
        {
            await _process.ReadyAsync(() => Task.FromResult(Loopback.Listens(_address, _port)), StartDeadline);
            StartTime = clock.Elapsed;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks it to end, as systemd does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }

    /// <summary>kill -9; its embedded Redis may live on, as after a real crash.</summary>
    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>Pid of the embedded Redis; 0 when there is none at this moment.</summary>
    public int RedisPid => ProcessTable.All().FirstOrDefault(program => program.Name.StartsWith("redis-server", StringComparison.Ordinal) && BelongsHere(program))?.Pid ?? 0;

    /// <summary>Kills the embedded Redis with signal 9 and waits until it is gone.</summary>
    public async Task KillRedisAsync()
    {
        var pid = RedisPid;
        if (pid == 0) throw new InvalidOperationException("no embedded Redis runs");
        using var redis = Process.GetProcessById(pid);
        redis.Kill();
        await Eventually.HoldsAsync("end of Redis", TimeSpan.FromSeconds(10), () => RedisPid != pid);
    }

    /// <summary>What an operator types beside the running broker: <c>broker whois amelie</c>.</summary>
    public Task<ToolAnswer> OperatorAsync(params string[] words) => Tool.RunAsync(_program, [.. words, "--config", Path.Combine(Folder, "broker.json")]);

    /// <summary>Asks the embedded Redis by <c>redis-cli</c>; empty when it does not answer.</summary>
    public async Task<string> RedisAsync(params string[] command)
    {
        var answer = await Tool.RunAsync("redis-cli", ["-s", RedisSocket, .. command]);
        return answer.Status == 0 ? answer.Output.TrimEnd('\n') : "";
    }

    /// <summary>What the log holds now.</summary>
    public string Log()
    {
        if (!File.Exists(LogFile)) return "";
        using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        // A broker that was killed and not started again leaves its Redis behind.
        if (RedisPid is var pid and not 0)
        {
            using var redis = Process.GetProcessById(pid);
            redis.Kill();
            await Eventually.HoldsAsync("end of Redis", TimeSpan.FromSeconds(10), () => RedisPid == 0);
        }
    }

    // Redis rewrites its argument list to "redis-server unixsocket:PATH"; before that, and by its working folder, it is recognised too.
    private bool BelongsHere(RunningProgram program)
    {
        if (program.Arguments.Any(argument => argument.Contains(StateFolder, StringComparison.Ordinal))) return true;
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{program.Pid}/cwd");
        try
        {
            return System.IO.Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName.StartsWith(StateFolder, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // It has ended since it was listed.
            return false;
        }
    }
}
