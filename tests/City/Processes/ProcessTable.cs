using System.Globalization;

namespace VdiBroker.City.Processes;

/// <summary>What runs on this machine, read from /proc.</summary>
public static class ProcessTable
{
    /// <summary>Every process that can be read at this moment.</summary>
    public static IReadOnlyList<RunningProgram> All()
    {
        var found = new List<RunningProgram>();
        foreach (var folder in System.IO.Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(pid) is { } program) found.Add(program);
        }
        return found;
    }

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

    private static string? Field(int pid, string name) => Lines($"/proc/{pid}/status")
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();

    private static RunningProgram? Read(int pid)
    {
        var fields = Lines($"/proc/{pid}/status").Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.First()[1].Trim());
        return fields.TryGetValue("PPid", out var parent) && fields["State"][0] is not ('Z' or 'X')
            ? new RunningProgram(pid, Number(parent), fields["Name"], Number(fields["Uid"].Split('\t')[0]), Text($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Lines(string file) => Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);

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
