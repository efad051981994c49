using VdiBroker.City.Processes;

namespace VdiBroker.City.Hosts;

/// <summary>
/// A real session host: xrdp, sesman, nslcd and the agent in namespaces of their own (mount, host name, ipc, pids), on their own loopback
/// address. Not for use from several threads at once.
/// </summary>
public sealed class Blade : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);

    private readonly BladeFiles _files;
    private ServerProcess? _process;
    private int _saidBefore;
    private int _frozen;

    private Blade(BladePlan plan, BladeFiles files)
    {
        Plan = plan;
        _files = files;
    }

    /// <summary>Name, address and seats.</summary>
    public BladePlan Plan { get; }

    /// <summary>Folder of its logs.</summary>
    public string LogFolder => _files.Log;

    /// <summary>SHA-256 of the certificate that its RDP server shows, as the city file has it: lower-case hexadecimal.</summary>
    public string RdpCertificateSha256 => _files.RdpCertificateSha256;

    /// <summary>True between start and stop or crash.</summary>
    public bool Running => _process is { HasExited: false };

    /// <summary>Pid of the agent; 0 when it does not run at this moment.</summary>
    public int AgentPid => Processes().FirstOrDefault(program => program.Name == "vdi-agent" && program.Arguments.Contains("run"))?.Pid ?? 0;

    /// <summary>True once its agent has said, since the last start of the host, that a broker took it in.</summary>
    public bool Attached => AgentSaid().Skip(_saidBefore).Any(line => line.Contains("attached", StringComparison.OrdinalIgnoreCase));

    /// <summary>Writes its files and starts it; comes back when its RDP server listens.</summary>
    public static async Task<Blade> StartAsync(BladePlan plan, BladeSite site)
    {
        var files = new BladeFiles(plan, site);
        await files.WriteAsync();
        var blade = new Blade(plan, files);
        await blade.StartAgainAsync();
        return blade;
    }

    /// <summary>Starts it after <see cref="CrashAsync"/>: a new machine as far as the broker can see, with the same homes.</summary>
    public async Task StartAgainAsync()
    {
        if (Running) throw new InvalidOperationException($"{Plan.Name} runs already.");
        _saidBefore = AgentSaid().Count();
        var process = ServerProcess.Start(Plan.Name, Path.Combine(_files.Log, "blade.log"), "unshare",
            ["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "/bin/bash", _files.Init]);
        _process = process;
        try
        {
            await process.ReadyAsync(() => Task.FromResult(Loopback.Listens(Plan.Address, BladePlan.RdpPort)), StartDeadline);
        }
        catch
        {
            // Nobody owns a host that never was ready.
            await CrashAsync();
            throw;
        }
    }

    /// <summary>Everything on it is gone at once, sessions included, as when the power fails.</summary>
    public async Task CrashAsync()
    {
        if (_process is not { } process) return;
        var below = Processes();
        await process.KillAsync();
        await Eventually.HoldsAsync($"every process of {Plan.Name} gone", TimeSpan.FromSeconds(10), () => ProcessTable.StillRunning(below).Count == 0);
        await process.DisposeAsync();
        _process = null;
    }

    /// <summary>Every process of the blade, with the pids that this process's own namespace knows.</summary>
    public IReadOnlyList<RunningProgram> Processes() => _process is { HasExited: false } process ? ProcessTable.Below(process.Pid) : [];

    /// <summary>The account's number, as the blade's name service says.</summary>
    /// <exception cref="InvalidOperationException">The blade does not know the name.</exception>
    public async Task<int> UidOfAsync(string login)
    {
        var answer = await RunInsideAsync(["id", "-u", login]);
        return answer.Status == 0 ? int.Parse(answer.Output, System.Globalization.CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"{Plan.Name} does not know {login}: {answer.Error}");
    }

    /// <summary>What runs in a person's session (X server, window manager, terminal, shells): name and pid, in order of pid.</summary>
    public IReadOnlyList<RunningProgram> SessionOf(int uid) => [.. Processes().Where(program => program.Uid == uid).OrderBy(program => program.Pid)];

    /// <summary>Runs a program inside the blade's namespaces as root.</summary>
    public Task<ToolAnswer> RunInsideAsync(IEnumerable<string> command, string? input = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var init = Processes() is [var first, ..] ? first.Pid : throw new InvalidOperationException($"{Plan.Name} does not run.");
        return Tool.RunAsync("nsenter", ["--target", $"{init}", "--mount", "--uts", "--ipc", "--pid", .. command], input, environment);
    }

    /// <summary>Presents a ticket to the host as its PAM stack does.</summary>
    /// <returns>True when the agent grants it.</returns>
    public async Task<bool> RedeemAsync(string user, string ticket) =>
        (await RunInsideAsync([_files.Agent, "redeem"], ticket, new Dictionary<string, string> { ["PAM_USER"] = user, ["PAM_TYPE"] = "auth", ["PAM_SERVICE"] = "xrdp-sesman" })).Status == 0;

    /// <summary>Stops the agent in mid-breath (SIGSTOP): its socket takes questions, nothing is answered. Past a few seconds the broker holds the host for dead.</summary>
    public void FreezeAgent() => Signal.Send(_frozen = AgentPid, Signal.Stop);

    /// <summary>Lets it go on after <see cref="FreezeAgent"/>.</summary>
    public void ThawAgent()
    {
        if (_frozen != 0 && AgentPid == _frozen) Signal.Send(_frozen, Signal.Continue);
        _frozen = 0;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CrashAsync();

    private IEnumerable<string> AgentSaid() => Path.Combine(_files.Log, "agent.log") is var file && File.Exists(file) ? File.ReadLines(file) : [];
}
