using System.Globalization;
using VdiBroker.City;
using VdiBroker.City.Processes;

namespace VdiBroker.EndToEnd.Tests.Packages;

/// <summary>A Debian root whose own systemd runs, without a network. Disposing ends it.</summary>
internal sealed class BootedRoot : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServerProcess _process;
    private readonly string _group;
    private readonly string _changes;
    private readonly IReadOnlyList<string> _below;

    private BootedRoot(ServerProcess process, string group, string root, string changes, IReadOnlyList<string> below)
    {
        _process = process;
        _group = group;
        Root = root;
        _changes = changes;
        _below = below;
    }

    /// <summary>Its files, seen from outside.</summary>
    public string Root { get; }

    /// <summary>Process id of its systemd, seen from outside.</summary>
    private int Init => ProcessTable.All().First(program => program.Parent == _process.Pid).Pid;

    /// <summary>Boots a root and waits until all its services are up.</summary>
    /// <param name="folder">Takes the log.</param>
    /// <param name="root">The root.</param>
    /// <param name="changes">The layer that what happens from now on is written into.</param>
    /// <param name="below">The layers below it, the upper one first.</param>
    public static async Task<BootedRoot> StartAsync(string folder, string root, string changes, IReadOnlyList<string> below)
    {
        var group = "vdi-packages-" + Path.GetRandomFileName();
        var script = Path.Combine(CityPrograms.Root(), "tests/EndToEnd.Tests/Packages/boot-root");
        var booted = new BootedRoot(ServerProcess.Start("systemd of " + root, Path.Combine(folder, "boot.log"), script, [root, group]), group, root, changes, below);
        try
        {
            // Before it is systemd it still stands in the machine's own root.
            await booted._process.ReadyAsync(async () => ProcessTable.All().Any(program => program.Pid == booted.Init && program.Name == "systemd") && (await booted.RunAsync("systemctl", "is-system-running")).Output.Trim() is "running" or "degraded", Patience);
            return booted;
        }
        catch
        {
            await booted.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a program in it.</summary>
    public Task<ToolAnswer> RunAsync(string program, params string[] arguments) => Tool.RunAsync("nsenter",
        ["--target", Init.ToString(CultureInfo.InvariantCulture), "--all", "env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", program, .. arguments], deadline: Patience);

    /// <summary>Runs one that must succeed.</summary>
    public async Task<string> OutputAsync(string program, params string[] arguments)
    {
        var answer = await RunAsync(program, arguments);
        return answer.Status == 0 ? answer.Output + answer.Error
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: status {answer.Status}\n{answer.Output}{answer.Error}");
    }

    /// <summary>A file of it, seen from outside.</summary>
    public string File(string path) => Path.Combine(Root, path.TrimStart('/'));

    /// <summary>Waits until its journal has the word, under an identifier.</summary>
    public async Task SaysAsync(string identifier, string word)
    {
        var log = "";
        try
        {
            await Eventually.HoldsAsync($"'{word}' of {identifier}", Patience, async () =>
                (log = await OutputAsync("journalctl", "--no-pager", "-o", "cat", "-t", identifier)).Contains(word, StringComparison.Ordinal));
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{await OutputAsync("journalctl", "--no-pager", "-n", "60")}", late);
        }
    }

    /// <summary>Everything that is not as it was before the boot, but for what every boot and every use of apt leaves.</summary>
    public Task<IReadOnlyList<string>> ChangesAsync() => LayerChanges.ReadAsync(_changes, _below);

    /// <summary>Processes of an account, by its number.</summary>
    public IReadOnlyList<RunningProgram> ProgramsOf(int uid) => [.. ProcessTable.Below(_process.Pid).Where(program => program.Uid == uid)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // All its processes go with its process 1, which goes with unshare.
        await _process.KillAsync();
        await _process.DisposeAsync();
        foreach (var hierarchy in (string[])["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"])
        {
            var group = Path.Combine(hierarchy, _group);
            await Eventually.HoldsAsync($"end of {group}", Patience, () => Removed(group));
        }
    }

    // The kernel lets a group go when its last process has gone.
    private static bool Removed(string group)
    {
        if (!Directory.Exists(group)) return true;
        foreach (var inner in Directory.EnumerateDirectories(group)) Removed(inner);
        Directory.Delete(group);
        return true;
    }
}
