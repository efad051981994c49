namespace VdiBroker.Profiles;

/// <summary>Wiring of the profiles room.</summary>
internal static class ProfilesFeature
{
    /// <summary>Adds the store and the use cases.</summary>
    public static IServiceCollection AddProfiles(this IServiceCollection services, ProfileRulebook rules) => services
        .AddSingleton(rules)
        .AddSingleton<ProfileStore>().AddSingleton<ReadProfile>().AddSingleton<ChangeProfile>().AddSingleton<UndoChange>()
        .AddSingleton<ImportProfiles>().AddSingleton<ExportProfiles>();
}
