using System.Globalization;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.EndToEnd.Tests.Packages;

/// <summary>Each package in a Debian of its own with its own systemd: installed, set up, running, a later one over it, removed, purged.</summary>
public sealed class PackageTests(BuiltPackages packages) : IClassFixture<BuiltPackages>
{
    [Fact]
    public async Task A_broker_is_installed_answers_and_is_removed_without_a_trace()
    {
        await using var root = await packages.BootAsync("vdi-broker");
        await InstalledAsync(root, "vdi-broker");

        await root.OutputAsync("vdi-broker", "ca", "init", "--dir", "/root/ca", "--city", "seine-est");
        await root.OutputAsync("vdi-broker", "ca", "issue", "--dir", "/root/ca", "--kind", "broker", "--name", "broker1", "--ip", "127.0.0.1", "--out", "/root/out");
        await root.OutputAsync("install", "-g", "vdi-broker", "-m", "640", "-t", "/etc/vdibroker/tls", "/root/ca/ca.crt", "/root/out/broker1.crt", "/root/out/broker1.key");
        await root.OutputAsync("cp", "/root/ca/ca.crt", "/etc/vdibroker/tls/directory-ca.crt");
        await File.WriteAllTextAsync(root.File("/etc/vdibroker/secrets/ldap-broker"), "nobody-knows\n");
        await root.OutputAsync("chgrp", "-R", "vdi-broker", "/etc/vdibroker/secrets", "/etc/vdibroker/tls");
        await root.OutputAsync("cp", "/usr/share/doc/vdi-broker/examples/city.yaml", "/etc/vdibroker/city.yaml");
        await FilesAsFarAsAllowedAsync(root);
        await root.OutputAsync("systemctl", "start", "vdi-broker");
        await root.SaysAsync("broker", "ready on 0.0.0.0:7443: city seine-est");

        var check = await root.RunAsync("setpriv", "--reuid=vdi-broker", "--regid=vdi-broker", "--init-groups", "vdi-broker", "check");
        Assert.Equal(1, check.Status);
        Assert.Contains("ldap1.city.example:636", check.Output, StringComparison.Ordinal);
        Assert.Contains("BAD", check.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^ *ok .*[Rr]edis", check.Output);

        await StaysAsync(root, "/etc/vdibroker/broker.json", "\n", "vdi-broker", later: false);
        await root.SaysAsync("systemd", "Stopped vdi-broker.service");
        Assert.Equal("active", (await root.RunAsync("systemctl", "is-active", "vdi-broker")).Output.Trim());
        // The stop was the broker's to tell: its own redis-server served it to the end, and ended by it.
        Assert.Equal("mixed", (await root.OutputAsync("systemctl", "show", "--property", "KillMode", "--value", "vdi-broker")).Trim());
        Assert.DoesNotContain("redis-server ended", await root.OutputAsync("journalctl", "--no-pager", "-t", "broker"), StringComparison.Ordinal);
        // The log's levels are the journal's: an error is found as one.
        await Eventually.HoldsAsync("errors among the journal's errors", TimeSpan.FromSeconds(60), async () =>
            (await root.OutputAsync("journalctl", "--no-pager", "-t", "broker", "-p", "err")).Contains("[501] Directory agglo", StringComparison.Ordinal));
        await RemovedAsync(root, "vdi-broker", "/etc/vdibroker/tls/broker1.key", "vdi-broker");
    }

    [Fact]
    public async Task An_agent_is_installed_runs_and_is_removed_without_a_trace()
    {
        await using var root = await packages.BootAsync("vdi-agent");
        await HostSetUp.BringsNothingThatAsksForPasswordsAsync(root, "/root/vdi-agent_0.1.0_amd64.deb");
        await InstalledAsync(root, "vdi-agent");
        Assert.Contains("Remv vdi-agent", await root.OutputAsync("apt-get", "-s", "install", "--no-install-recommends", "libpam-ldapd"), StringComparison.Ordinal);
        await HostSetUp.KeepsSesmanWhateverXrdpDoesAsync(root);

        await CertifyAsync(root, "host", "blade1", "/etc/vdi-agent", "host");
        var settings = root.File("/etc/vdi-agent.conf");
        await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings)).Replace("broker1.city.example", "127.0.0.1", StringComparison.Ordinal));
        await root.OutputAsync("systemctl", "start", "vdi-agent");
        await root.SaysAsync("vdi-agent", "127.0.0.1:7443");
        // PAM's question: the agent answers, and it is a no.
        var redeem = await root.RunAsync("sh", "-c", "echo -n x | PAM_USER=nobody vdi-agent redeem");
        Assert.Equal(1, redeem.Status);
        await root.SaysAsync("vdi-agent", "refused");
        Assert.Equal("root 700", (await root.OutputAsync("stat", "-c", "%U %a", "/etc/vdi-agent")).Trim());

        await StaysAsync(root, "/etc/vdi-agent.conf", "# ours\n", "vdi-agent", later: true);
        Assert.Equal("active", (await root.RunAsync("systemctl", "is-active", "vdi-agent")).Output.Trim());
        await RemovedAsync(root, "vdi-agent", "/etc/vdi-agent/host.key", null);
    }

    [Fact]
    public async Task A_station_is_installed_shows_its_greeter_without_root_and_is_removed_without_a_trace()
    {
        var terminal = (await File.ReadAllTextAsync("/sys/class/tty/tty0/active")).Trim();
        try
        {
            await using var root = await packages.BootAsync("vdi-shim");
            await InstalledAsync(root, "vdi-shim");
            await root.SaysAsync("vdi-shim", "/etc/vdi-shim/ca.crt (ca) is not there");
            await root.SaysAsync("vdi-shim", "names the broker of the example");
            Assert.Contains("0.1.0", await root.OutputAsync("vdi-shim", "--version"), StringComparison.Ordinal);

            await CertifyAsync(root, "station", "accueil-1", "/etc/vdi-shim", "station");
            await root.OutputAsync("chown", "-R", "vdi-station:", "/etc/vdi-shim");
            var settings = root.File("/etc/vdi-shim.conf");
            await File.WriteAllTextAsync(settings, (await File.ReadAllTextAsync(settings)).Replace(".example:", ".test:", StringComparison.Ordinal) + "certificate = /etc/vdi-shim/station.crt\nkey = /etc/vdi-shim/station.key\nlog = /var/log/vdi-shim/journal\n");
            // The one thing that is not as on a station: a card that no machine has.
            await File.WriteAllTextAsync(root.File("/etc/X11/xorg.conf.d/no-card.conf"), "Section \"Device\"\n Identifier \"none\"\n Driver \"dummy\"\nEndSection\n");
            await root.OutputAsync("systemctl", "start", "vdi-shim");
            await PagesAsync(root, 1);
            Assert.Contains("vdi-station seat0 tty7", await root.OutputAsync("loginctl", "--no-legend", "list-sessions"), StringComparison.Ordinal);
            var uid = int.Parse(await root.OutputAsync("id", "-u", "vdi-station"), CultureInfo.InvariantCulture);
            var screen = Assert.Single(root.ProgramsOf(uid), program => program.Name == "Xorg");

            // It comes back by itself, whoever ends.
            Signal.Send(screen.Pid, Signal.Kill);
            await PagesAsync(root, 2);
            Signal.Send(root.ProgramsOf(uid).First(program => program.Arguments is ["/usr/bin/vdi-shim", "--greeter"]).Pid, Signal.Kill);
            await PagesAsync(root, 3);

            await StaysAsync(root, "/etc/vdi-shim.conf", "# ours\n", "vdi-shim", later: true);
            await PagesAsync(root, 4);
            await root.OutputAsync("systemctl", "stop", "vdi-shim");
            await Eventually.HoldsAsync("nothing of the station runs", TimeSpan.FromSeconds(10), () => root.ProgramsOf(uid).Count == 0);
            Assert.Equal("inactive", (await root.RunAsync("systemctl", "is-active", "vdi-shim")).Output.Trim());
            await root.OutputAsync("rm", "/etc/X11/xorg.conf.d/no-card.conf");
            await RemovedAsync(root, "vdi-shim", "/etc/vdi-shim/station.key", "vdi-station");
        }
        finally
        {
            await Tool.RunAsync("chvt", [terminal["tty".Length..]]);
        }
    }

    private static Task PagesAsync(BootedRoot root, int count) => Eventually.HoldsAsync($"page {count} of the greeter", TimeSpan.FromSeconds(60), () =>
        File.ReadLines(root.File("/var/log/vdi-shim/journal")).Count(line => line.Contains("page kind=SignIn", StringComparison.Ordinal)) >= count);

    // Nothing but the package comes: what it depends on was there by its own word. It is enabled, and waits for its settings without failing.
    private static async Task InstalledAsync(BootedRoot root, string name)
    {
        var installed = await root.OutputAsync("sh", "-c", $"apt-get install -y --no-install-recommends /root/{name}_0.1.0_amd64.deb");
        Assert.Contains(" 1 newly installed, 0 to remove", installed, StringComparison.Ordinal);
        Assert.Contains("systemctl start " + name, installed, StringComparison.Ordinal);
        Assert.Equal("enabled", (await root.RunAsync("systemctl", "is-enabled", name)).Output.Trim());
        Assert.Equal("inactive", (await root.RunAsync("systemctl", "is-active", name)).Output.Trim());
        var verified = await root.RunAsync("systemd-analyze", "verify", name + ".service");
        // There is no man in a small Debian.
        Assert.Equal([], (verified.Output + verified.Error).Split('\n').Where(line => line.Length > 0 && !line.Contains("Command 'man ", StringComparison.Ordinal)));
        Assert.Equal("", (await root.OutputAsync("dpkg", "--verify", name)).Trim());
    }

    private async Task CertifyAsync(BootedRoot root, string kind, string name, string folder, string file)
    {
        var issued = await packages.Certificates.IssueAsync(kind, name, packages.Scratch(kind));
        File.Copy(issued.Certificate, root.File($"{folder}/{file}.crt"));
        File.Copy(issued.Key, root.File($"{folder}/{file}.key"));
        File.Copy(packages.Certificates.CaFile, root.File($"{folder}/ca.crt"));
        await root.OutputAsync("chmod", "600", $"{folder}/{file}.key");
    }

    // Where this machine may not raise a limit for files (a container), its systemd cannot either, and would not start the service.
    private static async Task FilesAsFarAsAllowedAsync(BootedRoot root)
    {
        var limit = (await Tool.OutputAsync("sh", "-c", "ulimit -Hn")).Trim();
        if (limit == "unlimited" || int.Parse(limit, CultureInfo.InvariantCulture) >= 65536) return;
        await root.OutputAsync("sh", "-c", $"mkdir -p /run/systemd/system/vdi-broker.service.d && printf '[Service]\\nLimitNOFILE={limit}\\n' > /run/systemd/system/vdi-broker.service.d/limit.conf && systemctl daemon-reload");
    }

    private static async Task StaysAsync(BootedRoot root, string file, string added, string name, bool later)
    {
        var changed = await File.ReadAllTextAsync(root.File(file)) + added;
        await File.WriteAllTextAsync(root.File(file), changed);
        await root.OutputAsync("dpkg", "-i", $"/root/{name}_0.1.0{(later ? "+1" : "")}_amd64.deb");
        Assert.Equal(changed, await File.ReadAllTextAsync(root.File(file)));
        Assert.EndsWith(later ? "+1" : "0.1.0", (await root.OutputAsync("dpkg-query", "-W", "-f", "${Version}", name)).Trim(), StringComparison.Ordinal);
    }

    private static async Task RemovedAsync(BootedRoot root, string name, string key, string? account)
    {
        await root.OutputAsync("apt-get", "remove", "-y", name);
        Assert.NotEqual("active", (await root.RunAsync("systemctl", "is-active", name)).Output.Trim());
        // Keys stay for whoever installs it again.
        Assert.True(File.Exists(root.File(key)));
        await root.OutputAsync("apt-get", "purge", "-y", name);
        Assert.False(File.Exists(root.File(key)));
        if (account is not null) Assert.NotEqual(0, (await root.RunAsync("getent", "passwd", account)).Status);
        if (account is not null) Assert.NotEqual(0, (await root.RunAsync("getent", "group", account)).Status);
        Assert.NotEqual(0, (await root.RunAsync("dpkg-query", "-W", name)).Status);
        Assert.Equal("", (await root.RunAsync("systemctl", "list-units", "--all", "--no-legend", "vdi-*")).Output.Trim());
        await root.OutputAsync("sh", "-c", "rm -r /root/*");
        Assert.Equal([], await root.ChangesAsync());
        Assert.Equal("", (await root.OutputAsync("dpkg", "--audit")).Trim());
    }
}
