using System.Globalization;
using VdiBroker.City.Processes;

namespace VdiBroker.City;

/// <summary>A city whose owner was killed (SIGKILL) before it could end it: its programs still run, and nobody will end them.</summary>
/// <param name="Folder">The city's folder.</param>
/// <param name="Programs">Its programs that run, found by their arguments; session hosts end as a whole with theirs.</param>
public sealed record LeftCity(string Folder, IReadOnlyList<RunningProgram> Programs)
{
    internal const string Prefix = "vdi-city-";

    private const string OwnerFile = "owner";

    /// <summary>What ends it; for the person to type, never done by itself: it is not this city's to end.</summary>
    public string HowToEnd => $"kill -KILL {string.Join(' ', Programs.Select(program => program.Pid))}; rm -r {Folder}";

    /// <summary>Every such city in the temp directory. One whose owner lives is no left city: cities run side by side.</summary>
    public static IReadOnlyList<LeftCity> Find()
    {
        var folders = System.IO.Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(folder => !OwnerLives(folder)).ToList();
        if (folders.Count == 0) return [];
        var all = ProcessTable.All();
        return [.. folders.Select(folder => new LeftCity(folder, [.. all.Where(program => program.Arguments.Any(argument => argument.Contains(folder, StringComparison.Ordinal)))]))
            .Where(city => city.Programs.Count > 0)];
    }

    /// <summary>Notes in the folder who will end the city.</summary>
    internal static void Sign(string folder) => File.WriteAllText(Path.Combine(folder, OwnerFile), Identity(Environment.ProcessId));

    private static bool OwnerLives(string folder)
    {
        var file = Path.Combine(folder, OwnerFile);
        if (!File.Exists(file)) return false;
        var signed = File.ReadAllText(file);
        return int.TryParse(signed.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Identity(pid) == signed;
    }

    // Numbers are used again; the start time (22nd field, the 20th after the name in brackets) makes them one process's own.
    private static string Identity(int pid) => ProcessTable.Stat(pid) is { Length: > 0 } stat
        ? string.Create(CultureInfo.InvariantCulture, $"{pid} {stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19]}") : "";
}
