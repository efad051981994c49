using System.Text.RegularExpressions;

namespace VdiBroker.City.Directory;

/// <summary>Lays out a 389 Directory Server's folder: Debian's own template of a configuration, and a certificate database of NSS.</summary>
internal static partial class Ds389Files
{
    private const string Templates = "/usr/share/dirsrv/data";
    private const string Account = "dirsrv";

    public static string Configuration(string folder) => Path.Combine(folder, "config");

    public static async Task LayOutAsync(string folder, string address, int port, int tlsPort, DirectoryTls tls, string adminPassword, CancellationToken cancel)
    {
        if (Environment.IsPrivilegedProcess) ServerFolder.OpenTheWay(folder, Account);
        string[] parts = ["config", "db", "ldif", "bak", "run", "lock", "log", "tmp"];
        foreach (var part in (string[])[.. parts, "config/schema", "tls"]) System.IO.Directory.CreateDirectory(Path.Combine(folder, part));
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "secrets"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(tls.CaFile, Path.Combine(folder, "tls", "ca.crt"), overwrite: true);
        foreach (var file in (string[])["schema/99user.ldif", "config/slapd-collations.conf", "config/certmap.conf"])
            File.Copy(Path.Combine("/etc/dirsrv", file), Path.Combine(Configuration(folder), file.Replace("config/", "", StringComparison.Ordinal)), overwrite: true);
        var entries = Entries(folder, address, port, tlsPort, TownspeopleLdif.Ssha(adminPassword));
        ServerFolder.WriteSecret(Path.Combine(Configuration(folder), "dse.ldif"), entries);
        await StoreCertificateAsync(folder, tls, cancel);
        if (Environment.IsPrivilegedProcess)
            await ServerFolder.RunAsync(null, "chown", ["-R", $"{Account}:{Account}", .. parts.Select(part => Path.Combine(folder, part))], cancel);
    }

    // The server reads its key from a database of NSS, and NSS reads keys from PKCS #12 alone.
    private static async Task StoreCertificateAsync(string folder, DirectoryTls tls, CancellationToken cancel)
    {
        var (database, bundle) = ($"sql:{Configuration(folder)}", Path.Combine(folder, "secrets", "server.p12"));
        var password = ServerFolder.WriteSecret(Path.Combine(folder, "secrets", "bundle"), Townspeople.NewPassword());
        await ServerFolder.RunAsync(null, "certutil", ["-N", "-d", database, "--empty-password"], cancel);
        await ServerFolder.RunAsync(null, "openssl", ["pkcs12", "-export", "-name", "Server-Cert", "-in", tls.CertificateFile, "-inkey", tls.KeyFile, "-out", bundle, "-passout", $"file:{password}"], cancel);
        await ServerFolder.RunAsync(null, "pk12util", ["-i", bundle, "-d", database, "-w", password, "-K", ""], cancel);
        await ServerFolder.RunAsync(null, "certutil", ["-A", "-d", database, "-n", "ca", "-t", "CT,,", "-a", "-i", tls.CaFile], cancel);
        File.Delete(bundle);
        File.Delete(password);
    }

    private static string Entries(string folder, string address, int port, int tlsPort, string adminHash)
    {
        var values = new Dictionary<string, string>
        {
            ["schema_dir"] = $"{folder}/config/schema",
            ["lock_dir"] = $"{folder}/lock",
            ["tmp_dir"] = $"{folder}/tmp",
            ["cert_dir"] = $"{folder}/config",
            ["config_dir"] = $"{folder}/config",
            ["ldif_dir"] = $"{folder}/ldif",
            ["bak_dir"] = $"{folder}/bak",
            ["run_dir"] = $"{folder}/run",
            ["inst_dir"] = folder,
            ["log_dir"] = $"{folder}/log",
            ["db_dir"] = $"{folder}/db",
            ["db_home_dir"] = $"{folder}/db",
            ["db_lib"] = "bdb",
            ["fqdn"] = "localhost",
            ["ds_port"] = $"{port}",
            ["ds_user"] = Environment.IsPrivilegedProcess ? Account : Environment.UserName,
            ["rootdn"] = Ds389.AdminDn,
            ["ds_passwd"] = adminHash,
            ["ds_suffix"] = Ds389Ldif.Suffix,
            ["ds_bename"] = "userRoot",
            ["ldapi_enabled"] = "off",
            ["ldapi"] = $"{folder}/run/ldapi",
            ["ldapi_autobind"] = "off",
        };
        var template = $"{File.ReadAllText($"{Templates}/template-dse.ldif").TrimEnd()}\n\n{File.ReadAllText($"{Templates}/template-suffix-db.ldif")}";
        var entries = Placeholder().Replace(template, match => values[match.Groups[1].Value]);
        // Policies for single people; three wrong passwords lock for five minutes; a hash that costs nothing, so that tests do not measure it.
        entries = Put(entries, "cn=config", "nsslapd-port", $"""
            nsslapd-listenhost: {address}
            nsslapd-securelistenhost: {address}
            nsslapd-securePort: {tlsPort}
            nsslapd-security: on
            nsslapd-require-secure-binds: on
            nsslapd-pwpolicy-local: on
            passwordStorageScheme: SSHA512
            passwordLockout: on
            passwordMaxFailure: 3
            passwordLockoutDuration: 300
            passwordResetFailureCount: 300
            """);
        entries = Put(entries, "cn=MemberOf Plugin,cn=plugins,cn=config", "memberOfAttr", "memberOfGroupAttr: uniqueMember\nmemberOfAutoAddOC: nsMemberOf");
        entries = Put(entries, "cn=config,cn=Account Policy Plugin,cn=plugins,cn=config", "cn",
            "stateattrname: lastLoginTime\naltstateattrname: createTimestamp\nspecattrname: acctPolicySubentry\nlimitattrname: accountInactivityLimit");
        foreach (var plugin in (string[])["MemberOf", "Account Policy"])
            entries = EnabledLine($"cn={plugin} Plugin,cn=plugins,cn=config").Replace(entries, match => $"{match.Groups[1].Value}on", 1);
        return entries;
    }

    // Adds lines to an entry, behind its first line of this attribute.
    private static string Put(string entries, string dn, string behind, string lines)
    {
        var place = new Regex($"(?<=^|\\n)(dn: {Regex.Escape(dn)}\\n(?:.+\\n)*?{Regex.Escape(behind)}:.*\\n)", RegexOptions.IgnoreCase);
        if (!place.IsMatch(entries)) throw new InvalidOperationException($"{Templates}: there is no {dn} with {behind}. Another version of 389-ds-base?");
        return place.Replace(entries, match => $"{match.Value}{lines}\n", 1);
    }

    private static Regex EnabledLine(string dn) => new($"(dn: {Regex.Escape(dn)}\\n(?:.+\\n)*?nsslapd-pluginenabled: )off", RegexOptions.IgnoreCase);

    [GeneratedRegex("%([a-z_]+)%")]
    private static partial Regex Placeholder();
}
