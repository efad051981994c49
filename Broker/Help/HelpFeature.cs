namespace VdiBroker.Help;

/// <summary>Wiring of the help room.</summary>
internal static class HelpFeature
{
    /// <summary>Adds the store.</summary>
    public static IServiceCollection AddHelp(this IServiceCollection services) => services.AddSingleton<HelpStore>();
}
