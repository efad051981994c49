using System.Globalization;
using VdiBroker.City.Directory;
using VdiBroker.City.Processes;

namespace VdiBroker.Bench.Peers;

/// <summary>
/// Debian's x2gobroker as its packages have it, at the storm's own slapd: its daemon, which asks PAM, pam_ldap, and nslcd behind it. Files that are at fixed places stand in a mount namespace of its own; nothing of the
/// machine is changed.
/// </summary>
internal sealed class X2goBroker : IAsyncDisposable
{
    /// <summary>Pools, and hosts of each.</summary>
    public const int Pools = 4;

    private const int Hosts = 10;
    private readonly ServerProcess _process;

    private X2goBroker(ServerProcess process, string uri) => (_process, Uri) = (process, uri);

    /// <summary>http://address:port.</summary>
    public string Uri { get; }

    /// <summary>Processor time of the daemon, nslcd and whatever they start.</summary>
    public TimeSpan Cpu => ProcessTable.Below(_process.Pid).Select(program => Of(program.Pid)).Aggregate(TimeSpan.Zero, (sum, one) => sum + one);

    /// <summary>Resident memory of all of them.</summary>
    public long ResidentBytes => ProcessTable.Below(_process.Pid).Sum(program => ProcessTable.ResidentBytes(program.Pid));

    /// <summary>Starts it.</summary>
    /// <param name="slapd">Whose people it lets in.</param>
    /// <param name="folder">Takes its files; its account must be able to walk there.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<X2goBroker> StartAsync(Slapd slapd, string folder, string address, CancellationToken cancel)
    {
        System.IO.Directory.CreateDirectory(folder, (UnixFileMode)Convert.ToInt32("755", 8));
        var port = Loopback.FreePort(address);
        await File.WriteAllTextAsync(Path.Combine(folder, "pam"), "auth required pam_ldap.so\naccount required pam_permit.so\n", cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "nslcd.conf"), $"""
            uid nslcd
            gid nslcd
            uri {slapd.LdapsUri}
            base {slapd.People.Suffix}
            base passwd {slapd.People.PeopleBase}
            binddn {slapd.NslcdDn}
            bindpw {(await File.ReadAllTextAsync(slapd.NslcdPasswordFile, cancel)).Trim()}
            tls_reqcert demand
            tls_cacertfile {slapd.CaFile}
            threads 8

            """, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "x2gobroker.conf"), $"""
            [global]
            require-password = true
            require-cookie = false
            enable-plain-output = true
            default-auth-mech = pam
            default-user-db = libnss
            default-group-db = libnss
            ignore-primary-group-memberships = true
            default-session-autologin = false
            default-agent-query-mode = NONE
            default-portscan-x2goservers = false
            cookie-directory = {folder}/cookies
            [broker_zeroconf]
            enable = false
            [broker_inifile]
            enable = true

            """, cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "profiles.conf"), "[DEFAULT]\ncommand=MATE\nuser=BROKER_USER\nsshport=22\nusebrokerpass=true\n\n" + string.Concat(Enumerable.Range(0, Pools).Select(Profile)), cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "start"), $"""
            set -e
            mount --make-rprivate /
            mount --bind {folder}/nslcd.conf /etc/nslcd.conf
            mount --bind {folder}/pam /etc/pam.d/x2gobroker
            mkdir -p /run/nslcd {folder}/cookies
            mount -t tmpfs -o mode=755 nslcd /run/nslcd
            chown nslcd:nslcd /run/nslcd
            chown root:nslcd {folder}/nslcd.conf && chmod 640 {folder}/nslcd.conf
            chown x2gobroker:x2gobroker {folder}/cookies && chmod 700 {folder}/cookies
            nslcd -n &
            until [ -S /run/nslcd/socket ]; do sleep 0.05; done
            setpriv --reuid x2gobroker --regid x2gobroker --clear-groups env HOME=/var/lib/x2gobroker USER=x2gobroker LOGNAME=x2gobroker SPHINX_API_DOCUMENTATION_BUILD=1 \
              X2GOBROKER_CONFIG={folder}/x2gobroker.conf X2GOBROKER_SESSIONPROFILES={folder}/profiles.conf X2GOBROKER_DEFAULT_BACKEND=inifile \
              python3 /usr/bin/x2gobroker-daemon -b {address}:{port}

            """, cancel);
        // Its first process ends with ours, and all others with it.
        var process = ServerProcess.Start("x2gobroker", Path.Combine(folder, "x2gobroker.log"), "unshare", ["--mount", "--pid", "--fork", "--kill-child", "sh", Path.Combine(folder, "start")]);
        await process.ReadyAsync(() => Task.FromResult(Loopback.Listens(address, port)), TimeSpan.FromSeconds(60), cancel);
        return new X2goBroker(process, string.Create(CultureInfo.InvariantCulture, $"http://{address}:{port}"));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    // One that has ended meanwhile counts no more.
    private static TimeSpan Of(int pid)
    {
        try
        {
            return Storm.Cpu.Of(pid);
        }
        catch (Exception gone) when (gone is IOException or ArgumentOutOfRangeException or FormatException or IndexOutOfRangeException)
        {
            return TimeSpan.Zero;
        }
    }

    private static string Profile(int pool) =>
        $"[pool{pool}]\nname=Pool {pool}\nhost={string.Join(",", Enumerable.Range(1, Hosts).Select(host => $"sh{pool}{host:00}.vdi.test (127.77.{pool + 1}.{host})"))}\n\n";
}
