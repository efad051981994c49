using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace VdiBroker.Storage;

/// <summary>
/// The broker's own private <c>redis-server</c>, for a city that has none: unix socket and append-only file in the state folder, no TCP port, restarted whenever it
/// ends. It dies with its broker (a parent-death signal), so that no second one ever writes the same file.
/// </summary>
internal sealed partial class EmbeddedRedis : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const string SocketName = "redis.sock";
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _missingPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private readonly string _folder;
    private readonly ILogger _logger;
    private readonly FileStream _lock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Process? _process;

    private EmbeddedRedis(string folder, FileStream @lock, ILogger logger)
    {
        _folder = folder;
        _lock = @lock;
        _logger = logger;
    }

    private string SocketPath => Path.Combine(_folder, SocketName);

    /// <summary>Where the one of a broker with this state folder listens while that broker runs: for commands beside it.</summary>
    public static string SocketIn(string stateFolder) => Path.Combine(FolderIn(stateFolder), SocketName);

    /// <summary>How to reach it, the same way as any other Redis.</summary>
    public RedisOptions Options => new() { Endpoints = [SocketPath] };

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="stateFolder">The broker's state folder; its data go into <c>redis/</c> below.</param>
    /// <param name="logger">Says what it does.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="IOException">Another broker uses this folder, or the folder cannot be written.</exception>
    /// <exception cref="InvalidOperationException"><c>redis-server</c> is missing or does not come up.</exception>
    public static async Task<EmbeddedRedis> StartAsync(string stateFolder, ILogger logger, CancellationToken cancel)
    {
        var folder = FolderIn(stateFolder);
        // The socket's path must fit sun_path (107 bytes).
        if (SocketIn(stateFolder).Length > 107) throw new IOException($"state folder {stateFolder}: its path is too long for a unix socket; choose one of at most 90 characters");
        System.IO.Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var redis = new EmbeddedRedis(folder, await LockAsync(folder, cancel), logger);
        await redis.PredecessorGoneAsync(cancel);
        await redis.WriteConfigurationAsync(cancel);
        new Thread(redis.Supervise) { IsBackground = true, Name = "redis supervisor" }.Start();
        await redis.AnswersAsync(cancel);
        LogStarted(logger, redis.SocketPath);
        return redis;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_process is { HasExited: false } process) Terminate(process);
        await _ended.Task.WaitAsync(_stopLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_process is { HasExited: false } stubborn) stubborn.Kill();
        await _lock.DisposeAsync();
        _stopping.Dispose();
    }

    private static string FolderIn(string stateFolder) => Path.Combine(Path.GetFullPath(stateFolder), "redis");

    // A broker that was killed may still hold the lock for an instant while its redis-server ends.
    private static async Task<FileStream> LockAsync(string folder, CancellationToken cancel)
    {
        var file = Path.Combine(folder, "lock");
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.Elapsed < _stopLimit)
            {
                await Task.Delay(_pause, cancel);
            }
            catch (IOException fault)
            {
                throw new IOException($"another broker uses {folder} ({fault.Message}); give each broker on this machine its own state folder, or one Redis for all", fault);
            }
        }
    }

    // The redis-server of a broker that was killed ends by its parent-death signal, and writes its file until then.
    private async Task PredecessorGoneAsync(CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (File.Exists(SocketPath) && IsListening())
        {
            if (clock.Elapsed > _stopLimit) throw new IOException($"a redis-server still listens on {SocketPath} although its broker has ended; end it, then start the broker again");
            await Task.Delay(_pause, cancel);
        }
    }

    private bool IsListening()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task WriteConfigurationAsync(CancellationToken cancel) => File.WriteAllTextAsync(Path.Combine(_folder, "redis.conf"), $"""
        # Written by the broker at each start.
        port 0
        unixsocket "{SocketPath}"
        unixsocketperm 700
        dir "{_folder}"
        appendonly yes
        appendfsync everysec
        save ""
        daemonize no
        """, cancel);

    // The parent-death signal follows the thread that started the child: hence a thread of its own that lives as long as the broker.
    private void Supervise()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo("setpriv", ["--pdeathsig", "TERM", "redis-server", Path.Combine(_folder, "redis.conf")])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
                _process = process;
                process.OutputDataReceived += (_, line) => Hear(line.Data);
                process.ErrorDataReceived += (_, line) => Hear(line.Data);
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                process.WaitForExit();
                _process = null;
                if (!_stopping.IsCancellationRequested) LogEnded(_logger, process.ExitCode);
            }
            catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or InvalidOperationException)
            {
                LogNotStarted(_logger, fault.Message);
                _stopping.Token.WaitHandle.WaitOne(_missingPause);
            }
            _stopping.Token.WaitHandle.WaitOne(_pause);
        }
        _ended.SetResult();
    }

    // redis-server marks what an operator must know with '#': a file that it cannot read, memory, disk.
    private void Hear(string? line)
    {
        if (line is null) return;
        if (line.Contains(" # ", StringComparison.Ordinal)) LogWarning(_logger, line);
        else LogOutput(_logger, line);
    }

    private async Task AnswersAsync(CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var configuration = new ConfigurationOptions { EndPoints = { "!" + SocketPath }, AbortOnConnectFail = true, ConnectTimeout = 500, ConnectRetry = 1 };
        while (clock.Elapsed < _startLimit)
        {
            if (File.Exists(SocketPath) && await PingAsync(configuration)) return;
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancel);
        }
        throw new InvalidOperationException($"the broker's own redis-server does not answer on {SocketPath}: is Debian's package redis-server installed? Its output is in the broker's log.");
    }

    private static async Task<bool> PingAsync(ConfigurationOptions configuration)
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
            return await connection.GetDatabase().PingAsync() >= TimeSpan.Zero;
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private static void Terminate(Process process) => _ = Kill(process.Id, SigTerm);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LoggerMessage(100, LogLevel.Information, "no Redis configured: the broker runs its own on {socket}, append-only file beside it")]
    private static partial void LogStarted(ILogger logger, string socket);

    [LoggerMessage(101, LogLevel.Error, "the broker's own redis-server ended with status {status}; it is started again")]
    private static partial void LogEnded(ILogger logger, int status);

    [LoggerMessage(102, LogLevel.Error, "redis-server cannot be started: {cause}; install Debian's package redis-server, or configure a Redis")]
    private static partial void LogNotStarted(ILogger logger, string cause);

    [LoggerMessage(103, LogLevel.Debug, "redis-server: {line}")]
    private static partial void LogOutput(ILogger logger, string line);

    [LoggerMessage(104, LogLevel.Warning, "redis-server: {line}")]
    private static partial void LogWarning(ILogger logger, string line);
}
