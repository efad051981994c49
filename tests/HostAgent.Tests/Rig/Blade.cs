using System.Globalization;
using System.Net;
using VdiBroker.City.Printing;
using VdiBroker.City.Processes;

namespace VdiBroker.HostAgent.Tests.Rig;

/// <summary>
/// A session host: xrdp, sesman and the agent in mount, host name, IPC and process-id namespaces of their own, with the files of deploy/host
/// and accounts that exist nowhere else.
/// </summary>
internal sealed class Blade : IAsyncDisposable
{
    public static readonly string[] People = ["amelie.durand", "bruno.petit", "celine.moreau", "denis.roux"];

    /// <summary>An account of the host itself, with a number below the city's.</summary>
    public const string LocalAccount = "ansible.local";

    private const int LocalUserId = 19999;

    // A search of the whole disk, beside others that want it too.
    private static readonly TimeSpan _toSearch = TimeSpan.FromMinutes(3);

    private readonly HostRig _host;
    private readonly ServerProcess _namespaces;

    private readonly int _sesman;

    private Blade(HostRig host, ServerProcess namespaces, IPEndPoint rdp, int sesman, int firstUser)
    {
        _host = host;
        _namespaces = namespaces;
        Rdp = rdp;
        _sesman = sesman;
        FirstUser = firstUser;
    }

    public IPEndPoint Rdp { get; }

    public int FirstUser { get; }

    public int UserId(string person) => person == LocalAccount ? LocalUserId : FirstUser + Array.IndexOf(People, person);

