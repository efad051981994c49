using System.Globalization;

namespace VdiBroker.City.Processes;

/// <summary>What runs on this machine, read from /proc.</summary>
public static class ProcessTable
{
    /// <summary>Every process that can be read at this moment. It takes some milliseconds: never call it in an inner loop.</summary>
    public static IReadOnlyList<RunningProgram> All() => [.. Pids().Select(Read).OfType<RunningProgram>()];

    /// <summary>Every process id at this moment.</summary>
    public static IEnumerable<int> Pids() => System.IO.Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid != 0);

    /// <summary>Those of the programs that still run, under the same name.</summary>
    public static IReadOnlyList<RunningProgram> StillRunning(IEnumerable<RunningProgram> programs) =>
        [.. programs.Where(program => Read(program.Pid) is { } now && now.Name == program.Name)];

    /// <summary>The processes that descend from <paramref name="pid"/>, without itself.</summary>
    public static IReadOnlyList<RunningProgram> Below(int pid)
    {
        var children = All().ToLookup(program => program.Parent);
        var found = new List<RunningProgram>();
        var open = new Queue<int>([pid]);
        while (open.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                open.Enqueue(child.Pid);
            }
        }
        return found;
    }

    /// <summary>Resident memory (VmRSS) in bytes; 0 when the process is gone.</summary>
    public static long ResidentBytes(int pid) => Field(pid, "VmRSS:") is { } text
        ? long.Parse(text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture) * 1024 : 0;

    /// <summary>The process's line of /proc/PID/stat; empty when it is gone.</summary>
    public static string Stat(int pid) => Text(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

    private static string? Field(int pid, string name) => Field(Text($"/proc/{pid}/status"), name);

    private static string? Field(string status, string name)
    {
        var start = status.StartsWith(name, StringComparison.Ordinal) ? 0 : status.IndexOf("\n" + name, StringComparison.Ordinal) + 1;
        if (start == 0 && !status.StartsWith(name, StringComparison.Ordinal)) return null;
        var end = status.IndexOf('\n', start);
        return status[(start + name.Length)..(end < 0 ? status.Length : end)].Trim();
    }

    private static RunningProgram? Read(int pid)
    {
        var status = Text($"/proc/{pid}/status");
        // Without a parent's number the reading came too late; Z and X are ended already.
        if (Field(status, "PPid:") is not { } parent || Field(status, "State:") is not [not ('Z' or 'X'), ..]) return null;
        var arguments = Text($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return new RunningProgram(pid, Number(parent), Field(status, "Name:") ?? "", Number(Field(status, "Uid:")!.Split('\t')[0]), arguments);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    // A process may end between the listing and the reading.
    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>One process.</summary>
/// <param name="Pid">As this process's own pid namespace counts.</param>
/// <param name="Parent">Parent's pid.</param>
/// <param name="Name">Name of the program, at most 15 characters.</param>
/// <param name="Uid">Real user id.</param>
/// <param name="Arguments">Its argument list, the program first.</param>
public sealed record RunningProgram(int Pid, int Parent, string Name, int Uid, IReadOnlyList<string> Arguments);
