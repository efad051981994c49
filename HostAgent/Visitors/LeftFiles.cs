using System.Diagnostics;
using System.Globalization;

namespace VdiBroker.Agent.Visitors;

/// <summary>
/// Files of one account, wherever they are: found and removed by <c>find</c>, which holds on to the folders that it walks through, so that nobody can put a link in its
/// way. Names of files are never kept or told: they are what a visitor wrote.
/// </summary>
internal static class LeftFiles
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(5);

    // What is no place for people's files, or is not this host's own.
    private static readonly string[] Elsewhere =
    [
        "proc", "sysfs", "cgroup", "cgroup2", "devpts", "devtmpfs", "securityfs", "debugfs", "tracefs", "pstore", "bpf", "autofs", "fusectl", "configfs", "binfmt_misc", "hugetlbfs",
        "rpc_pipefs", "efivarfs", "squashfs", "iso9660", "nsfs", "selinuxfs", "nfs", "nfs4", "cifs", "smb3",
    ];

    /// <summary>Removes what the account owns in these places; a place that is not there has nothing.</summary>
    public static async Task RemoveAsync(uint owner, IEnumerable<string> places, CancellationToken cancel)
    {
        string[] there = [.. places.Where(Path.Exists)];
        if (there.Length > 0) await RunAsync(["find", .. there, "-xdev", "-ignore_readdir_race", "-depth", .. Owned(owner), "-delete"], cancel);
    }

    /// <summary>Removes a folder with all that is in it, whoever owns that.</summary>
    public static async Task RemoveTreeAsync(string folder, CancellationToken cancel)
    {
        if (Path.Exists(folder)) await RunAsync(["rm", "-rf", "--one-file-system", "--", folder], cancel);
    }

    /// <summary>Looks through every file system of the host that people can write to, up to the first file of the account's: how many there are is for their owner to choose.</summary>
    /// <returns>The first folder of its path, which is the host's own word; what follows may be the visitor's. Empty = it has been looked everywhere and there is none.</returns>
    /// <exception cref="IOException">It could not be looked everywhere.</exception>
    public static async Task<string> FindAsync(uint owner, CancellationToken cancel)
    {
        var (output, complaint) = await RunAsync(["find", .. Mounts(), "-xdev", "-ignore_readdir_race", .. Owned(owner), "-printf", "%h", "-quit"], cancel);
        if (output.Length > 0) return output.Split('/') is [_, var top, ..] ? "/" + top : "/";
        return complaint.Length == 0 ? "" : throw new IOException($"the host could not be searched: {complaint}");
    }

    /// <summary>Where the file systems are that can hold somebody's files, each once.</summary>
    public static IReadOnlyList<string> Mounts() => MountsOf(File.ReadLines("/proc/self/mountinfo"));

    /// <summary>The rule, on the lines of <c>mountinfo</c>: id, parent, device, root, place, options, … - type, source, super options.</summary>
    public static IReadOnlyList<string> MountsOf(IEnumerable<string> lines) =>
    [
        .. from line in lines
           let parts = line.Split(" - ")
           where parts.Length == 2
           let mount = parts[0].Split(' ')
           let system = parts[1].Split(' ')
           where mount.Length >= 6 && system.Length >= 3
           where !Elsewhere.Contains(system[0]) && !system[0].StartsWith("fuse", StringComparison.Ordinal)
           where Writes(mount[5]) && Writes(system[2])
           let place = Unescaped(mount[4])
           where Path.Exists(place)
           group place by (mount[2], mount[3]) into same
           select same.First(),
    ];

    private static bool Writes(string options) => options.Split(',').Contains("rw");

    // Blanks and the like are written in octal.
    private static string Unescaped(string text) => text.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);

    private static string[] Owned(uint owner)
    {
        var id = owner.ToString(CultureInfo.InvariantCulture);
        return ["(", "-uid", id, "-o", "-gid", id, ")"];
    }

    /// <summary>Runs a tool, not in the way of people's programs.</summary>
    /// <returns>What it said on its output, and the first of what it complained of, but for files that went while it looked.</returns>
    public static async Task<(string Output, string Complaint)> RunAsync(string[] command, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("nice", ["-n", "10", .. command]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        using var tool = Process.Start(start) ?? throw new IOException($"{command[0]} could not be started");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Within);
        try
        {
            var output = tool.StandardOutput.ReadToEndAsync(patience.Token);
            var complaints = (await tool.StandardError.ReadToEndAsync(patience.Token)).Split('\n');
            var said = await output;
            await tool.WaitForExitAsync(patience.Token);
            var serious = complaints.Where(line => line.Length > 0 && !line.EndsWith("No such file or directory", StringComparison.Ordinal)).ToList();
            // A complaint may name a file, and names are not told.
            return (said, serious.Count == 0 ? "" : $"{command[0]} failed {serious.Count} times: {serious[0].Split(": ")[^1]}");
        }
        finally
        {
            if (!tool.HasExited) tool.Kill(entireProcessTree: true);
        }
    }
}
