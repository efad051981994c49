using VdiBroker.City.Processes;

namespace VdiBroker.ThinClientShim.Tests.Peers;

/// <summary>
/// A program in FreeRDP's place that writes down how it was started, then stays until it is signalled or told to end. The real one is
/// covered by the end-to-end tests.
/// </summary>
internal sealed class ScriptedViewer
{
    private readonly string _folder;

    public ScriptedViewer(string folder)
    {
        _folder = Directory.CreateDirectory(Path.Combine(folder, "viewer")).FullName;
        Program = Path.Combine(_folder, "xfreerdp");
        File.WriteAllText(Program, $$"""
            #!/bin/sh
            cd '{{_folder}}' || exit 99
            # Asked for the station's screens, as its lines say them.
            [ "$1" = /monitor-list ] && { cat monitors 2>/dev/null; exit 0; }
            printf '%s\n' "$@" > $$.arguments
            env > $$.environment
            stat -c '%a %F' "$HOME" > $$.home
            IFS= read -r ticket
            printf '%s' "$ticket" | sha256sum | cut -d' ' -f1 > $$.ticket
            trap 'echo TERM > $$.signal; echo "scripted viewer is ended"; exit 143' TERM
            echo $$ >> started
            echo "scripted viewer runs"
            [ -e says ] && cat says
            [ -e no.picture ] || echo '[INFO][com.freerdp.gdi] - Local framebuffer format  PIXEL_FORMAT_BGRX32'
            while [ ! -e $$.end ] && [ ! -e all.end ]; do sleep 0.03 & wait $!; done
            cat $$.end all.end 2>/dev/null > $$.code
            exit $(cat $$.code)
            """);
        File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    /// <summary>Lines that it says of the station's screens, or on its output when it starts.</summary>
    public void Write(string file, string lines) => File.WriteAllText(Path.Combine(_folder, file), lines);

    /// <summary>Path of the program.</summary>
    public string Program { get; }

    /// <summary>Process ids in the order of starting.</summary>
    public IReadOnlyList<int> Started =>
        File.Exists(Path.Combine(_folder, "started")) ? [.. File.ReadAllLines(Path.Combine(_folder, "started")).Select(int.Parse)] : [];

    /// <summary>Waits for the <paramref name="count"/>th start and gives its process id.</summary>
    public async Task<int> StartedAsync(int count = 1)
    {
        await Eventually.HoldsAsync($"start {count} of FreeRDP", TestStation.Deadline, () => Started.Count >= count);
        return Started[count - 1];
    }

    public IReadOnlyList<string> Arguments(int pid) => File.ReadAllLines(Path.Combine(_folder, $"{pid}.arguments"));

    public string EnvironmentOf(int pid) => File.ReadAllText(Path.Combine(_folder, $"{pid}.environment"));

    public string HomeOf(int pid) => EnvironmentOf(pid).Split('\n').Single(line => line.StartsWith("HOME=", StringComparison.Ordinal))["HOME=".Length..];

    public string HomeRights(int pid) => File.ReadAllText(Path.Combine(_folder, $"{pid}.home")).Trim();

    /// <summary>SHA-256 of what came on standard input, lower-case hex.</summary>
    public string TicketDigest(int pid) => File.ReadAllText(Path.Combine(_folder, $"{pid}.ticket")).Trim();

    /// <summary>True when it was asked to end by SIGTERM.</summary>
    public bool WasTerminated(int pid) => File.Exists(Path.Combine(_folder, $"{pid}.signal"));

    public static bool Runs(int pid) => Directory.Exists($"/proc/{pid}");

    /// <summary>It ends by itself with <paramref name="code"/>, as FreeRDP does when the host hangs up (12).</summary>
    public void Ends(int pid, int code = 12) => File.WriteAllText(Path.Combine(_folder, $"{pid}.end"), $"{code}\n");

    /// <summary>From now on it gets no picture.</summary>
    public void SeesNothing() => File.WriteAllText(Path.Combine(_folder, "no.picture"), "");

    /// <summary>From now on it ends as soon as it is started.</summary>
    public void AlwaysEnds(int code) => File.WriteAllText(Path.Combine(_folder, "all.end"), $"{code}\n");
}