    public static async Task<Blade> StartAsync(HostRig host, params ScriptedBroker[] brokers)
    {
        var rdp = new IPEndPoint(IPAddress.Parse(Loopback.Pick().Address(1)), 0);
        rdp.Port = Loopback.FreePort(rdp.Address.ToString());
        var sesman = Loopback.FreePort();
        var firstUser = Random.Shared.Next(30000, 59000);
        host.WriteConfig([.. brokers.Select(broker => broker.Address)]);
        Write(host, rdp, sesman, firstUser);
        var namespaces = ServerProcess.Start("blade", host.At("blade.log"), "unshare",
            ["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "/bin/bash", host.At("init.sh")]);
        var blade = new Blade(host, namespaces, rdp, sesman, firstUser);
        try
        {
            await namespaces.ReadyAsync(() => Task.FromResult(Listens(rdp.Port) && Listens(sesman)), Soon.Deadline);
            return blade;
        }
        catch
        {
            await blade.DisposeAsync();
            throw;
        }
    }

    /// <summary>Processes of an account, by process id as this side sees it.</summary>
    public IReadOnlyList<int> ProcessesOf(string person) => ProcessesOf(UserId(person));

    /// <summary>The same by its number.</summary>
    public IReadOnlyList<int> ProcessesOf(int user) => [.. ProcessIds().Where(id =>
        Read($"/proc/{id}/status").Contains(string.Create(CultureInfo.InvariantCulture, $"\nUid:\t{user}\t"), StringComparison.Ordinal)
        && !Read($"/proc/{id}/status").Contains("\nState:\tZ", StringComparison.Ordinal))];

    /// <summary>Process id, as this side sees it, of the agent that runs in the blade.</summary>
    public int AgentPid => ProcessIds().Single(id => Read($"/proc/{id}/cmdline") is var line
        && line.StartsWith(ProgramIn(_host), StringComparison.Ordinal) && line.Contains(_host.At("vdi-agent.conf"), StringComparison.Ordinal));

    /// <summary>Runs a program in the blade as root, or as a user of that number.</summary>
    public Task<ToolAnswer> RunInsideAsync(int? user, params string[] command)
    {
        string[] asUser = user is { } id ? ["setpriv", $"--reuid={id}", $"--regid={id}", "--clear-groups"] : [];
        return Tool.RunAsync("nsenter", ["--target", $"{AgentPid}", "--mount", "--uts", "--ipc", "--pid", .. asUser, .. command], deadline: _toSearch);
    }

    /// <summary>sesman dies, and is started anew a moment later as systemd does it; the desktops run on.</summary>
    public async Task CrashSesmanAsync()
    {
        var file = _host.At("sesman.pid");
        Xunit.Assert.Equal(0, (await RunInsideAsync(null, "sh", "-c", $"kill -KILL $(cat {file})")).Status);
        await Eventually.HoldsAsync("sesman is dead", Soon.Deadline, async () => (await RunInsideAsync(null, "sh", "-c", $"kill -0 $(cat {file})")).Status != 0);
        Xunit.Assert.Equal(0, (await RunInsideAsync(null, "sh", "-c", $"rm -f /run/xrdp/xrdp-sesman.pid; setsid {Sesman(_host)} & echo $! > {file}")).Status);
        await Eventually.HoldsAsync("sesman is back", Soon.Deadline, () => Listens(_sesman));
    }

    public async ValueTask DisposeAsync()
    {
        // unshare does not heed SIGTERM; its end is the end of everything in the blade.
        _namespaces.Send(Signal.Kill);
        await _namespaces.DisposeAsync();
        await Eventually.HoldsAsync("end of the blade", Soon.Deadline, () => People.Append(LocalAccount).All(person => ProcessesOf(person).Count == 0));
    }

    private static void Write(HostRig host, IPEndPoint rdp, int sesman, int firstUser)
    {
        var deploy = Path.Combine(HostRig.Root, "deploy", "host");
        var etc = Directory.CreateDirectory(host.At("etc-xrdp")).FullName;
        foreach (var file in Directory.GetFiles("/etc/xrdp", "km-*.ini").Concat(["/etc/xrdp/rsakeys.ini"]).Append("/etc/xrdp/xrdp_keyboard.ini"))
            File.Copy(file, Path.Combine(etc, Path.GetFileName(file)));
        Directory.CreateDirectory(Path.Combine(etc, "pulse"));
        File.Copy("/etc/xrdp/pulse/default.pa", Path.Combine(etc, "pulse/default.pa"));
        foreach (var script in (string[])["startwm.sh", "reconnectwm.sh"])
            File.WriteAllText(Path.Combine(etc, script), Text(Path.Combine(deploy, "xrdp", script)).Replace("/usr/bin/vdi-agent", ProgramIn(host), StringComparison.Ordinal)
                .Replace("/run/vdi-desktops", host.At("desktops"), StringComparison.Ordinal));
        File.Copy(host.At("rdp.crt"), Path.Combine(etc, "cert.pem"));
        File.Copy(host.At("rdp.key"), Path.Combine(etc, "key.pem"));
        File.WriteAllText(Path.Combine(etc, "xrdp.ini"), Text(Path.Combine(deploy, "xrdp", "xrdp.ini"))
            .Replace("port=3389", $"port=tcp://{rdp}", StringComparison.Ordinal)
            .Replace("/var/log/", host.At("log/"), StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(etc, "sesman.ini"), Text(Path.Combine(deploy, "xrdp", "sesman.ini"))
            .Replace("ListenPort=3350", $"ListenPort={sesman}", StringComparison.Ordinal)
            .Replace("EnableFuseMount=true", host.Sticks ? "EnableFuseMount=true" : "EnableFuseMount=false", StringComparison.Ordinal)
            .Replace("X11DisplayOffset=10", $"X11DisplayOffset={Random.Shared.Next(100, 5000) * 10}", StringComparison.Ordinal)
            .Replace("/var/log/", host.At("log/"), StringComparison.Ordinal));
        File.WriteAllText(host.At("pam"), Text(Path.Combine(deploy, "pam.d", "xrdp-sesman"))
            .Replace("/usr/bin/vdi-agent redeem", $"{ProgramIn(host)} redeem --socket {host.Socket}", StringComparison.Ordinal)
            .Replace("/usr/bin/vdi-agent session", $"{ProgramIn(host)} session --socket {host.Socket}", StringComparison.Ordinal));
        File.WriteAllText(host.At("passwd"), Text("/etc/passwd")
            + string.Concat(People.Select((person, number) => $"{person}:x:{firstUser + number}:{firstUser}::{host.At("home")}/{person}:/bin/sh\n"))
            + $"{LocalAccount}:x:{LocalUserId}:{firstUser}::{host.At("home")}/{LocalAccount}:/bin/sh\n");
        File.WriteAllText(host.At("group"), Text("/etc/group") + $"citypeople:x:{firstUser}:\n");
        File.WriteAllText(host.At("shadow"), Text("/etc/shadow") + string.Concat(People.Append(LocalAccount).Select(person => $"{person}:*:19000:0:99999:7:::\n")));
        PrintServer.Write(host.At("cups"), HostRig.CupsConfiguration,
            Text(Path.Combine(deploy, "cups", "vdi")).Replace("/usr/bin/vdi-agent print", $"{ProgramIn(host)} print --socket {host.Socket}", StringComparison.Ordinal));
        foreach (var folder in (string[])["log", "home", "tmp", "visitors", "extrausers"]) Directory.CreateDirectory(host.At(folder));
        File.WriteAllLines(host.At("nsswitch.conf"), File.ReadLines("/etc/nsswitch.conf").Select(line => line.Split(':') is ["passwd" or "group" or "shadow", ..] ? $"{line.Split(':')[0]}: files extrausers" : line));
        File.WriteAllText(host.At("init.sh"), $$"""
            set -e
            mount --make-rprivate /
            hostname blade1
            mount -t tmpfs -o mode=755 run-xrdp /run/xrdp 2>/dev/null || { mkdir -p /run/xrdp; mount -t tmpfs -o mode=755 run-xrdp /run/xrdp; }
            cd {{host.Folder}}
            # By a path of the blade's own: the repository may stand below /tmp, which is another one in here.
            mkdir -p agent; mount --bind {{Path.GetDirectoryName(HostRig.Program)}} agent
            chmod 1777 tmp; mount --bind tmp /tmp; mkdir -m 1777 /tmp/.X11-unix
            chown xrdp log etc-xrdp/key.pem etc-xrdp/rsakeys.ini; chmod 400 etc-xrdp/key.pem; chmod 755 etc-xrdp/startwm.sh etc-xrdp/reconnectwm.sh; chmod 640 shadow
            for file in passwd group shadow nsswitch.conf; do mount --bind $file /etc/$file; done
            mkdir -p /var/lib/extrausers; mount --bind extrausers /var/lib/extrausers
            mount --bind etc-xrdp /etc/xrdp
            mount --bind pam /etc/pam.d/xrdp-sesman
            mount -t proc proc /proc
            sh /usr/share/xrdp/socksetup
            set +e
            while true; do {{ProgramIn(host)}} run --config vdi-agent.conf >> agent.log 2>&1; sleep 0.2; done &
            {{string.Join(' ', PrintServer.Command(host.At("cups")))}} > log/cupsd.out 2>&1 &
            {{Sesman(host)}} & echo $! > sesman.pid
            setpriv --reuid=xrdp --regid=xrdp --init-groups /usr/sbin/xrdp -n > log/xrdp.out 2>&1 &
            wait
            """.Replace("--config vdi-agent.conf", "--config " + host.At("vdi-agent.conf"), StringComparison.Ordinal));
    }

    private static string ProgramIn(HostRig host) => host.At(Path.Combine("agent", Path.GetFileName(HostRig.Program)));

    private static string Sesman(HostRig host) => $"/usr/sbin/xrdp-sesman -n >> {host.At("log/sesman.out")} 2>&1 < /dev/null";

    private static string Text(string file) => File.ReadAllText(file);

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static IEnumerable<int> ProcessIds() =>
        Directory.GetDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0).Where(id => id > 0);

    // Looked up, not tried: xrdp takes every connection for a station. (sesman listens on ::1 although its file says 127.0.0.1.)
    private static bool Listens(int port) => (Text("/proc/net/tcp") + Text("/proc/net/tcp6")).Split('\n')
        .Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var local, _, "0A", ..] && local.EndsWith($":{port:X4}", StringComparison.Ordinal));
}
