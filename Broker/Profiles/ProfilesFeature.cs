namespace VdiBroker.Profiles;

/// <summary>Wiring of the profiles room.</summary>
internal static class ProfilesFeature
{
    /// <summary>Adds the store and what sign-ins need; the other use cases are made by the commands of an operator.</summary>
    public static IServiceCollection AddProfiles(this IServiceCollection services, ProfileRulebook rules) => services
        .AddSingleton(rules)
        .AddSingleton<ProfileStore>().AddSingleton<ReadProfile>().AddSingleton<ChangeProfile>();
}
