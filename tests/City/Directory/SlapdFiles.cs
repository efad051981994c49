#pragma warning disable CA1416 // the city runs on Linux
using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>Lays out a directory server's folder: configuration, certificates, loaded database, secrets of the service accounts.</summary>
internal static class SlapdFiles
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task LayOutAsync(SlapdPlan plan, string adminPassword, CancellationToken cancel)
    {
        if (Environment.IsPrivilegedProcess) ServerFolder.OpenTheWay(plan.Folder, "openldap");
        foreach (var folder in (string[])["data", "run", "tls", "secrets"])
            System.IO.Directory.CreateDirectory(Path.Combine(plan.Folder, folder));
        // slapd refuses a configuration whose databases have no folder, whichever of them it is to load.
        for (var i = 0; i < plan.Further.Length; i++) System.IO.Directory.CreateDirectory(SlapdConfiguration.FurtherFolder(plan, i));
        File.Copy(plan.Tls.CaFile, Path.Combine(plan.Folder, "tls", "ca.crt"), overwrite: true);
        File.Copy(plan.Tls.CertificateFile, Path.Combine(plan.Folder, "tls", "server.crt"), overwrite: true);
        File.Copy(plan.Tls.KeyFile, Path.Combine(plan.Folder, "tls", "server.key"), overwrite: true);
        var services = new[] { (Cn: "broker", Password: Townspeople.NewPassword()), (Cn: "nslcd", Password: Townspeople.NewPassword()) };
        foreach (var (cn, password) in services) ServerFolder.WriteSecret(Path.Combine(plan.Folder, "secrets", cn), password);
        await File.WriteAllTextAsync(Path.Combine(plan.Folder, "slapd.conf"), SlapdConfiguration.Text(plan, TownspeopleLdif.Ssha(adminPassword)), cancel);
        await LoadAsync(plan, plan.People.Suffix, to => TownspeopleLdif.Write(plan, services, to), cancel);
        for (var i = 0; i < plan.Further.Length; i++)
        {
            if (plan.Further[i].LoadedFolder is not null) continue;
            await LoadAsync(plan, plan.Further[i].Suffix, plan.Further[i].Write, cancel);
        }
        if (Environment.IsPrivilegedProcess) await GiveAwayAsync(plan, cancel);
    }

    /// <summary>The configuration and certificate of another server on the same data.</summary>
    public static async Task LayOutTwinAsync(SlapdPlan plan, string name, DirectoryTls tls, CancellationToken cancel)
    {
        var (configuration, certificate) = (Path.Combine(plan.Folder, name + ".conf"), Path.Combine(plan.Folder, "tls", name));
        File.Copy(tls.CertificateFile, certificate + ".crt", overwrite: true);
        File.Copy(tls.KeyFile, certificate + ".key", overwrite: true);
        File.Copy(Path.Combine(plan.Folder, "slapd.conf"), configuration, overwrite: true);
        File.SetUnixFileMode(configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var text = await File.ReadAllTextAsync(configuration, cancel);
        await File.WriteAllTextAsync(configuration, text.Replace("/tls/server.", $"/tls/{name}.", StringComparison.Ordinal).Replace("/run/slapd.", $"/run/{name}.", StringComparison.Ordinal), cancel);
        if (Environment.IsPrivilegedProcess) await RunAsync(plan, "chown", "chown", ["openldap:openldap", configuration, certificate + ".crt", certificate + ".key"], cancel);
    }

    private static async Task LoadAsync(SlapdPlan plan, string suffix, Action<TextWriter> write, CancellationToken cancel)
    {
        var ldif = Path.Combine(plan.Folder, "run", "people.ldif");
        await using (var to = new StreamWriter(ldif)) write(to);
        await RunAsync(plan, "slapadd", "/usr/sbin/slapadd", ["-q", "-f", Path.Combine(plan.Folder, "slapd.conf"), "-b", suffix, "-l", ldif], cancel);
        File.Delete(ldif);
    }

    // slapd runs as openldap: what it reads is its own. Secrets stay with the city.
    private static async Task GiveAwayAsync(SlapdPlan plan, CancellationToken cancel)
    {
        var own = ((string[])["data", "run", "tls", "slapd.conf"]).Select(name => Path.Combine(plan.Folder, name))
            .Concat(plan.Further.Select(further => further.LoadedFolder).OfType<string>());
        await RunAsync(plan, "chown", "chown", ["-R", "openldap:openldap", .. own], cancel);
        File.SetUnixFileMode(Path.Combine(plan.Folder, "slapd.conf"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task RunAsync(SlapdPlan plan, string name, string program, string[] arguments, CancellationToken cancel)
    {
        await using var tool = ServerProcess.Start(name, Path.Combine(plan.Folder, "tools.log"), program, arguments);
        await tool.ExitedAsync(Patience, cancel);
        if (tool.ExitCode != 0) throw new InvalidOperationException($"{name} ended with status {tool.ExitCode}.\n{tool.LogTail()}");
    }
}
