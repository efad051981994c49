using VdiBroker.Shim.Words;

namespace VdiBroker.Shim.Configuration;

/// <summary>What became of a wish to change a station's settings.</summary>
/// <param name="IsKept">They are on the disk, and in force when the shim reads its settings next.</param>
/// <param name="Text">For the helpdesk, lines: what is ordered now, or everything that is wrong.</param>
internal sealed record SettingsChanged(bool IsKept, string Text);

/// <summary>
/// Where a station's settings come from; the first goes before the next: options of the command line, what the helpdesk has ordered (a settings file of its own in the state folder), the machine's own file. An ordered
/// broker goes before those of the file and replaces none: a wrong one makes no station deaf.
/// </summary>
/// <param name="line">The command line.</param>
internal sealed class SettingsLayers(CommandLine line)
{
    private const string FileName = "settings";
    private const int LongestValue = 200;
    private const int LongestShown = 40;
    private static readonly Wording _forHelpdesk = Wording.Of("en")!;

    private IReadOnlyList<Given> _file = [];
    private List<Given> _ordered = [];

    /// <summary>What the helpdesk has ordered, as lines of a settings file; empty = nothing.</summary>
    public IReadOnlyList<string> Ordered => [.. _ordered.Select(one => $"{one.Key.Name} = {one.Value}")];

    private string OrderedFile => Path.Combine(Folder, FileName);

    private string Folder => line.Given.Concat(_file).FirstOrDefault(one => one.Key == Key.State) is { } state ? Path.Combine(state.Folder, state.Value) : StationIdentity.UsualFolder;

    /// <summary>The settings as they are now.</summary>
    /// <param name="faults">Takes what is wrong; an ordered value that this shim does not take is passed over.</param>
    /// <param name="words">The station's words.</param>
    /// <returns>Null when there are faults.</returns>
    public StationSettings? Read(List<Fault> faults, out Wording words)
    {
        _file = line.ConfigNamed || File.Exists(line.Config) ? SettingsFile.Read(line.Config, faults) : [];
        // With the password on standard input there is no line left for the name.
        if (line.PasswordFd == 0 && !line.Given.Concat(_file).Any(one => one.Key == Key.User)) faults.Add(new("config-missing", line.Config, Key.User.Name));
        _ordered = File.Exists(OrderedFile) ? [.. SettingsFile.Read(OrderedFile, []).Where(one => one.Key.IsOrdered)] : [];
        if (_ordered.Count > 0 && Check(_ordered, []) is null) _ordered = [];
        var check = new SettingsCheck(Layered(_ordered), line.Config, faults);
        words = check.Words;
        return check.Settings() is { } settings ? settings with { Layers = this } : null;
    }

    /// <summary>Changes what is ordered. All of it or, when anything is wrong, nothing.</summary>
    /// <param name="wish">Names and values; an empty value: the machine's own file says again.</param>
    public SettingsChanged Change(IReadOnlyList<KeyValuePair<string, string>> wish)
    {
        if (wish.Count == 0) return new(false, "the order names no setting");
        var changes = wish.Select(one => (one.Key, Known: Key.All.FirstOrDefault(key => key.IsOrdered && key.Name == one.Key), one.Value)).ToList();
        if (changes.Find(one => one.Known is null) is { Key: { } unknown })
            return new(false, $"'{Shown(unknown)}' is no setting that an order may change; those are {string.Join(", ", Key.All.Where(key => key.IsOrdered).Select(key => key.Name))}");
        if (changes.Find(one => one.Value.Length > LongestValue || one.Value.Any(char.IsControl)) is { Key: { } wrong }) return new(false, $"{wrong}: at most {LongestValue} printable characters");
        List<Given> next =
        [
            .. _ordered.Where(one => !changes.Exists(change => change.Known == one.Key)),
            .. changes.Where(one => one.Value.Trim().Length > 0).Select(one => new Given(one.Known!, one.Value.Trim(), "the order", Folder)),
        ];
        var faults = new List<Fault>();
        foreach (var twice in next.Where(one => !one.Key.Repeatable).GroupBy(one => one.Key).Where(same => same.Skip(1).Any())) faults.Add(new("config-twice", "the order", twice.Key.Name, "the order"));
        if (faults.Count == 0) Check(next, faults);
        if (faults.Count > 0) return new(false, string.Join('\n', faults.Select(fault => _forHelpdesk[fault.Word, fault.Values])));
        try
        {
            StateFile.Write(OrderedFile, string.Concat(next.Select(one => $"{one.Key.Name} = {one.Value}\n")));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new(false, fault.Message);
        }
        _ordered = next;
        return new(true, next.Count == 0 ? "all is as in the station's own file, once nobody sits there" : $"in force once nobody sits there: {string.Join("; ", Ordered)}");
    }

    private StationSettings? Check(IReadOnlyList<Given> ordered, List<Fault> faults) => new SettingsCheck(Layered(ordered), line.Config, faults).Settings();

    private IReadOnlyList<Given> Layered(IReadOnlyList<Given> ordered)
    {
        var more = ordered.Where(one => !Has(line.Given, one.Key)).ToList();
        return [.. line.Given, .. more, .. _file.Where(one => !Has(line.Given, one.Key) && (one.Key.Repeatable || !Has(more, one.Key)))];
    }

    private static bool Has(IEnumerable<Given> given, Key key) => given.Any(one => one.Key == key);

    // Somebody else's text goes into a sentence.
    private static string Shown(string text) => string.Concat(text.Where(sign => !char.IsControl(sign)).Take(LongestShown));
}
