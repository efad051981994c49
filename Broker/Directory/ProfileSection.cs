using System.Collections.Immutable;
using VdiBroker.CityFile;
using VdiBroker.Tenancy;

namespace VdiBroker.Directory;

/// <summary>The rules for first profiles: the section <c>profiles</c> of the city file.</summary>
internal static class ProfileSection
{
    /// <summary>Reads the section; faults go to the document.</summary>
    public static ImmutableArray<ProfileRule> Read(CityDocument city, TenantCatalogue tenants) =>
        [.. city.Root.Maps("profiles", mayBeMissing: true).Select(map => ReadRule(map, tenants))];

    private static ProfileRule ReadRule(CityMap map, TenantCatalogue tenants)
    {
        ScreenSize? screen = null;
        if (map.TextOr("screen", null) is { } text)
        {
            screen = ScreenSize.Parse(text);
            if (screen is null) map.Fault("screen", $"'screen: {text}' must be 'full' or WIDTHxHEIGHT with sides from 200 to 8192");
        }
        var rule = new ProfileRule(tenants.Reference(map, "tenant"), map.TextOr("group", null), map.TextOr("keyboard", null), map.TextOr("language", null), screen);
        map.Close();
        return rule;
    }
}
