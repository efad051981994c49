using VdiBroker.City.Processes;

namespace VdiBroker.EndToEnd.Tests.Packages;

/// <summary>What an overlay's upper layer has changed in the layers below it.</summary>
internal static class LayerChanges
{
    // What every boot and every use of apt leaves. Nothing of ours may hide in it: see ReadAsync.
    private static readonly string[] Expected =
    [
        "tmp/", "root/", "var/tmp/", "var/log/", "var/cache/", "var/lib/apt/", "var/lib/dpkg/", "var/lib/systemd/", "var/lib/dbus/", "var/lib/redis/",
        "etc/machine-id", "etc/.pwd.lock", "etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/.updated", "var/.updated", "etc/mtab",
    ];

    /// <summary>One line for each file that was added, removed or changed in content, kind, owner or mode.</summary>
    /// <param name="changes">The upper layer.</param>
    /// <param name="below">The layers below, the upper one first.</param>
    public static async Task<IReadOnlyList<string>> ReadAsync(string changes, IReadOnlyList<string> below)
    {
        var found = new List<string>();
        foreach (var (path, now) in await ListAsync(changes))
        {
            // dpkg's word for a package that is gone is asked for by itself.
            if (path.StartsWith("var/lib/dpkg/", StringComparison.Ordinal)) continue;
            if (!path.Contains("vdi", StringComparison.Ordinal) && Expected.Any(expected => path.StartsWith(expected, StringComparison.Ordinal))) continue;
            var before = await BeforeAsync(path, below);
            if (now.StartsWith("c 0 ", StringComparison.Ordinal)) found.Add($"removed: {path}");
            else if (before is null) found.Add($"added: {path} ({now})");
            else if (before.Value.Kind != now || !SameContent(Path.Combine(changes, path), Path.Combine(before.Value.Layer, path), now)) found.Add($"changed: {path} ({before.Value.Kind} -> {now})");
        }
        return found;
    }

    // "c 0 …" is a file of a lower layer that was removed.
    private static async Task<IEnumerable<(string Path, string Kind)>> ListAsync(string folder)
    {
        var answer = await Tool.OutputAsync("find", folder, "-mindepth", "1", "(", "-type", "c", "-printf", "%P\tc 0 %m\n", ")", "-o", "-printf", "%P\t%y %m %U:%G %l\n");
        return answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (line.Split('\t')[0], line.Split('\t')[1]));
    }

    private static async Task<(string Layer, string Kind)?> BeforeAsync(string path, IReadOnlyList<string> below)
    {
        foreach (var layer in below)
        {
            var file = Path.Combine(layer, path);
            // A link that leads nowhere from outside is there all the same.
            if (!Path.Exists(file) && new FileInfo(file).LinkTarget is null) continue;
            return (layer, (await Tool.OutputAsync("find", file, "-maxdepth", "0", "-printf", "%y %m %U:%G %l")).TrimEnd('\n'));
        }
        return null;
    }

    private static bool SameContent(string one, string other, string kind) =>
        !kind.StartsWith("f ", StringComparison.Ordinal) || File.ReadAllBytes(one).AsSpan().SequenceEqual(File.ReadAllBytes(other));
}
