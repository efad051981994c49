using System.Diagnostics;
using System.Runtime.InteropServices;
using VdiBroker.Shim.Printing;
using VdiBroker.Shim.Terminal;

namespace VdiBroker.Shim.Rdp;

/// <summary>A running FreeRDP: the desktop on the screen.</summary>
internal sealed partial class FreeRdp : IAsyncDisposable
{
    /// <summary>How long it may take to end by itself after SIGTERM.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private const int Terminate = 15;
    private const int Kill = 9;

    // What FreeRDP needs of the station; everything else of the shim's environment is none of its business.
    private static readonly string[] Inherited = ["PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "XDG_RUNTIME_DIR", "PULSE_SERVER", "XAUTHORITY"];

    private readonly TaskCompletionSource _started = new();
    private readonly TaskCompletionSource _picture = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process = new();
    private readonly ViewerHome _home = new();
    private readonly Journal _journal;

    private Task _said = Task.CompletedTask;

    /// <summary>What became of documents that the desktop sent to the room's printers.</summary>
    public PrintNews News { get; } = new();

    private FreeRdp(Journal journal) => _journal = journal;

    /// <summary>Completes with the exit code when it ends, however it ends.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>Completes when the host has sent what a picture needs; of a viewer started with <c>live</c> only.</summary>
    public Task Picture => _picture.Task;

    /// <summary>Starts it and hands it the ticket, or the password, by its standard input.</summary>
    /// <param name="launch">What is started, and with what.</param>
    /// <param name="secret">Written to its standard input and nowhere else; the caller wipes it.</param>
    /// <param name="live">Its output is wanted line by line, as it says it, for <see cref="Picture"/>.</param>
    /// <param name="journal">Takes its output.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    /// <exception cref="IOException">It cannot have a home: the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The same: the disk is not to be written.</exception>
    public static async Task<FreeRdp> StartAsync(ViewerLaunch launch, ReadOnlyMemory<byte> secret, bool live, Journal journal)
    {
        var running = new FreeRdp(journal);
        try
        {
            running.Prepare(launch, live);
            new Thread(running.Watch, maxStackSize: 256 * 1024) { IsBackground = true, Name = "freerdp" }.Start();
            await running._started.Task;
        }
        catch
        {
            running._home.Remove();
            throw;
        }
        journal.Step($"freerdp-started pid={running._process.Id}");
        running._said = Task.WhenAll(running.PumpAsync(running._process.StandardOutput), running.PumpAsync(running._process.StandardError));
        try
        {
            await running._process.StandardInput.BaseStream.WriteAsync(secret);
            await running._process.StandardInput.BaseStream.WriteAsync("\n"u8.ToArray());
            running._process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already; its end is noticed as any other.
        }
        return running;
    }

    /// <summary>The program's file, or null when there is none that may be executed.</summary>
    public static string? Find(string program)
    {
        const UnixFileMode any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var candidates = program.Contains('/')
            ? [Path.GetFullPath(program)]
            : (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':').Select(folder => Path.Combine(folder, program));
        return candidates.FirstOrDefault(file => File.Exists(file) && (File.GetUnixFileMode(file) & any) != 0);
    }

    /// <summary>Ends it: SIGTERM, which leaves the session on the host running, then SIGKILL.</summary>
    public async Task EndAsync()
    {
        foreach (var signal in (int[])[Terminate, Kill])
        {
            if (Ended.IsCompleted) return;
            _ = SendSignal(_process.Id, signal);
            await Task.WhenAny(Ended, Task.Delay(Patience));
        }
    }

    /// <summary>Gives it <paramref name="time"/> to end by itself, then ends it.</summary>
    public async Task EndAfterAsync(TimeSpan time)
    {
        await Task.WhenAny(Ended, Task.Delay(time));
        await EndAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        // Its last words say why it ended. A child of its own may hold the pipe open for longer than anybody wants to wait.
        await Task.WhenAny(_said, Task.Delay(Patience));
        _home.Remove();
        _process.Dispose();
    }

    private void Prepare(ViewerLaunch launch, bool live)
    {
        var start = _process.StartInfo;
        start.UseShellExecute = start.CreateNoWindow = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        List<string> line = [launch.Program];
        // Into a pipe FreeRDP writes whole pages only: by then it has long ended.
        if (live && Find("stdbuf") is { } stdbuf) line.InsertRange(0, [stdbuf, "-oL"]);
        // Should the shim be killed, nobody would supervise the desktop on the screen any more: it ends with the thread that started it,
        // which is Watch and lives as long as FreeRDP does.
        if (Find("setpriv") is { } setpriv) line.InsertRange(0, [setpriv, "--pdeathsig", "TERM", "--"]);
        start.FileName = line[0];
        foreach (var argument in line[1..]) start.ArgumentList.Add(argument);
        foreach (var argument in launch.Arguments) start.ArgumentList.Add(argument);

        var kept = Inherited.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).Where(one => one.value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept) start.Environment[name] = value;
        foreach (var (name, value) in launch.Environment) start.Environment[name] = value;
        start.Environment["DISPLAY"] = launch.Display;
        start.Environment["HOME"] = _home.Folder;
        // The pin alone decides. FreeRDP takes a certificate of another fingerprint where an authority of the machine's store vouches for it.
        start.Environment["SSL_CERT_FILE"] = "/dev/null";
        start.Environment["SSL_CERT_DIR"] = _home.Folder;
        // The X cookie is looked for in the home directory, which is another one now.
        if (!start.Environment.ContainsKey("XAUTHORITY") && Environment.GetEnvironmentVariable("HOME") is { } home
            && Path.Combine(home, ".Xauthority") is var cookie && File.Exists(cookie))
            start.Environment["XAUTHORITY"] = cookie;
    }

    private void Watch()
    {
        try
        {
            _process.Start();
            _started.SetResult();
        }
        catch (Exception fault)
        {
            _started.SetException(fault);
            return;
        }
        _process.WaitForExit();
        _journal.Step($"freerdp-ended code={_process.ExitCode}");
        _ended.SetResult(_process.ExitCode);
    }

    private async Task PumpAsync(StreamReader output)
    {
        try
        {
            while (await output.ReadLineAsync() is { } line)
            {
                _journal.Step("freerdp-says " + line);
                News.Hear(line);
                // Said when the host has agreed to everything: after the logon, where that is at network level.
                if (line.Contains("Local framebuffer format", StringComparison.Ordinal)) _picture.TrySetResult();
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe ended with the program.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
