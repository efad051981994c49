namespace VdiBroker.Directory;

/// <summary>Wiring of the admission at stations: lockout, limited mode, change of password.</summary>
internal static class AdmissionFeature
{
    /// <summary>Adds <see cref="AdmitPerson"/> and <see cref="ChangeOwnPassword"/> over what <see cref="DirectoryFeature"/> adds.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, LockoutPolicy policy, LimitedTenants limited, DirectoryCatalogue directories) => services
        .AddSingleton(policy).AddSingleton(limited)
        .AddSingleton<LockoutLog>().AddSingleton<LockoutStore>()
        .AddSingleton<VerifierStore>().AddSingleton<LimitedMode>()
        .AddSingleton<VerifierKeeper>().AddHostedService(provider => provider.GetRequiredService<VerifierKeeper>())
        .AddSingleton(provider => CallsOf(provider, directories))
        .AddSingleton<AdmitPerson>().AddSingleton<ChangeOwnPassword>();

    private static DirectoryCalls CallsOf(IServiceProvider provider, DirectoryCatalogue directories) => new(
        provider.GetRequiredService<AuthenticatePerson>().RunAsync,
        provider.GetRequiredService<ChangePassword>().RunAsync,
        provider.GetRequiredService<LookUpPerson>().RunAsync,
        directories.TenantOf,
        TenantNames.Make(directories.Branches).TenantOf);
}
