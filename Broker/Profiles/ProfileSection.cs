using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Tenancy;

namespace VdiBroker.Profiles;

/// <summary>The rules for settings: the section <c>profiles</c> of the city file.</summary>
internal static class ProfileSection
{
    /// <summary>Reads the section; faults go to the document.</summary>
    public static ImmutableArray<ProfileRule> Read(CityDocument city, TenantCatalogue tenants) =>
        [.. city.Root.Maps("profiles", mayBeMissing: true).Select(map => ReadRule(map, tenants))];

    /// <summary>Reads the settings that stand among the other keys of a mapping.</summary>
    public static ImmutableDictionary<string, string> Settings(CityMap map)
    {
        var named = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var setting in SettingCatalogue.All)
        {
            // A list of printers is written as a list; every other setting is one text.
            var text = setting.Name == "printers" ? string.Join(',', map.Texts(setting.Name, mayBeMissing: true)) : map.TextOr(setting.Name, null);
            if (!map.Has(setting.Name) || text is null) continue;
            if (setting.Read(text) is SettingReading.Bad(var fault)) map.Fault(setting.Name, $"{setting.Name}: {fault}");
            else named[setting.Name] = text;
        }
        return named.ToImmutable();
    }

    private static ProfileRule ReadRule(CityMap map, TenantCatalogue tenants)
    {
        var rule = new ProfileRule(map.Line, tenants.Reference(map, "tenant"), map.TextOr("group", null), Settings(map));
        map.Close();
        return rule;
    }
}
