using System.Collections.Frozen;
using System.Collections.Immutable;

namespace VdiBroker.Profiles;

/// <summary>Every setting that there is.</summary>
public static class SettingCatalogue
{
    /// <summary>All, in the order of screens, tables and exports.</summary>
    public static readonly ImmutableArray<Setting> All =
    [
        new("keyboard", SettingKind.Personal, "fr", "clavier", "keyboard", SettingReaders.Keyboard),
        new("language", SettingKind.Personal, "fr", "langue", "language", SettingReaders.Language),
        new("screen", SettingKind.Personal, "full", "écran", "screen", SettingReaders.Screen),
        new("text_size", SettingKind.Personal, "1", "taille du texte", "text size", SettingReaders.TextSize),
        new("contrast", SettingKind.Personal, "normal", "contraste", "contrast", SettingReaders.OneOf("normal", "high")),
        new("volume", SettingKind.Personal, "50", "volume", "volume", SettingReaders.Volume),
        new("printers", SettingKind.OfThePlace, PrinterList.None, "imprimantes", "printers", SettingReaders.Printers),
        new("clipboard", SettingKind.OfThePlace, "both", "presse-papiers", "clipboard", SettingReaders.OneOf("both", "in", "out", "off")),
        new(WhenIdle.Setting, SettingKind.OfThePlace, WhenIdle.AtADesk, "quand personne ne touche plus au poste", "when nobody touches the station", SettingReaders.Idle),
        new("screens", SettingKind.OfThePlace, "all", "écrans utilisés", "screens used", SettingReaders.OneOf("all", "one")),
        new("usb", SettingKind.OfThePlace, "off", "clés USB", "USB sticks", SettingReaders.OneOf("on", "off")),
    ];

    /// <summary>Those that a person decides.</summary>
    public static readonly ImmutableArray<Setting> Personal = [.. All.Where(setting => setting.Kind == SettingKind.Personal)];

    private static readonly FrozenDictionary<string, Setting> _byName = All.ToFrozenDictionary(setting => setting.Name, StringComparer.Ordinal);

    /// <summary>The setting of exactly this name; null when there is none.</summary>
    public static Setting? Named(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The setting that somebody means: case, blanks around it, and hyphens for underscores do not count; null when there is none.</summary>
    public static Setting? Meant(string written) => Named(written.Trim().ToLowerInvariant().Replace('-', '_').Replace(' ', '_'));
}
