using System.Globalization;
using System.Text.RegularExpressions;
using VdiBroker.Kernel;
using VdiBroker.Trust;
using YamlDotNet.RepresentationModel;

namespace VdiBroker.CityFile;

/// <summary>
/// One mapping of the city file. Reading a value marks its key as known; <see cref="Close"/> then names every key that nobody knows. A value that is missing or
/// malformed is a fault and reads as the type's empty value, so that reading goes on and finds the next fault.
/// </summary>
internal sealed partial class CityMap(CityDocument document, string what, YamlMappingNode node)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>The line where it starts.</summary>
    public int Line => (int)node.Start.Line;

    /// <summary>The line of a key, or of the mapping when it is not there.</summary>
    public int LineOf(string key) => Find(key) is { } value ? (int)value.Start.Line : Line;

    /// <summary>Adds a fault at a key.</summary>
    public void Fault(string key, string message) => document.Fault(LineOf(key), $"{what}: {message}");

    /// <summary>True when the key is there.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>A text that must be there and not be empty.</summary>
    public string Text(string key)
    {
        if (TextOr(key, null) is { Length: > 0 } text) return text;
        Fault(key, $"'{key}' is missing");
        return "";
    }

    /// <summary>A text that may be missing.</summary>
    public string? TextOr(string key, string? fallback)
    {
        switch (Take(key))
        {
            case null:
                return fallback;
            case YamlScalarNode { Value: { } text }:
                return text;
            default:
                Fault(key, $"'{key}' must be a text");
                return fallback;
        }
    }

    /// <summary>An id: lower-case letters, digits and hyphens, 1 to 63.</summary>
    public string Id(string key)
    {
        var text = Text(key);
        if (text.Length > 0 && !PeerName.IsName(text)) Fault(key, $"'{key}: {text}' must be lower-case letters, digits and hyphens, 1 to 63");
        return text;
    }

    /// <summary>A whole number within bounds; <paramref name="fallback"/> null = it must be there.</summary>
    public int Number(string key, int low, int high, int? fallback = null)
    {
        var text = fallback is null ? Text(key) : TextOr(key, null);
        if (string.IsNullOrEmpty(text)) return fallback ?? low;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high) return number;
        Fault(key, $"'{key}: {text}' must be a whole number from {low} to {high}");
        return fallback ?? low;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Flag(string key, bool fallback)
    {
        switch (TextOr(key, null))
        {
            case null or "":
                return fallback;
            case "true":
                return true;
            case "false":
                return false;
            case var text:
                Fault(key, $"'{key}: {text}' must be true or false");
                return fallback;
        }
    }

    /// <summary>A time such as <c>500ms</c>, <c>2s</c>, <c>5m</c>, <c>12h</c>, <c>7d</c>.</summary>
    public TimeSpan Time(string key, TimeSpan fallback)
    {
        if (TextOr(key, null) is not { } text) return fallback;
        if (TimePattern().Match(text) is { Success: true } match)
        {
            var number = long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            return match.Groups[2].Value switch
            {
                "ms" => TimeSpan.FromMilliseconds(number),
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
        }
        Fault(key, $"'{key}: {text}' must be a time such as 500ms, 2s, 5m, 12h or 7d");
        return fallback;
    }

    /// <summary>A path, made absolute from the city file's folder; the file must be there when <paramref name="mustExist"/>.</summary>
    public string File(string key, bool mustExist = true)
    {
        var text = Text(key);
        if (text.Length == 0) return "";
        var path = Path.GetFullPath(text, document.Folder);
        if (mustExist && !System.IO.File.Exists(path)) Fault(key, $"'{key}: {text}' is not there (looked for {path})");
        return path;
    }

    /// <summary>A list of paths that may be missing, each made absolute from the city file's folder; a file that is not there is a fault and left out.</summary>
    public IEnumerable<string> Files(string key)
    {
        foreach (var text in Texts(key, mayBeMissing: true))
        {
            var path = Path.GetFullPath(text, document.Folder);
            if (System.IO.File.Exists(path)) yield return path;
            else Fault(key, $"'{text}' is not there (looked for {path})");
        }
    }

    /// <summary>A list of texts, at least one unless <paramref name="mayBeMissing"/>.</summary>
    public IReadOnlyList<string> Texts(string key, bool mayBeMissing = false)
    {
        var found = Take(key);
        foreach (var item in (found as YamlSequenceNode)?.Children.Where(child => child is not YamlScalarNode { Value.Length: > 0 }) ?? [])
            document.Fault((int)item.Start.Line, $"{what}: every item of '{key}' must be a text");
        var items = found switch
        {
            YamlSequenceNode list => list.Children.OfType<YamlScalarNode>().Select(n => n.Value ?? "").Where(t => t.Length > 0).ToList(),
            YamlScalarNode { Value.Length: > 0 } one => [one.Value!],
            _ => [],
        };
        if (items.Count == 0 && !mayBeMissing) Fault(key, $"'{key}' must be a list with at least one item");
        return items;
    }

    /// <summary>A list of stations' names, or of patterns with one <c>*</c>; what is neither is a fault and left out.</summary>
    public IEnumerable<StationPattern> StationPatterns(string key, bool mayBeMissing = false)
    {
        foreach (var text in Texts(key, mayBeMissing))
        {
            if (StationPattern.Parse(text) is { } pattern) yield return pattern;
            else Fault(key, $"'{text}' must be a station's name, or a pattern with one * such as town-*: lower-case letters, digits and hyphens, 1 to 63");
        }
    }

    /// <summary>A mapping below a key; an empty one (with a fault, unless it may be missing) when it is not there.</summary>
    public CityMap Map(string key, bool mayBeMissing = false)
    {
        var found = Take(key) as YamlMappingNode;
        if (found is null && (!mayBeMissing || Has(key))) Fault(key, $"'{key}' must be a mapping");
        return new CityMap(document, $"{what} {key}", found ?? new YamlMappingNode());
    }

    /// <summary>A mapping whose keys are the file's own, each with a text; empty when it is not there.</summary>
    public IReadOnlyDictionary<string, string> Pairs(string key)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = Take(key);
        if (found is not (null or YamlMappingNode)) Fault(key, $"'{key}' must be a mapping");
        foreach (var (name, value) in (found as YamlMappingNode ?? new YamlMappingNode()).Children)
        {
            if (name is YamlScalarNode { Value: { Length: > 0 } own } && value is YamlScalarNode { Value: { Length: > 0 } text }) pairs[own] = text;
            else document.Fault((int)name.Start.Line, $"{what}: every item of '{key}' must be a name and a text");
        }
        return pairs;
    }

    /// <summary>A list of mappings, called <c>name[1]</c>, <c>name[2]</c> … in faults, or by their id.</summary>
    public IReadOnlyList<CityMap> Maps(string key, bool mayBeMissing = false)
    {
        var items = Take(key) is YamlSequenceNode list ? list.Children : [];
        if (items.Count == 0 && !mayBeMissing) Fault(key, $"'{key}' must be a list with at least one item");
        var maps = new List<CityMap>();
        foreach (var (item, index) in items.Select((item, index) => (item, index)))
        {
            if (item is YamlMappingNode map) maps.Add(new CityMap(document, NameOf(map) is { } id ? $"{key} {id}" : $"{key}[{index + 1}]", map));
            else document.Fault((int)item.Start.Line, $"{key}[{index + 1}] must be a mapping");
        }
        return maps;
    }

    /// <summary>Names every key that was not asked for.</summary>
    public void Close()
    {
        foreach (var key in node.Children.Keys.OfType<YamlScalarNode>().Where(k => k.Value is { } name && !_known.Contains(name)))
        {
            var hint = Spelling.Nearest(key.Value!, _known) is { } close ? $"did you mean '{close}'?" : $"known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}";
            document.Fault((int)key.Start.Line, $"{what}: '{key.Value}' is not known; {hint}");
        }
    }

    private static string? NameOf(YamlMappingNode map) => map.Children.TryGetValue("id", out var id) && id is YamlScalarNode { Value: { } name } ? name : null;

    private YamlNode? Find(string key) => node.Children.TryGetValue(key, out var value) ? value : null;

    private YamlNode? Take(string key)
    {
        _known.Add(key);
        // "key:" with nothing behind it is the same as no key.
        return Find(key) is { } value and not YamlScalarNode { Value: null or "" } ? value : null;
    }

    [GeneratedRegex("^([0-9]{1,6})(ms|s|m|h|d)$")]
    private static partial Regex TimePattern();
}
