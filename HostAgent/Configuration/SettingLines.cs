namespace VdiBroker.Agent.Configuration;

/// <summary>One setting as it was written.</summary>
/// <param name="Key">One of <see cref="SettingLines.Keys"/>.</param>
/// <param name="Value">Not empty.</param>
/// <param name="Place"><c>file:line</c> or <c>--option</c>, for messages.</param>
/// <param name="Folder">What relative paths are relative to.</param>
internal sealed record Setting(string Key, string Value, string Place, string Folder);

/// <summary>Reads a file of <c>key = value</c> lines; # begins a comment line.</summary>
internal static class SettingLines
{
    /// <summary>The keys, which are also options.</summary>
    public static readonly string[] Keys = ["broker", "ca", "certificate", "key", "rdp-certificate", "socket", "visitor-homes", "visitor-accounts", "cups", "cups-spool", "desktops"];

    /// <summary>Reads the lines; what is wrong is added to <paramref name="errors"/>, and reading goes on.</summary>
    public static List<Setting> Parse(string file, IEnumerable<string> lines, List<string> errors)
    {
        var settings = new List<Setting>();
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var number = 0;
        foreach (var raw in lines)
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? line : line[..equals].Trim();
            var value = equals < 0 ? "" : line[(equals + 1)..].Trim();
            var place = $"{file}:{number}";
            if (equals < 0) errors.Add($"{place}: no '=' in this line: write key = value, or # before a comment");
            else if (!Keys.Contains(key)) errors.Add($"{place}: unknown key \"{key}\": use one of {string.Join(", ", Keys)}");
            else if (value.Length == 0) errors.Add($"{place}: {key} has no value: write it after the '=' or remove the line");
            else if (key != "broker" && settings.Find(s => s.Key == key) is { } first)
                errors.Add($"{place}: {key} is already given at {first.Place}: keep one of the two");
            else settings.Add(new Setting(key, value, place, folder));
        }
        return settings;
    }
}
