using System.Security.Cryptography;
using VdiBroker.City.Processes;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>A session host's files in a directory of their own, and real agents on them.</summary>
internal sealed class HostRig
{
    private readonly List<ServerProcess> _agents = [];

    public HostRig()
    {
        // Not in /tmp: a blade has its own.
        Folder = Directory.CreateDirectory($"/var/tmp/vdi-agent-{Guid.NewGuid():N}").FullName;
        // xrdp and the sessions of a blade, which are not root, come through here.
        File.SetUnixFileMode(Folder, (UnixFileMode)Convert.ToInt32("755", 8));
        Authority.Write(City.Certificate, At("ca.crt"));
        Authority.Write(City.Issue("host", "blade1"), At("host.crt"), At("host.key"));
        RenewRdpCertificate();
    }

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>
    /// What is run: the agent as built in its own folder (the copy beside the tests lacks what their web framework brings), or the published
    /// one where VDI_AGENT names it.
    /// </summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("VDI_AGENT") is { Length: > 0 } published
        ? published
        : Path.Combine(Root, "HostAgent", Path.GetRelativePath(Path.Combine(Root, "tests", "HostAgent.Tests"), AppContext.BaseDirectory), "vdi-agent");

    /// <summary>The station's program, likewise: it takes what a desktop prints.</summary>
    public static string Shim { get; } = Environment.GetEnvironmentVariable("VDI_SHIM") is { Length: > 0 } published
        ? published
        : Path.Combine(Root, "ThinClientShim", Path.GetRelativePath(Path.Combine(Root, "tests", "HostAgent.Tests"), AppContext.BaseDirectory), "vdi-shim");

    /// <summary>What cupsd is set up with, on hosts and stations.</summary>
    public static string CupsConfiguration => Path.Combine(Root, "deploy/host/cups/cupsd.conf");

    public Authority City { get; } = new();

    /// <summary>Sticks of stations are to be seen in sessions: not where there are visitors.</summary>
    public bool Sticks { get; init; }

    public string Folder { get; }

    public string Socket => At("run/agent.sock");

    public string LogFile => At("agent.log");

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    public byte[] RdpFingerprint { get; private set; } = [];

    public string At(string name) => Path.Combine(Folder, name);

    public void RenewRdpCertificate()
    {
        using var certificate = City.Issue("server", "blade1", System.Net.IPAddress.Loopback);
        RdpFingerprint = SHA256.HashData(certificate.RawData);
        Authority.Write(certificate, At("rdp.crt"), At("rdp.key"));
    }

    public string WriteConfig(params Uri[] brokers)
    {
        var file = At("vdi-agent.conf");
        string[] lines =
        [
            "# a session host", .. brokers.Select(broker => $"broker = {broker}"),
            "ca = ca.crt", "certificate = host.crt", "key=host.key", "rdp-certificate = rdp.crt", "", "socket = run/agent.sock", "visitor-homes = visitors", "desktops = desktops", "visitor-accounts = extrausers", "cups = cups/cups.sock", "cups-spool = cups/spool",
        ];
        File.WriteAllLines(file, lines);
        return file;
    }

    /// <summary>What an agent finds in its environment beside this process's own.</summary>
    public Dictionary<string, string> Surroundings { get; } = [];

    public ServerProcess StartAgent(params ScriptedBroker[] brokers) => Start("run", "--config", WriteConfig([.. brokers.Select(broker => broker.Address)]));

    public ServerProcess Start(params string[] arguments)
    {
        var agent = ServerProcess.Start("vdi-agent", LogFile, Program, arguments, Surroundings);
        _agents.Add(agent);
        return agent;
    }

    /// <summary>Runs <c>vdi-agent redeem</c> as pam_exec does.</summary>
    public async Task<int> RedeemAsync(string user, string ticket, params string[] before)
    {
        string[] command = [.. before, Program, "redeem", "--socket", Socket];
        await using var redeem = ServerProcess.Start("vdi-agent redeem", At("redeem.log"), command[0], command[1..],
            new Dictionary<string, string> { ["PAM_USER"] = user }, withInput: true);
        await redeem.StandardInput.WriteAsync(ticket);
        redeem.StandardInput.Close();
        await redeem.ExitedAsync(TimeSpan.FromSeconds(15));
        return redeem.ExitCode;
    }

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "VdiBroker.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no VdiBroker.sln above the tests"));

    public async Task EndAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        await TemporaryFolder.RemoveAsync(Folder);
    }
}

/// <summary>Deadlines for a loaded machine.</summary>
internal static class Soon
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static Task HoldsAsync(string what, Func<bool> condition) => Eventually.HoldsAsync(what, Deadline, condition);

    public static async Task<AttachedHost> AttachedAsync(this ScriptedBroker broker, int times = 1)
    {
        // A host leaves a broker that is slow to welcome it, and comes again.
        IEnumerable<AttachedHost> Heard() => broker.Attachments.Skip(times - 1).Where(host => host.Latest is not null);
        await HoldsAsync($"attached {times} times, with an observation", () => Heard().Any());
        return Heard().First();
    }
}
