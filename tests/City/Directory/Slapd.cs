using System.Net;
using System.Net.Sockets;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>
/// A real OpenLDAP server over LDAPS (and LDAP with StartTLS, which takes no password without TLS), with the city's people, groups, password policy and
/// two service accounts. Ports are random and stay the same over a restart, as do data. Needs the Debian packages slapd and ldap-utils.
/// </summary>
public sealed class Slapd : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);

    // An anonymous bind, as sent: any answer shows that the server serves.
    private static readonly byte[] AnonymousBind = [0x30, 0x0c, 0x02, 0x01, 0x01, 0x60, 0x07, 0x02, 0x01, 0x03, 0x04, 0x00, 0x80, 0x00];

    private readonly SlapdPlan _plan;
    private readonly string _name;
    private readonly int _port;
    private readonly int _tlsPort;
    private ServerProcess? _process;

    private Slapd(SlapdPlan plan, string name, string adminPassword)
    {
        (_port, _tlsPort) = FreePorts(IPAddress.Parse(plan.Address));
        _plan = plan;
        _name = name;
        AdminPassword = adminPassword;
    }

    /// <summary>Who is in it.</summary>
    public Townspeople People => _plan.People;

    /// <summary><c>ldaps://address:port</c>.</summary>
    public string LdapsUri => $"ldaps://{_plan.Address}:{_tlsPort}";

    /// <summary><c>ldap://address:port</c>; a password is taken only after StartTLS.</summary>
    public string LdapUri => $"ldap://{_plan.Address}:{_port}";

    /// <summary>The CA that signed its certificate.</summary>
    public string CaFile => Path.Combine(_plan.Folder, "tls", "ca.crt");

    /// <summary>The broker's account: reads people and groups, no password, writes nothing.</summary>
    public string BrokerDn => $"cn=broker,ou=services,{People.Suffix}";

    /// <summary>File with the password of <see cref="BrokerDn"/>, readable by its owner alone.</summary>
    public string BrokerPasswordFile => Path.Combine(_plan.Folder, "secrets", "broker");

    /// <summary>The hosts' account: reads what makes an account on a host (posix attributes), no password, no group of <c>ou=groups</c>.</summary>
    public string NslcdDn => $"cn=nslcd,ou=services,{People.Suffix}";

    /// <summary>File with the password of <see cref="NslcdDn"/>, readable by its owner alone.</summary>
    public string NslcdPasswordFile => Path.Combine(_plan.Folder, "secrets", "nslcd");

    /// <summary>The administrator: may do anything.</summary>
    public string AdminDn => $"cn=admin,{People.Suffix}";

    /// <summary>Password of <see cref="AdminDn"/>, made for this run.</summary>
    public string AdminPassword { get; }

    /// <summary>Locks, expires and resets accounts.</summary>
    public SlapdAccounts Accounts => new(this);

    /// <summary>What ldap-utils need in their environment to trust it, and to be let in where it demands a certificate (its own will do).</summary>
    public IReadOnlyDictionary<string, string> ToolEnvironment => new Dictionary<string, string>
    {
        ["LDAPTLS_CACERT"] = CaFile,
        ["LDAPTLS_CERT"] = _plan.Tls.CertificateFile,
        ["LDAPTLS_KEY"] = _plan.Tls.KeyFile,
    };

    /// <summary>Its log: one line an operation when the plan is verbose.</summary>
    public string LogFile => Path.Combine(_plan.Folder, _name + ".log");

    /// <summary>Process id while it runs.</summary>
    public int Pid => Running.Pid;

    private ServerProcess Running => _process ?? throw new InvalidOperationException("slapd does not run");

    /// <summary>Lays out and starts a server in the given folder; it answers when this returns.</summary>
    public static Task<Slapd> StartAsync(string folder, string address, Townspeople people, DirectoryTls tls, CancellationToken cancel = default) =>
        StartAsync(new SlapdPlan(folder, address, people, tls), cancel);

    /// <summary>Lays out and starts a server; it answers when this returns.</summary>
    /// <exception cref="InvalidOperationException">It could not be loaded or started; the end of its log is in the message.</exception>
    public static async Task<Slapd> StartAsync(SlapdPlan plan, CancellationToken cancel = default)
    {
        var adminPassword = Townspeople.NewPassword();
        await SlapdFiles.LayOutAsync(plan, adminPassword, cancel);
        var slapd = new Slapd(plan, "slapd", adminPassword);
        await slapd.StartAgainAsync(cancel);
        return slapd;
    }

    /// <summary>
    /// Starts another server with the same content, on an address of its own: what one learns the other knows at once, as both work on the same
    /// files (LMDB lets several processes do so). Each is killed, frozen and started again by itself; this one's files must outlive it.
    /// </summary>
    /// <param name="address">Its loopback IP address.</param>
    /// <param name="tls">Its certificate, of the same CA.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Slapd> StartTwinAsync(string address, DirectoryTls tls, CancellationToken cancel = default)
    {
        var name = "slapd-" + address;
        await SlapdFiles.LayOutTwinAsync(_plan, name, tls, cancel);
        var twin = new Slapd(_plan with { Address = address, Tls = tls }, name, AdminPassword);
        await twin.StartAgainAsync(cancel);
        return twin;
    }

    /// <summary>Starts it on its data and ports after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancel = default)
    {
        string[] slapd = ["/usr/sbin/slapd", "-d", _plan.Verbose ? "stats" : "0", "-f", Path.Combine(_plan.Folder, _name + ".conf"), "-h", $"{LdapUri}/ {LdapsUri}/"];
        string[] asOpenldap = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=openldap", "--regid=openldap", "--clear-groups"] : [];
        string[] command = [.. asOpenldap, .. slapd];
        _process = ServerProcess.Start(_name, LogFile, command[0], command[1..]);
        try
        {
            await _process.ReadyAsync(() => AnswersAsync(cancel), StartPatience, cancel);
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Ends it in order.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        Thaw();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Ends it at once, by SIGKILL.</summary>
    public Task KillAsync()
    {
        Running.Send(Signal.Kill);
        return StopAsync();
    }

    /// <summary>Ends it in order and starts it again.</summary>
    public async Task RestartAsync(CancellationToken cancel = default)
    {
        await StopAsync();
        await StartAgainAsync(cancel);
    }

    /// <summary>Stops it in mid-breath (SIGSTOP): connections are taken by the kernel, nothing is answered.</summary>
    public async Task FreezeAsync(CancellationToken cancel = default)
    {
        Running.Send(Signal.Stop);
        // The signal reaches busy threads one by one: until the last has stopped, an answer may still come.
        await Eventually.HoldsAsync("slapd frozen", StartPatience, () => System.IO.Directory.EnumerateDirectories($"/proc/{Pid}/task")
            .All(task => File.ReadAllText(Path.Combine(task, "stat")).Contains(") T ", StringComparison.Ordinal)), cancel);
    }

    /// <summary>Lets it go on after <see cref="FreezeAsync"/>; harmless otherwise.</summary>
    public void Thaw() => _process?.Send(Signal.Continue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(1));
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Parse(_plan.Address), _port, limit.Token);
            await client.GetStream().WriteAsync(AnonymousBind, limit.Token);
            return await client.GetStream().ReadAsync(new byte[64], limit.Token) > 0;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // a second without an answer on a loaded machine: not yet
            return false;
        }
    }

    // Both held open at once, so that they differ.
    private static (int First, int Second) FreePorts(IPAddress address)
    {
        using var first = Loopback.Bind(address);
        using var second = Loopback.Bind(address);
        return (Loopback.PortOf(first), Loopback.PortOf(second));
    }
}
