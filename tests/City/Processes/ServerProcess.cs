using System.Diagnostics;

namespace VdiBroker.City.Processes;

/// <summary>
/// A real program running as a foreground child: started with an argument list, output appended to a log file, ended by its own pid and by
/// nothing else. Disposing ends it (SIGTERM, then SIGKILL after <see cref="Patience"/>).
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>How long a program may take to end by itself after SIGTERM.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private bool _disposed;

    private ServerProcess(string name, string logFile, Process process)
    {
        Name = name;
        LogFile = logFile;
        _process = process;
    }

    /// <summary>What the program is called in messages.</summary>
    public string Name { get; }

    /// <summary>Where its standard output and error go.</summary>
    public string LogFile { get; }

    /// <summary>Process id; the program itself, no shell in between.</summary>
    public int Pid => _process.Id;

    /// <summary>True from the moment that the program has ended, however it ended.</summary>
    public bool HasExited => _disposed || _process.HasExited;

    /// <summary>Exit status; 128 + signal where a signal ended it. Only after <see cref="HasExited"/>.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Standard input, where it was asked for.</summary>
    public StreamWriter StandardInput => _process.StandardInput;

    /// <summary>Starts a program.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="logFile">Takes standard output and error, appended.</param>
    /// <param name="program">Path or name of the program.</param>
    /// <param name="arguments">One element an argument, no quoting.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    /// <param name="withInput">True: <see cref="StandardInput"/> is a pipe; false: it reads nothing.</param>
    public static ServerProcess Start(string name, string logFile, string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null, bool withInput = false)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(logFile))!);
        // The shell only points the outputs at the file and is then replaced by the program: same pid, no pump between. A session of its own
        // (setsid), so that Ctrl-C on the terminal reaches us alone and we end things in order.
        var redirect = withInput ? "exec setsid \"$@\" >>\"$0\" 2>&1" : "exec setsid \"$@\" >>\"$0\" 2>&1 </dev/null";
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = withInput };
        foreach (var argument in (string[])["-c", redirect, logFile, program, .. arguments]) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>()) start.Environment[key] = value;
        return new ServerProcess(name, logFile, Process.Start(start) ?? throw new InvalidOperationException($"{name}: could not be started"));
    }

    /// <summary>Ends the program at once (SIGKILL) and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await ExitedAsync(Patience);
    }

    /// <summary>Waits until <paramref name="ready"/> holds; fails at once, with the end of the log, when the program ends before.</summary>
    public async Task ReadyAsync(Func<Task<bool>> ready, TimeSpan deadline, CancellationToken cancel = default)
    {
        try
        {
            await Eventually.HoldsAsync($"{Name} ready", deadline, async () => HasExited || await ready(), cancel);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{LogTail()}", late);
        }
        if (HasExited) throw new InvalidOperationException($"{Name} ended with status {ExitCode} before it was ready.\n{LogTail()}");
    }

    /// <summary>Waits for the program's end.</summary>
    /// <exception cref="TimeoutException">It still runs after <paramref name="deadline"/>.</exception>
    public Task ExitedAsync(TimeSpan deadline, CancellationToken cancel = default) =>
        Eventually.HoldsAsync($"end of {Name}", deadline, () => HasExited, cancel);

    /// <summary>Sends a signal (see <see cref="Signal"/>); nothing happens when the program has ended.</summary>
    public void Send(int signal)
    {
        if (!HasExited) Signal.Send(Pid, signal);
    }

    /// <summary>The last lines of the log, for messages.</summary>
    public string LogTail(int lines = 25) =>
        File.Exists(LogFile) ? $"--- end of {LogFile}\n{string.Join('\n', File.ReadLines(LogFile).TakeLast(lines))}\n---" : $"({LogFile} is empty)";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        Send(Signal.Terminate);
        try
        {
            await ExitedAsync(Patience);
        }
        catch (TimeoutException)
        {
            Send(Signal.Kill);
            await ExitedAsync(Patience);
        }
        _disposed = true;
        _process.Dispose();
    }
}
