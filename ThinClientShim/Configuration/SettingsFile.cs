namespace VdiBroker.Shim.Configuration;

/// <summary>Reads a file of <c>key = value</c> lines; never stops at the first fault.</summary>
internal static class SettingsFile
{
    /// <summary>All values of the file, in order; what cannot be understood goes to <paramref name="faults"/>.</summary>
    public static IReadOnlyList<Given> Read(string path, List<Fault> faults)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new("config-no-file", path));
            return [];
        }
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var given = new List<Given>();
        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            var where = $"{path}:{number}";
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                faults.Add(new("config-not-key-value", where, line));
                continue;
            }
            var name = line[..at].Trim();
            if (Key.All.FirstOrDefault(key => key.Name == name) is not { } known)
                faults.Add(new("config-unknown-key", where, name, string.Join(", ", Key.All.Select(key => key.Name))));
            else if (!known.Repeatable && given.Find(earlier => earlier.Key == known) is { } first)
                faults.Add(new("config-twice", where, name, first.Where));
            else
                given.Add(new(known, line[(at + 1)..].Trim(), where, folder));
        }
        return given;
    }
}
