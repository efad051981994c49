using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>
/// The shim as a process with everything around it: certificates, scripted brokers, a scripted viewer, a settings file. Set VDI_SHIM to the
/// published program to test that instead of the build output.
/// </summary>
internal sealed class TestStation : IAsyncDisposable
{
    /// <summary>Generous: the machine may be building something else on the same two cores.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("shim-test-").FullName;
    private readonly List<ScriptedBroker> _brokers = [];
    private ServerProcess? _process;

    public TestStation()
    {
        Viewer = new(_folder);
        using var station = Authority.Station();
        Write("ca.crt", Authority.Pem);
        Write("station.crt", station.ExportCertificatePem());
        Write("station.key", TestAuthority.KeyPem(station));
    }

    public TestAuthority Authority { get; } = new();

    public ScriptedDesk Desk { get; } = new();

    public ScriptedViewer Viewer { get; }

    public ServerProcess Process => _process ?? throw new InvalidOperationException("not started");

    /// <summary>X display; there is none by this name unless a test starts one.</summary>
    public string Display { get; set; } = ":77";

    /// <summary>What the person has read.</summary>
    public string Screen => File.ReadAllText(Process.LogFile);

    public string JournalText => File.Exists(At("shim.log")) ? File.ReadAllText(At("shim.log")) : "";

    // The shim's own output folder: in the tests' one, libraries of ASP.NET Core hide some of the shim's.
    public static string Program => Environment.GetEnvironmentVariable("VDI_SHIM") ?? Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory.Replace("/tests/ThinClientShim.Tests/", "/ThinClientShim/", StringComparison.Ordinal), "vdi-shim"));

    public string At(string file) => Path.Combine(_folder, file);

    public string Write(string file, string text)
    {
        File.WriteAllText(At(file), text);
        return At(file);
    }

    public async Task<ScriptedBroker> BrokerAsync(ScriptedEnrolment? enrolment = null)
    {
        var broker = await ScriptedBroker.StartAsync(Desk, Authority, enrolment: enrolment);
        _brokers.Add(broker);
        return broker;
    }

    /// <summary>Writes the settings and starts the shim.</summary>
    /// <param name="brokers">Addresses, in order.</param>
    /// <param name="settings">More lines of the settings file.</param>
    /// <param name="options">More options.</param>
    public void Start(IEnumerable<string> brokers, string settings, params string[] options) => Start(brokers, settings, options, []);

    /// <summary>The same, by way of another program.</summary>
    public void Start(IEnumerable<string> brokers, string settings, string[] options, string[] through) => Start(brokers, "certificate = station.crt\nkey = station.key\n" + settings, (options, through));

    /// <summary>The same for a station that nobody knows: it keeps its identity in the folder <c>identity</c>.</summary>
    public void StartUnknown(IEnumerable<string> brokers, string settings, params string[] options)
    {
        Directory.CreateDirectory(At("identity"));
        Start(brokers, "state = identity\n" + settings, (options, []));
    }

    private void Start(IEnumerable<string> brokers, string settings, (string[] Options, string[] Through) how)
    {
        Write("shim.conf", $"""
            # written by a test
            {string.Join('\n', brokers.Select(one => "broker = " + one))}
            ca = ca.crt
            display = {Display}
            freerdp = {Viewer.Program}
            log = shim.log
            {settings}
            """);
        RunThrough(how.Through, ["--config", At("shim.conf"), .. how.Options]);
    }

    /// <summary>Starts the shim with nothing but these arguments.</summary>
    public void Run(params string[] arguments) => RunThrough([], arguments);

    /// <summary>One broker, and a shim that is signing in with the right password on standard input.</summary>
    public async Task<ScriptedBroker> SignInAsync(string settings = "")
    {
        var broker = await BrokerAsync();
        Start([broker.Address], settings, "--user", ScriptedDesk.Login, "--password-fd", "0");
        Type(Desk.Password);
        return broker;
    }

    /// <summary>A desktop is on the screen; gives the viewer's process id.</summary>
    public async Task<int> OnScreenAsync()
    {
        await SignInAsync();
        await StepAsync("active");
        return await Viewer.StartedAsync();
    }

    /// <summary>Types a line.</summary>
    public void Type(string line) => Press(line + "\n");

    /// <summary>Presses keys, without Enter.</summary>
    public void Press(string keys)
    {
        Process.StandardInput.Write(keys);
        Process.StandardInput.Flush();
    }

    public Task SaysAsync(string text, int times = 1) =>
        WaitAsync($"the screen says “{text}” ×{times}", () => Screen.Split(text).Length > times);

    /// <summary>Waits for what another program says.</summary>
    public static Task SaysOfAsync(ServerProcess program, string text) =>
        program.ReadyAsync(() => Task.FromResult(File.ReadAllText(program.LogFile).Contains(text, StringComparison.Ordinal)), Deadline);

    /// <summary>Waits for a step in the journal.</summary>
    public Task StepAsync(string step, int times = 1) =>
        WaitAsync($"step “{step}” ×{times}", () => Times(step) >= times);

    public int Times(string step) => JournalText.Split('\n').Count(line => line.Contains(' ' + step, StringComparison.Ordinal));

    /// <summary>When a step came for the <paramref name="time"/>th time, by the journal.</summary>
    public DateTimeOffset TimeOf(string step, int time = 1) => DateTimeOffset.Parse(
        JournalText.Split('\n').Where(line => line.Contains(' ' + step, StringComparison.Ordinal)).ElementAt(time - 1).Split(' ')[0], CultureInfo.InvariantCulture);

    public async Task<int> ExitAsync(TimeSpan? deadline = null)
    {
        await WaitAsync("the shim has ended", () => Process.HasExited, deadline);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        foreach (var broker in _brokers) await broker.DisposeAsync();
        await TemporaryFolder.RemoveAsync(_folder);
    }

    private void RunThrough(string[] through, string[] arguments)
    {
        string[] all = [.. through, Program, .. arguments];
        _process = ServerProcess.Start("vdi-shim", At("screen.txt"), all[0], all[1..], new Dictionary<string, string> { ["TMPDIR"] = _folder }, withInput: true);
    }

    private async Task WaitAsync(string what, Func<bool> condition, TimeSpan? deadline = null)
    {
        try
        {
            // What an ended shim has not said, it will not say: the last look is after its end.
            await Eventually.HoldsAsync(what, deadline ?? Deadline, () => _process is { HasExited: true } || condition());
            if (!condition()) throw new TimeoutException($"{what}: not before the shim's end");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n--- screen\n{(_process is null ? "" : Screen)}\n--- journal\n{JournalText}", late);
        }
    }
}
