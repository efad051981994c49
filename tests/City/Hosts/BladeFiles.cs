using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using VdiBroker.City.Brokers;
using VdiBroker.City.Processes;

namespace VdiBroker.City.Hosts;

/// <summary>
/// Writes what deploy/host ships into a blade's own folder, with this city's addresses, ports and paths put in their place: the same files that
/// an operator installs, so that the story proves them.
/// </summary>
internal sealed partial class BladeFiles(BladePlan plan, BladeSite site)
{
    public string Folder { get; } = Path.Combine(site.Folder, plan.Name);

    public string Etc => Path.Combine(Folder, "etc");

    public string Log => Path.Combine(Folder, "log");

    public string Init => Path.Combine(Folder, "init");

    public string AgentConfig => Path.Combine(Folder, "agent.conf");

    public string Agent => Path.Combine(Folder, "bin/vdi-agent");

    /// <summary>Known once the files are written.</summary>
    public string RdpCertificateSha256 { get; private set; } = "";

    public async Task WriteAsync()
    {
        foreach (var folder in (string[])[Etc, Path.Combine(Etc, "xrdp"), Log, Path.Combine(Folder, "bin"), Path.Combine(Folder, "tls")]) System.IO.Directory.CreateDirectory(folder);
        File.Copy(site.Programs.Agent, Agent, overwrite: true);
        // The RDP server's files first in the folder that the blade sees as /etc/xrdp: keyboard maps and scripts of the package, then ours.
        await Tool.OutputAsync("/bin/cp", "-r", "/etc/xrdp/.", Path.Combine(Etc, "xrdp"));
        var tls = Path.Combine(Folder, "tls");
        var issued = await Task.WhenAll(
            site.Certificates.IssueAsync("host", plan.Name, tls),
            site.Certificates.IssueAsync("server", plan.Name + "-rdp", tls, plan.Address));
        using (var shown = X509CertificateLoader.LoadCertificateFromFile(issued[1].Certificate)) RdpCertificateSha256 = Convert.ToHexStringLower(SHA256.HashData(shown.RawData));
        WriteXrdp(issued[1]);
        WriteNames();
        if (plan.PcOf is null) WriteAgent(issued[0], issued[1]);
        await File.WriteAllTextAsync(Init, InitScript());
        File.SetUnixFileMode(Init, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        System.IO.Directory.CreateDirectory(Path.Combine(Log, "xrdp"));
        await Tool.OutputAsync("/bin/chown", "-R", "xrdp:xrdp", Path.Combine(Log, "xrdp"), Path.Combine(Etc, "xrdp/key.pem"));
    }

    private void WriteXrdp(IssuedCertificate rdp)
    {
        var target = Path.Combine(Etc, "xrdp");
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(site.Programs.HostFiles, "xrdp"))) File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
        var startwm = Path.Combine(site.Programs.HostFiles, "startwm.sh");
        if (File.Exists(startwm)) File.Copy(startwm, Path.Combine(target, "startwm.sh"), overwrite: true);
        // The package's own key is a link into a folder that this blade's server may not read.
        foreach (var name in (string[])["cert.pem", "key.pem"]) File.Delete(Path.Combine(target, name));
        File.Copy(rdp.Certificate, Path.Combine(target, "cert.pem"));
        File.Copy(rdp.Key, Path.Combine(target, "key.pem"));
        File.SetUnixFileMode(Path.Combine(target, "startwm.sh"), (UnixFileMode)Convert.ToInt32("755", 8));
        SetKeys(Path.Combine(target, "xrdp.ini"), new()
        {
            ["Globals/port"] = $"tcp://{plan.Address}:{BladePlan.RdpPort}",
            ["Globals/certificate"] = "/etc/xrdp/cert.pem",
            ["Globals/key_file"] = "/etc/xrdp/key.pem",
            ["Logging/LogFile"] = Path.Combine(Log, "xrdp/xrdp.log"),
            ["Logging/EnableSyslog"] = "false",
        });
        SetKeys(Path.Combine(target, "sesman.ini"), new()
        {
            ["Globals/ListenPort"] = Loopback.FreePort().ToString(CultureInfo.InvariantCulture),
            ["Sessions/X11DisplayOffset"] = Loopback.FreeDisplays().ToString(CultureInfo.InvariantCulture),
            ["Logging/LogFile"] = Path.Combine(Log, "sesman.log"),
            ["Logging/EnableSyslog"] = "false",
        });
        System.IO.Directory.CreateDirectory(Path.Combine(Etc, "pam.d"));
        File.WriteAllText(Path.Combine(Etc, "pam.d/xrdp-sesman"), plan.PcOf is { } owner ? PcPam(owner) : AgentPath().Replace(File.ReadAllText(Path.Combine(site.Programs.HostFiles, "pam.d/xrdp-sesman")), Agent));
    }

    // As a PC of a domain: the directory itself says whether the password is right, asked by its own tool, which gets it by a pipe.
    private string PcPam(string owner)
    {
        var check = Path.Combine(Folder, "bin/check-password");
        File.WriteAllText(check, $"""
            #!/bin/sh
            [ "$PAM_USER" = '{owner}' ] || exit 1
            LDAPTLS_CACERT='{site.Names.CaFile}' exec ldapwhoami -x -o nettimeout=3 -H '{site.Names.Uri}' -D "$(cat '{Folder}/owner')" -y /dev/stdin

            """);
        File.SetUnixFileMode(check, (UnixFileMode)Convert.ToInt32("755", 8));
        File.WriteAllText(Path.Combine(Folder, "owner"), site.Names.DnOf(owner));
        return $"""
            #%PAM-1.0
            auth     requisite  pam_exec.so expose_authtok quiet {check}
            auth     required   pam_permit.so
            account  required   pam_permit.so
            password required   pam_deny.so
            session  required   pam_env.so readenv=1
            session  required   pam_mkhomedir.so umask=0077
            session  required   pam_unix.so

            """;
    }

    private void WriteNames()
    {
        var names = site.Names;
        var lines = new Dictionary<string, string>
        {
            ["uri"] = names.Uri,
            ["base"] = names.People,
            ["base passwd"] = names.People,
            ["base group"] = names.Groups,
            ["binddn"] = names.BindDn,
            ["bindpw"] = names.BindPassword,
            ["tls_cacertfile"] = names.CaFile,
            ["map passwd homeDirectory"] = $"\"{site.Homes}/${{uid}}\"",
        };
        var kept = File.ReadLines(Path.Combine(site.Programs.HostFiles, "nslcd.conf"))
            .Where(line => !lines.Keys.Any(key => line.StartsWith(key + " ", StringComparison.Ordinal)));
        WritePrivate(Path.Combine(Etc, "nslcd.conf"), kept.Concat(lines.Select(line => $"{line.Key} {line.Value}")));
        File.WriteAllLines(Path.Combine(Etc, "nsswitch.conf"), File.ReadLines("/etc/nsswitch.conf").Select(line =>
            line.StartsWith("passwd:", StringComparison.Ordinal) || line.StartsWith("group:", StringComparison.Ordinal) ? $"{line.Split(':')[0]}: files ldap" : line));
    }

    private void WriteAgent(IssuedCertificate agent, IssuedCertificate rdp) => File.WriteAllLines(AgentConfig,
    [
        $"broker = {site.BrokerUri}",
        $"ca = {site.Certificates.CaFile}",
        $"certificate = {agent.Certificate}",
        $"key = {agent.Key}",
        $"rdp-certificate = {rdp.Certificate}",
    ]);

    private string InitScript() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Files/blade-init"))
        .Replace("@NAME@", plan.Name).Replace("@BLADE@", Folder).Replace("@HOMES@", site.Homes)
        .Replace("@CA@", site.Certificates.CaFile).Replace("@DIRECTORY_CA@", site.Names.CaFile);

    private static void WritePrivate(string file, IEnumerable<string> lines)
    {
        File.Delete(file);
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        using var writer = new StreamWriter(stream);
        foreach (var line in lines) writer.WriteLine(line);
    }

    /// <summary>Sets "section/key" values of an .ini file, where they are or at the end of their section.</summary>
    private static void SetKeys(string file, Dictionary<string, string> values)
    {
        var left = new Dictionary<string, string>(values);
        var written = new List<string>();
        var section = "";
        foreach (var line in File.ReadLines(file).Append("[]"))
        {
            if (line.StartsWith('['))
            {
                foreach (var key in left.Keys.Where(key => key.StartsWith(section + "/", StringComparison.Ordinal)).ToList())
                {
                    written.Add($"{key.Split('/')[1]}={left[key]}");
                    left.Remove(key);
                }
                section = line.Trim('[', ']', ' ');
            }
            var name = $"{section}/{line.Split('=')[0].Trim()}";
            if (left.Remove(name, out var value)) written.Add($"{name.Split('/')[1]}={value}");
            else if (line != "[]") written.Add(line);
        }
        foreach (var (key, value) in left) written.AddRange([$"[{key.Split('/')[0]}]", $"{key.Split('/')[1]}={value}"]);
        File.WriteAllLines(file, written);
    }

    [GeneratedRegex(@"\S*/vdi-agent\b(?!/)")]
    private static partial Regex AgentPath();
}
