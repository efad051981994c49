using System.Diagnostics;
using System.Globalization;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Stations;

/// <summary>A thin station: a screen, a certificate, and vdi-shim. One person at a time.</summary>
public sealed class Station : IAsyncDisposable
{
    // For the console that follows the log: each person finds an empty screen.
    private const string ClearScreen = "\e[H\e[2J\n";

    private readonly string _shim;
    private ServerProcess? _console;
    private ServerProcess? _session;
    private long _heard;

    private Station(string name, string folder, string shim, Screen screen, IssuedCertificate certificate)
    {
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "home"));
        Name = name;
        Folder = folder;
        _shim = shim;
        Screen = screen;
        Certificate = certificate;
        File.WriteAllText(LogFile, "");
    }

    /// <summary>The name in its certificate.</summary>
    public string Name { get; }

    /// <summary>Its files: configuration, logs.</summary>
    public string Folder { get; }

    /// <summary>HOME of its programs.</summary>
    public string Home => Path.Combine(Folder, "home");

    /// <summary>Its screen.</summary>
    public Screen Screen { get; }

    /// <summary>Who it is to the broker.</summary>
    public IssuedCertificate Certificate { get; }

    /// <summary>Configuration file of vdi-shim.</summary>
    public string ConfigFile => Path.Combine(Folder, "vdi-shim.conf");

    /// <summary>What vdi-shim printed, all sign-ins.</summary>
    public string LogFile => Path.Combine(Folder, "vdi-shim.log");

    /// <summary>vdi-shim's journal, all sign-ins.</summary>
    private string Journal => Path.Combine(Folder, "steps.log");

    /// <summary>Pid of vdi-shim; 0 when nobody is signed in.</summary>
    public int ShimPid => _session is { HasExited: false } session ? session.Pid : 0;

    /// <summary>What vdi-shim is started through: a program and its arguments; none = nothing.</summary>
    public IReadOnlyList<string> Through { get; set; } = [];

    /// <summary>True while vdi-shim runs.</summary>
    public bool InUse => ShimPid != 0;

    /// <summary>Exit status of the last vdi-shim.</summary>
    public int ExitCode => _session is { HasExited: true } ended ? ended.ExitCode : throw new InvalidOperationException($"{Name}: vdi-shim runs");

    /// <summary>Sets up a station; nobody is signed in yet.</summary>
    /// <param name="name">In its certificate.</param>
    /// <param name="folder">Takes its files.</param>
    /// <param name="brokerUri">Whom it asks.</param>
    /// <param name="certificates">Who issues them.</param>
    /// <param name="shim">The program.</param>
    /// <param name="display">A window on this X display; null = a virtual screen.</param>
    public static async Task<Station> StartAsync(string name, string folder, string brokerUri, CityCertificates certificates, string shim, string? display = null) =>
        await OnAsync(display is null ? await Screen.StartVirtualAsync(Path.Combine(folder, "screen")) : Screen.OfDisplay(display), name, folder, brokerUri, certificates, shim);

    /// <summary>The same on a screen that is there, which is its own from now on.</summary>
    public static async Task<Station> OnAsync(Screen screen, string name, string folder, string brokerUri, CityCertificates certificates, string shim)
    {
        try
        {
            var certificate = await certificates.IssueAsync("station", name, Path.Combine(folder, "tls"));
            var station = new Station(name, folder, shim, screen, certificate);
            await File.WriteAllLinesAsync(station.ConfigFile,
            [
                $"broker = {brokerUri}", $"ca = {certificates.CaFile}", $"certificate = {certificate.Certificate}", $"key = {certificate.Key}",
                $"display = {screen.Display}", $"log = {station.Journal}", .. (screen.Virtual ? Array.Empty<string>() : [$"size = {Screen.Size}"]),
            ]);
            station._console = screen.Virtual ? station.StartConsole() : null;
            return station;
        }
        catch
        {
            await screen.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts vdi-shim for one person; the password goes in by a pipe. Comes back at once.</summary>
    public async Task SignInAsync(string login, string password, string language = "fr", params string[] more)
    {
        var session = await StartShimAsync(["--user", login, "--password-fd", "0", "--language", language, "--once", .. more]);
        try
        {
            await session.StandardInput.WriteLineAsync(password);
            session.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it asked; its lines say why.
        }
    }

    /// <summary>Starts vdi-shim for one person who answers its questions by <see cref="AnswerAsync"/>. Comes back at once.</summary>
    public Task SitDownAsync(string login, params string[] more) =>
        StartShimAsync(["--user", login, "--language", "fr", "--once", .. more]);

    /// <summary>The greeter stands on the screen, for whoever comes; comes back when it has the keyboard. The person types and clicks on <see cref="Screen"/>.</summary>
    /// <param name="city">Name above it.</param>
    /// <param name="language">In which it begins.</param>
    /// <param name="more">More options.</param>
    public async Task GreetAsync(string city, string language = "fr", params string[] more)
    {
        var before = Steps("page").Count;
        await StartShimAsync(["--greeter", "--language", language, "--city", city, .. more]);
        await PageAsync("SignIn", before);
    }

    /// <summary>Every such step of the journal so far, oldest first: what follows the word.</summary>
    public IReadOnlyList<string> Steps(string word) => File.Exists(Journal)
        ? [.. File.ReadLines(Journal).Select(line => line.Split(' ', 3)).Where(words => words.Length > 1 && words[1] == word).Select(words => words.Length > 2 ? words[2] : "")]
        : [];

    /// <summary>Waits until the greeter shows a page of that kind, among those after the first <paramref name="after"/>.</summary>
    /// <returns>How many pages there were by then.</returns>
    public async Task<int> PageAsync(string kind, int after)
    {
        var count = 0;
        await WaitAsync($"the greeter's page {kind} on {Name}", TimeSpan.FromSeconds(30), () =>
        {
            var pages = Steps("page");
            count = pages.Count;
            return Task.FromResult(pages.Skip(after).Contains("kind=" + kind));
        });
        return count;
    }

    /// <summary>Pid of the greeter; 0 while there is none.</summary>
    public int GreeterPid => ShimPid == 0 ? 0 : ProcessTable.Below(ShimPid).FirstOrDefault(one => one.Arguments.Contains("greet"))?.Pid ?? 0;

    /// <summary>Opens the bar over the desktop and presses one of its buttons.</summary>
    /// <param name="right">How far from its left edge the button is.</param>
    /// <param name="pressed">True once the press has done what it does.</param>
    public Task PressBarAsync(int right, Func<bool> pressed) => Screen.PressBarAsync(right, pressed, TimeSpan.FromSeconds(30));

    /// <summary>Waits for a question and answers it, unseen, by the same pipe as the password.</summary>
    /// <param name="question">How the question begins.</param>
    /// <param name="answer">One line.</param>
    /// <param name="deadline">The longest wait for the question.</param>
    public async Task AnswerAsync(string question, string answer, TimeSpan deadline)
    {
        var input = (_session ?? throw new InvalidOperationException($"nobody sits at {Name}")).StandardInput;
        await WaitAsync($"{Name} asks \"{question}\"", deadline, () => Task.FromResult(Heard() is [.., var last] && last.StartsWith(question, StringComparison.Ordinal)));
        // A terminal that shows nothing of a password still shows the end of its line.
        await File.AppendAllTextAsync(LogFile, "\n");
        await input.WriteLineAsync(answer);
        await input.FlushAsync();
    }

    /// <summary>What vdi-shim printed since the last sign-in began.</summary>
    public IReadOnlyList<string> Heard()
    {
        if (!File.Exists(LogFile)) return [];
        using var log = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Seek(_heard, SeekOrigin.Begin);
        using var reader = new StreamReader(log);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>When the journal last had this step, UTC.</summary>
    public DateTime LastStep(string step) => File.ReadLines(Journal).Select(line => line.Split(' ')).Where(words => words.Length > 1 && words[1] == step)
        .Select(words => DateTime.Parse(words[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal)).Last();

    /// <summary>Waits until vdi-shim has printed a line that contains <paramref name="words"/>.</summary>
    public async Task<string> HearsAsync(string words, TimeSpan deadline)
    {
        await WaitAsync($"{Name} says \"{words}\"", deadline, () => Task.FromResult(Line(words) is not null));
        return Line(words)!;
    }

    /// <summary>Waits until a complete desktop is on the screen.</summary>
    public async Task<Picture> ShowsDesktopAsync(TimeSpan deadline)
    {
        Picture? seen = null;
        await WaitAsync($"a complete desktop on {Name}", deadline, async () => DesktopLook.IsComplete(seen = await Screen.LookAsync()));
        return seen!;
    }

    /// <summary>Waits until the screen shows no desktop any more.</summary>
    public Task ShowsNothingAsync(TimeSpan deadline) =>
        WaitAsync($"no desktop on {Name}", deadline, async () => (await Screen.LookAsync()).Count(DesktopLook.Wallpaper) == 0);

    /// <summary>Waits for vdi-shim's own end and gives its exit status.</summary>
    public async Task<int> EndsAsync(TimeSpan deadline)
    {
        await WaitAsync($"end of vdi-shim on {Name}", deadline, () => Task.FromResult(!InUse));
        return ExitCode;
    }

    /// <summary>The person gets up: the desktop runs on, the station is free, and what was on a virtual screen is gone: nobody takes it for the next desktop.</summary>
    public async Task LeaveAsync()
    {
        _session?.Send(Signal.Terminate);
        await EndsAsync(TimeSpan.FromSeconds(15));
        if (Screen.Virtual) await ShowsNothingAsync(TimeSpan.FromSeconds(15));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var below = _session is { HasExited: false } running ? ProcessTable.Below(running.Pid) : [];
        if (_session is not null) await _session.DisposeAsync();
        // vdi-shim takes its xfreerdp with it; where it was killed it cannot.
        foreach (var left in ProcessTable.StillRunning(below))
        {
            using var process = Process.GetProcessById(left.Pid);
            process.Kill();
        }
        if (_console is not null) await _console.DisposeAsync();
        await Screen.DisposeAsync();
    }

    // A thin station shows what vdi-shim says on its screen, behind the desktop.
    private ServerProcess StartConsole() => ServerProcess.Start("console", Path.Combine(Folder, "console.log"), "xterm",
        ["-u8", "-geometry", "80x31+0+0", "-b", "24", "-bw", "0", "-bg", Screen.Background, "-fg", "#dfe6e9", "-fa", "Monospace", "-fs", "14", "-e", "/bin/sh", "-c", "tail -n +1 -F \"$0\" | fold -s -w 80", LogFile],
        new Dictionary<string, string> { ["DISPLAY"] = Screen.Display, ["LC_ALL"] = "C.UTF-8", ["HOME"] = Home });

    private async Task<ServerProcess> StartShimAsync(IEnumerable<string> options)
    {
        if (InUse) throw new InvalidOperationException($"{Name} is in use.");
        if (_session is not null) await _session.DisposeAsync();
        await File.AppendAllTextAsync(LogFile, ClearScreen);
        _heard = new FileInfo(LogFile).Length;
        string[] all = [.. Through, _shim, "--config", ConfigFile, .. options];
        return _session = ServerProcess.Start("vdi-shim on " + Name, LogFile, all[0], all[1..],
            new Dictionary<string, string> { ["HOME"] = Home }, withInput: true);
    }

    private string? Line(string words) => Heard().FirstOrDefault(line => line.Contains(words, StringComparison.OrdinalIgnoreCase));

    private async Task WaitAsync(string what, TimeSpan deadline, Func<Task<bool>> condition)
    {
        try
        {
            await Eventually.HoldsAsync(what, deadline, condition);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}; {Name} said: {string.Join(" | ", Heard().TakeLast(8))}", late);
        }
    }
}
