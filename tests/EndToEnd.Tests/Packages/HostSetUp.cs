using System.Text.RegularExpressions;
using VdiBroker.City;
using VdiBroker.City.Processes;
using Xunit;

namespace VdiBroker.EndToEnd.Tests.Packages;

/// <summary>What <c>deploy/host/README.md</c> makes of a Debian beside installing the agent's package.</summary>
internal static partial class HostSetUp
{
    private const string Units = "/etc/systemd/system";
    private static readonly TimeSpan _comesBackWithin = TimeSpan.FromSeconds(30);

    // PAM modules that put themselves into everybody's logon, and what listens to the network for printers.
    private static readonly string[] _unwanted = ["libpam-ldapd", "libpam-krb5", "libpam-heimdal", "libpam-sss", "cups-browsed", "avahi-daemon"];

    /// <summary>Neither the README's command nor one that follows every recommendation installs what must not be on a host.</summary>
    public static async Task BringsNothingThatAsksForPasswordsAsync(BootedRoot root, string package)
    {
        var readme = await File.ReadAllLinesAsync(Path.Combine(CityPrograms.Root(), "deploy/host/README.md"));
        var command = readme.First(line => line.StartsWith("    apt install ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[2..];
        var written = await InstalledByAsync(root, [.. command.Select(word => word.StartsWith("./vdi-agent_", StringComparison.Ordinal) ? package : word)]);
        foreach (var wanted in (string[])["vdi-agent", "nslcd", "libnss-ldapd", "cups-daemon", "nfs-common"]) Assert.Contains(wanted, written);
        Assert.Empty(written.Intersect(_unwanted));

        Assert.Empty((await InstalledByAsync(root, ["-o", "APT::Install-Recommends=true", package])).Intersect(_unwanted));
    }

    /// <summary>With the two files of <c>deploy/host/systemd</c>, sesman and the sockets of its sessions outlive a restart and a crash of xrdp; with Debian's own unit they do not.</summary>
    public static async Task KeepsSesmanWhateverXrdpDoesAsync(BootedRoot root)
    {
        await root.OutputAsync("systemctl", "start", "xrdp-sesman", "xrdp");
        var debians = await PidAsync(root, "xrdp-sesman");
        await root.OutputAsync("systemctl", "restart", "xrdp");
        Assert.NotEqual(debians, await PidAsync(root, "xrdp-sesman"));

        await root.OutputAsync("install", "-m", "644", "/usr/share/vdi-agent/systemd/xrdp-sesman.service", Units + "/xrdp-sesman.service");
        await root.OutputAsync("install", "-D", "-m", "644", "/usr/share/vdi-agent/systemd/xrdp.conf", Units + "/xrdp.service.d/vdi.conf");
        await root.OutputAsync("systemctl", "daemon-reload");
        await root.OutputAsync("systemctl", "restart", "xrdp-sesman", "xrdp");
        var (sesman, xrdp) = (await PidAsync(root, "xrdp-sesman"), await PidAsync(root, "xrdp"));
        await root.OutputAsync("touch", "/run/xrdp/sockdir/of-a-session");

        await root.OutputAsync("systemctl", "restart", "xrdp");
        var restarted = await PidAsync(root, "xrdp");
        Assert.NotEqual(xrdp, restarted);
        await root.OutputAsync("systemctl", "kill", "--signal=KILL", "xrdp");
        await Eventually.HoldsAsync("xrdp comes back", _comesBackWithin, async () => await PidAsync(root, "xrdp") is var now && now != "0" && now != restarted);
        Assert.Equal(sesman, await PidAsync(root, "xrdp-sesman"));
        Assert.Equal("root", (await root.OutputAsync("stat", "-c", "%U", "/run/xrdp/sockdir/of-a-session")).Trim());

        await root.OutputAsync("systemctl", "kill", "--signal=KILL", "xrdp-sesman");
        await Eventually.HoldsAsync("sesman comes back", _comesBackWithin, async () => await PidAsync(root, "xrdp-sesman") is var now && now != "0" && now != sesman);

        await root.OutputAsync("rm", "-r", Units + "/xrdp-sesman.service", Units + "/xrdp.service.d");
        await root.OutputAsync("systemctl", "daemon-reload");
        await root.OutputAsync("systemctl", "restart", "xrdp-sesman", "xrdp");
    }

    private static async Task<string> PidAsync(BootedRoot root, string unit) => (await root.OutputAsync("systemctl", "show", "-p", "MainPID", "--value", unit)).Trim();

    private static async Task<IReadOnlySet<string>> InstalledByAsync(BootedRoot root, string[] arguments) =>
        Installs().Matches(await root.OutputAsync("apt-get", ["-s", "install", .. arguments])).Select(line => line.Groups[1].Value).ToHashSet();

    [GeneratedRegex(@"^Inst (\S+) ", RegexOptions.Multiline)]
    private static partial Regex Installs();
}
