namespace VdiBroker.City.Directory;

/// <summary>Lays out an Active Directory's folder: every place that Samba would use of the machine is one in it.</summary>
internal static class SambaFiles
{
    public static string Conf(string folder) => Path.Combine(folder, "smb.conf");

    /// <summary>About 3 s, most of them AD's own schema.</summary>
    public static async Task LayOutAsync(string folder, string address, DirectoryTls tls, string adminPassword, CancellationToken cancel)
    {
        foreach (var part in (string[])["private", "state", "cache", "lock", "run", "ncalrpc", "bindns", "log", "tls", "secrets", "sysvol/agglo.test/scripts"])
            System.IO.Directory.CreateDirectory(Path.Combine(folder, part), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(tls.CaFile, Path.Combine(folder, "tls", "ca.crt"), overwrite: true);
        File.Copy(tls.CertificateFile, Path.Combine(folder, "tls", "server.crt"), overwrite: true);
        File.Copy(tls.KeyFile, Path.Combine(folder, "tls", "server.key"), overwrite: true);
        await File.WriteAllTextAsync(Conf(folder), Configuration(folder, address), cancel);
        await ActAsync(adminPassword, ["provision", Conf(folder), address], cancel);
    }

    /// <summary>Runs <c>Files/samba-domain</c>.</summary>
    public static Task ActAsync(string? input, string[] arguments, CancellationToken cancel) =>
        // Debian's Python, which has Samba's modules; whatever the caller's path and variables say
        ServerFolder.RunAsync(input, "/usr/bin/python3", ["-I", Path.Combine(AppContext.BaseDirectory, "Files/samba-domain"), .. arguments], cancel);

    // The ports of AD (389, 636, 3268, 3269) cannot be chosen: the address can.
    private static string Configuration(string folder, string address) => $"""
        [global]
        netbios name = DC1
        realm = AGGLO.TEST
        workgroup = AGGLO
        server role = active directory domain controller
        server services = ldap
        dcerpc endpoint servers = -dnsserver
        disable netbios = yes
        interfaces = {address}/8
        bind interfaces only = yes
        private dir = {folder}/private
        state directory = {folder}/state
        cache directory = {folder}/cache
        lock directory = {folder}/lock
        pid directory = {folder}/run
        ncalrpc dir = {folder}/ncalrpc
        binddns dir = {folder}/bindns
        ntp signd socket directory = {folder}/ntp
        winbindd socket directory = {folder}/winbindd
        log file = {folder}/log/%m.log
        rpc start on demand helpers = no
        ldap server require strong auth = yes
        tls enabled = yes
        tls cafile = {folder}/tls/ca.crt
        tls certfile = {folder}/tls/server.crt
        tls keyfile = {folder}/tls/server.key

        [sysvol]
        path = {folder}/sysvol
        read only = yes

        [netlogon]
        path = {folder}/sysvol/agglo.test/scripts
        read only = yes

        """;
}
