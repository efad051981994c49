using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>
/// A real 389 Directory Server over LDAPS and StartTLS, with memberOf for both kinds of group, account policies, and password policies for
/// single people. Three wrong passwords lock for five minutes. Ports are random and stay the same over a restart. About 2 s to start, and
/// 3 s to end in order. Needs the Debian packages 389-ds-base, ldap-utils, openssl.
/// </summary>
public sealed class Ds389 : IAsyncDisposable
{
    /// <summary>The administrator: may do anything.</summary>
    public const string AdminDn = "cn=Directory Manager";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string _address;
    private readonly int _port;
    private readonly int _tlsPort;
    private ServerProcess? _process;

    private Ds389(string folder, string address)
    {
        _folder = folder;
        _address = address;
        _port = Loopback.FreePort(address);
        do _tlsPort = Loopback.FreePort(address);
        while (_tlsPort == _port);
    }

    /// <summary><c>ldaps://address:port</c>.</summary>
    public string LdapsUri => $"ldaps://{_address}:{_tlsPort}";

    /// <summary><c>ldap://address:port</c>; a bind is taken only after StartTLS.</summary>
    public string LdapUri => $"ldap://{_address}:{_port}";

    /// <summary>The CA that signed its certificate.</summary>
    public string CaFile => Path.Combine(_folder, "tls", "ca.crt");

    /// <summary>The broker's account: reads everything but passwords, writes nothing.</summary>
    public string BrokerDn => $"cn=broker,ou=services,{Ds389Ldif.Suffix}";

    /// <summary>File with the password of <see cref="BrokerDn"/>, readable by its owner alone.</summary>
    public string BrokerPasswordFile => Path.Combine(_folder, "secrets", "broker");

    /// <summary>Password of <see cref="AdminDn"/>, made for this run.</summary>
    public string AdminPassword { get; } = Townspeople.NewPassword();

    /// <summary>Its log.</summary>
    public string LogFile => Path.Combine(_folder, "ns-slapd.log");

    /// <summary>Process id while it runs.</summary>
    public int Pid => Running.Pid;

    /// <summary>The programs of ldap-utils against <see cref="LdapsUri"/>.</summary>
    public LdapTools Tools => new(LdapsUri, CaFile);

    private ServerProcess Running => _process ?? throw new InvalidOperationException("ns-slapd does not run");

    /// <summary>Lays out a server, starts it and adds entries; it answers when this returns.</summary>
    /// <param name="folder">Its own folder, absolute, empty or absent; gone after disposing. Opened for others to walk into, as is the one around it below the temp directory.</param>
    /// <param name="address">Its loopback address.</param>
    /// <param name="tls">Its certificate, for <paramref name="address"/>; copied into the folder.</param>
    /// <param name="ldif">Policies, people and groups, made by <see cref="Ds389Ldif"/>; may be empty.</param>
    /// <param name="cancel">Ends the start; nothing is left.</param>
    /// <exception cref="InvalidOperationException">It could not be laid out, started or filled; what was said is in the message.</exception>
    public static async Task<Ds389> StartAsync(string folder, string address, DirectoryTls tls, string ldif, CancellationToken cancel = default)
    {
        var directory = new Ds389(folder, address);
        try
        {
            await Ds389Files.LayOutAsync(folder, address, directory._port, directory._tlsPort, tls, directory.AdminPassword, cancel);
            await directory.StartAgainAsync(cancel);
            var brokerPassword = Townspeople.NewPassword();
            ServerFolder.WriteSecret(directory.BrokerPasswordFile, brokerPassword);
            await directory.ApplyAsync(Ds389Ldif.Furniture(directory.BrokerDn, brokerPassword) + ldif, cancel);
            return directory;
        }
        catch
        {
            await directory.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on its data and ports after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancel = default)
    {
        string[] server = ["/usr/sbin/ns-slapd", "-D", Ds389Files.Configuration(_folder), "-i", Path.Combine(_folder, "run", "pid"), "-d", "0"];
        string[] asDirsrv = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=dirsrv", "--regid=dirsrv", "--clear-groups"] : [];
        string[] command = [.. asDirsrv, .. server];
        _process = ServerProcess.Start("ns-slapd", LogFile, command[0], command[1..]);
        try
        {
            await _process.ReadyAsync(async () => (await BindAsync(AdminDn, AdminPassword, cancel)).Status == 0, StartPatience, cancel);
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Adds and changes entries as the administrator.</summary>
    /// <exception cref="InvalidOperationException">Something was refused; the diagnostic is in the message, what came before it is done.</exception>
    public async Task ApplyAsync(string ldif, CancellationToken cancel = default)
    {
        var answer = await Tools.ApplyAsync(AdminDn, AdminPassword, ldif, cancel);
        if (answer.Status != 0) throw new InvalidOperationException($"ldapmodify: result {answer.Status}\n{answer.Output}{answer.Error}");
    }

    /// <summary>Binds, asking for the ppolicy control, and reads the root entry: status 0, or the result code with the diagnostic in the error text.</summary>
    public Task<ToolAnswer> BindAsync(string dn, string password, CancellationToken cancel = default) => Tools.BindAsync(dn, password, cancel);

    /// <summary>Ends it in order; its data stay until it is disposed.</summary>
    public async Task StopAsync()
    {
        if (_process is null) return;
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Ends it at once, by SIGKILL; its data stay until it is disposed.</summary>
    public Task KillAsync()
    {
        Running.Send(Signal.Kill);
        return StopAsync();
    }

    /// <summary>Ends it, not in order as its data are of no use any more, and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _process?.Send(Signal.Kill);
        await StopAsync();
        if (System.IO.Directory.Exists(_folder)) System.IO.Directory.Delete(_folder, recursive: true);
    }
}
