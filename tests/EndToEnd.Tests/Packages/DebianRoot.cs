using VdiBroker.City.Processes;

namespace VdiBroker.EndToEnd.Tests.Packages;

/// <summary>A small Debian of its own, made from the machine's own package sources, in memory. Roots that are booted are layers over it.</summary>
internal sealed class DebianRoot : IAsyncDisposable
{
    // Downloads and two shared cores; on a quiet machine it is well under a minute.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private DebianRoot(string folder) => Folder = folder;

    /// <summary>A disk of its own; all that is made goes with it.</summary>
    public string Folder { get; }

    private string Lowest => Path.Combine(Folder, "debian");

    /// <summary>Makes it.</summary>
    /// <param name="folder">Made, and a memory disk mounted on it.</param>
    public static async Task<DebianRoot> CreateAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await Tool.OutputAsync("mount", "-t", "tmpfs", "-o", "size=3g,mode=755", "debian-root", folder);
        var root = new DebianRoot(folder);
        try
        {
            // /etc/apt/sources.list.d/debian.sources, or sources.list of an older installation.
            var sources = new[] { "/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list" }.First(File.Exists);
            await SucceedsAsync("mmdebstrap", ["--variant=apt", "--mode=root", "--quiet", "--skip=cleanup/apt/lists", "--include=systemd,systemd-sysv,dbus",
                "--aptopt=Acquire::Languages \"none\"", "--dpkgopt=force-unsafe-io", "bookworm", root.Lowest, sources]);
            // No login prompts on the machine's own terminals.
            foreach (var unit in (string[])["getty@.service", "autovt@.service"]) File.CreateSymbolicLink(Path.Combine(root.Lowest, "etc/systemd/system", unit), "/dev/null");
            return root;
        }
        catch
        {
            await root.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a layer with what a package depends on.</summary>
    /// <param name="name">The package.</param>
    /// <param name="dependencies">As a package's control file writes them.</param>
    public async Task PrepareAsync(string name, string dependencies)
    {
        var seen = await MountAsync(name, "prepared", Lowest, LayerOf(name));
        try
        {
            File.Copy("/etc/resolv.conf", Path.Combine(seen, "etc/resolv.conf"), overwrite: true);
            // Daemons of the dependencies would start on the machine itself: there is no systemd here yet that keeps them.
            var policy = Path.Combine(seen, "usr/sbin/policy-rc.d");
            await File.WriteAllTextAsync(policy, "#!/bin/sh\nexit 101\n");
            File.SetUnixFileMode(policy, (UnixFileMode)0b111_101_101);
            await SucceedsAsync("unshare", ["--mount", "--pid", "--fork", "--kill-child=KILL", "sh", "-ec",
                "mount -t proc proc \"$0/proc\"; mount --bind /dev \"$0/dev\"; exec chroot \"$0\" env DEBIAN_FRONTEND=noninteractive \"$@\"", seen,
                "apt-get", "satisfy", "-y", "-q", "--no-install-recommends", "-o", "Dpkg::Options::=--force-unsafe-io", dependencies]);
            File.Delete(policy);
        }
        finally
        {
            await Tool.OutputAsync("umount", seen);
        }
    }

    /// <summary>Boots a layer that was prepared; what happens in it is written into another one above it.</summary>
    /// <param name="name">The package.</param>
    public async Task<BootedRoot> BootAsync(string name)
    {
        var above = Path.Combine(Folder, name, "changes");
        var root = await MountAsync(name, "root", $"{LayerOf(name)}:{Lowest}", above);
        return await BootedRoot.StartAsync(Path.Combine(Folder, name), root, above, [LayerOf(name), Lowest]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Tool.OutputAsync("umount", "--recursive", Folder);
        Directory.Delete(Folder);
    }

    private string LayerOf(string name) => Path.Combine(Folder, name, "dependencies");

    private async Task<string> MountAsync(string name, string folder, string below, string above)
    {
        var seen = Path.Combine(Folder, name, folder);
        foreach (var needed in (string[])[seen, above, above + ".work"]) Directory.CreateDirectory(needed);
        await Tool.OutputAsync("mount", "-t", "overlay", "-o", $"lowerdir={below},upperdir={above},workdir={above}.work", "debian-layer", seen);
        return seen;
    }

    private static async Task SucceedsAsync(string program, string[] arguments)
    {
        var answer = await Tool.RunAsync(program, arguments, deadline: Deadline);
        if (answer.Status != 0) throw new InvalidOperationException($"{program}: status {answer.Status}\n{answer.Output}\n{answer.Error}");
    }
}
