using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>
/// A real Active Directory (Samba's domain controller, its LDAP part alone) on a loopback address of its own: domain <c>agglo.test</c>, NetBIOS
/// name <c>AGGLO</c>. LDAPS and StartTLS are on AD's own ports, which cannot be chosen: two domains need two addresses. Three wrong passwords
/// lock for five minutes. About 4 s to start. Needs root (ports below 1024) and the Debian packages samba, samba-ad-provision,
/// samba-dsdb-modules, ldap-utils.
/// </summary>
public sealed class SambaDomain : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string _address;
    private readonly string _adminPassword;
    private ServerProcess? _process;

    private SambaDomain(string folder, string address, string adminPassword)
    {
        _folder = folder;
        _address = address;
        _adminPassword = adminPassword;
    }

    /// <summary><c>ldaps://address</c>.</summary>
    public string LdapsUri => $"ldaps://{_address}";

    /// <summary><c>ldap://address</c>; a bind is taken only after StartTLS.</summary>
    public string LdapUri => $"ldap://{_address}";

    /// <summary>The CA that signed its certificate.</summary>
    public string CaFile => Path.Combine(_folder, "tls", "ca.crt");

    /// <summary>The broker's account: an ordinary one, as AD gives everybody the right to read people and groups.</summary>
    public string BrokerDn => $"CN=svc-broker,OU=Services,{SambaLdif.Suffix}";

    /// <summary>File with the password of <see cref="BrokerDn"/>, readable by its owner alone.</summary>
    public string BrokerPasswordFile => Path.Combine(_folder, "secrets", "broker");

    /// <summary>Its log.</summary>
    public string LogFile => Path.Combine(_folder, "samba.log");

    /// <summary>Process id while it runs; there is but one process.</summary>
    public int Pid => Running.Pid;

    /// <summary>The programs of ldap-utils against <see cref="LdapsUri"/>.</summary>
    public LdapTools Tools => new(LdapsUri, CaFile);

    private ServerProcess Running => _process ?? throw new InvalidOperationException("samba does not run");

    /// <summary>Makes a domain, starts it and adds entries; it answers when this returns.</summary>
    /// <param name="folder">Its own folder, absolute, empty or absent; gone after disposing.</param>
    /// <param name="address">Its loopback address, 127.0.0.0/8; nothing else may listen there on 389, 636, 3268, 3269.</param>
    /// <param name="tls">Its certificate, for <paramref name="address"/>; copied into the folder.</param>
    /// <param name="ldif">People and groups, made by <see cref="SambaLdif"/>; may be empty.</param>
    /// <param name="cancel">Ends the start; nothing is left.</param>
    /// <exception cref="InvalidOperationException">It could not be made, started or filled; what was said is in the message.</exception>
    public static async Task<SambaDomain> StartAsync(string folder, string address, DirectoryTls tls, string ldif, CancellationToken cancel = default)
    {
        if (!Environment.IsPrivilegedProcess) throw new InvalidOperationException("An Active Directory listens on ports below 1024: this needs root.");
        var domain = new SambaDomain(folder, address, SambaLdif.NewPassword());
        try
        {
            await SambaFiles.LayOutAsync(folder, address, tls, domain._adminPassword, cancel);
            await domain.StartAgainAsync(cancel);
            await domain.ApplyAsync(domain.Furniture() + ldif, cancel);
            return domain;
        }
        catch
        {
            await domain.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on its data after <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync(CancellationToken cancel = default)
    {
        // one process, in the foreground: its end is the end of everything
        _process = ServerProcess.Start("samba", LogFile, "/usr/sbin/samba",
            ["--foreground", "--no-process-group", "--model=single", "--debug-stdout", "--debuglevel=1", $"--configfile={SambaFiles.Conf(_folder)}"]);
        try
        {
            await _process.ReadyAsync(async () => (await BindAsync($"Administrator@{SambaLdif.Realm}", _adminPassword, cancel)).Status == 0, StartPatience, cancel);
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    /// <summary>Adds and changes entries as the domain's administrator.</summary>
    /// <exception cref="InvalidOperationException">Something was refused; the diagnostic is in the message, what came before it is done.</exception>
    public async Task ApplyAsync(string ldif, CancellationToken cancel = default)
    {
        var answer = await Tools.ApplyAsync($"Administrator@{SambaLdif.Realm}", _adminPassword, ldif, cancel);
        if (answer.Status != 0) throw new InvalidOperationException($"ldapmodify: result {answer.Status}\n{answer.Output}{answer.Error}");
    }

    /// <summary>Binds and reads the root entry: status 0, or the result code with the diagnostic in the error text.</summary>
    /// <param name="name">DN, <c>name@agglo.test</c> or <c>AGGLO\name</c>.</param>
    /// <param name="password">Their password.</param>
    /// <param name="cancel">Ends it.</param>
    public Task<ToolAnswer> BindAsync(string name, string password, CancellationToken cancel = default) => Tools.BindAsync(name, password, cancel);

    /// <summary>Lets someone's password be a hundred days old, more than the domain's 42 allow: it has expired.</summary>
    public Task ExpirePasswordAsync(string dn, CancellationToken cancel = default) =>
        SambaFiles.ActAsync(null, ["age", SambaFiles.Conf(_folder), dn, "100"], cancel);

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

    /// <summary>Ends it and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (System.IO.Directory.Exists(_folder)) System.IO.Directory.Delete(_folder, recursive: true);
    }

    // Branches, the broker's account, and a lockout: Samba has none by default. Passwords may be changed on the day they were set, so that tests can.
    private string Furniture()
    {
        var password = SambaLdif.NewPassword();
        ServerFolder.WriteSecret(BrokerPasswordFile, password);
        return SambaLdif.Unit(SambaLdif.People) + SambaLdif.Unit(SambaLdif.Groups) + SambaLdif.Unit($"OU=Services,{SambaLdif.Suffix}")
            + SambaLdif.Person("svc-broker", password, "userAccountControl: 66048").Replace(SambaLdif.PersonDn("svc-broker"), BrokerDn, StringComparison.Ordinal)
            + LdapTools.Record(SambaLdif.Suffix, "changetype: modify", "replace: lockoutThreshold", "lockoutThreshold: 3", "-",
                "replace: lockoutDuration", "lockoutDuration: -3000000000", "-", "replace: lockOutObservationWindow", "lockOutObservationWindow: -3000000000", "-",
                "replace: minPwdAge", "minPwdAge: 0", "-");
    }
}
