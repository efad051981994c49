using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace VdiBroker.Profiles;

/// <summary>What each setting takes. Anything may come in: directories and spreadsheets are filled in by people.</summary>
internal static partial class SettingReaders
{
    private const int MostPrinters = 32;
    private const int Shown = 40;
    private const decimal Step = 0.25m;

    private static readonly ImmutableDictionary<string, string> _keyboardNames = new Dictionary<string, string>
    {
        ["bépo"] = "fr(bepo)",
        // The same in the other Unicode form. string.Normalize does nothing here: this product runs without culture tables.
        ["be\u0301po"] = "fr(bepo)",
        ["bepo"] = "fr(bepo)",
        ["azerty"] = "fr",
        ["qwerty"] = "us",
        ["qwertz"] = "de",
    }.ToImmutableDictionary();

    /// <summary>X11 layout, or what people call it.</summary>
    public static SettingReading Keyboard(string text)
    {
        var layout = text.ToLowerInvariant();
        if (_keyboardNames.TryGetValue(layout, out var known)) return new SettingReading.Good(known);
        return LayoutPattern().IsMatch(layout) ? new SettingReading.Good(layout) : Bad(text, "must be a keyboard layout such as fr, us, be, fr(bepo) or bépo");
    }

    /// <summary>IETF tag; a directory's <c>preferredLanguage</c> (RFC 2798: <c>fr, en;q=0.5</c>) gives its best one.</summary>
    public static SettingReading Language(string text)
    {
        var best = text.Split(',').Select(Ranked).MaxBy(one => one.Weight).Tag;
        return TagPattern().IsMatch(best) ? new SettingReading.Good(Spelled(best)) : Bad(text, "must be a language tag such as fr, en or fr-BE");
    }

    /// <summary><c>full</c> or a size.</summary>
    public static SettingReading Screen(string text) =>
        ScreenSize.Parse(text.ToLowerInvariant()) is { } screen ? new SettingReading.Good(screen.ToString()) : Bad(text, "must be 'full' or WIDTHxHEIGHT with sides from 200 to 8192");

    /// <summary>A factor in steps; a French comma is taken.</summary>
    public static SettingReading TextSize(string text) =>
        decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size) && size is >= 1 and <= 3 && size % Step == 0
            ? new SettingReading.Good(size.ToString("0.##", CultureInfo.InvariantCulture))
            : Bad(text, "must be from 1 to 3 in steps of 0.25, such as 1.5");

    /// <summary>Percent.</summary>
    public static SettingReading Volume(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var volume) && volume <= 100
            ? new SettingReading.Good(volume.ToString(CultureInfo.InvariantCulture))
            : Bad(text, "must be a whole number from 0 to 100");

    /// <summary>Names of print queues, the usual one first.</summary>
    public static SettingReading Printers(string text)
    {
        var names = text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names is [] or [PrinterList.None]) return new SettingReading.Good(PrinterList.None);
        // What CUPS takes as the name of a queue, and none of its tools for an option.
        if (names.FirstOrDefault(name => !PrinterPattern().IsMatch(name)) is { } wrong) return Bad(wrong, "must be the name of a printer: 1 to 127 letters, digits, dots, hyphens and underscores, and neither a dot nor a hyphen first");
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice) return Bad(twice.Key, "stands in the list twice");
        return names.Length <= MostPrinters ? new SettingReading.Good(string.Join(',', names)) : new SettingReading.Bad($"there are more than {MostPrinters} printers");
    }

    /// <summary>What a station does when nobody touches it, or that it does nothing.</summary>
    public static SettingReading Idle(string text) =>
        WhenIdle.Spelled(text) is { } spelled ? new SettingReading.Good(spelled)
            : Bad(text, "must be 'off' or ACT after TIME, warn TIME: such as 'lock after 15m, warn 30s'; ACT is lock, disconnect or sign-out, TIME 10s to 24h, warn 5s or more and not longer than that");

    /// <summary>One of some words, in any case of letters.</summary>
    public static Func<string, SettingReading> OneOf(params string[] words) => text =>
        Array.Find(words, word => string.Equals(word, text, StringComparison.OrdinalIgnoreCase)) is { } word ? new SettingReading.Good(word) : Bad(text, $"must be one of: {string.Join(", ", words)}");

    // What came in is shown short and without characters that a terminal would obey.
    private static SettingReading.Bad Bad(string text, string must)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Take(Shown)) shown.Append(Rune.IsControl(rune) ? "?" : rune.ToString());
        return new SettingReading.Bad($"'{shown}{(text.Length > shown.Length ? "…" : "")}' {must}");
    }

    private static (string Tag, decimal Weight) Ranked(string item)
    {
        var parts = item.Split(';', StringSplitOptions.TrimEntries);
        // fr_FR.UTF-8 is how a Linux account says it.
        var tag = parts[0].Split('.')[0].Replace('_', '-');
        var weight = parts is [_, ['q' or 'Q', '=', .. var number], ..] && decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var read) ? read : 1;
        return (tag, weight);
    }

    private static string Spelled(string tag) =>
        string.Join('-', tag.Split('-').Select((part, place) => place > 0 && part.Length == 2 ? part.ToUpperInvariant() : part.ToLowerInvariant()));

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{1,15}(\([a-z0-9_-]{1,31}\))?\z")]
    private static partial Regex LayoutPattern();

    [GeneratedRegex(@"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\z")]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A[\p{L}\p{Nd}_][\p{L}\p{Nd}._-]{0,126}\z")]
    private static partial Regex PrinterPattern();
}
