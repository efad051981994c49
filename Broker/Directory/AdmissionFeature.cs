namespace VdiBroker.Directory;

/// <summary>Wiring of the admission at stations: lockout, limited mode, change of password.</summary>
internal static class AdmissionFeature
{
    /// <summary>Adds <see cref="AdmitPerson"/> and <see cref="ChangeOwnPassword"/> over what <see cref="DirectoryFeature"/> adds.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, LockoutPolicy policy, LimitedTenants limited) => services
        .AddSingleton(policy).AddSingleton(limited)
        .AddSingleton<LockoutLog>().AddSingleton<LockoutStore>()
        .AddSingleton<VerifierStore>().AddSingleton<LimitedMode>()
        .AddSingleton<VerifierKeeper>().AddHostedService(provider => provider.GetRequiredService<VerifierKeeper>())
        .AddSingleton(CallsOf)
        .AddSingleton<AdmitPerson>().AddSingleton<ChangeOwnPassword>();

    private static DirectoryCalls CallsOf(IServiceProvider provider)
    {
        var authenticate = provider.GetRequiredService<AuthenticatePerson>();
        return new DirectoryCalls(
            (request, cancel) => authenticate.RunAsync(request.Login, request.Password, cancel),
            (_, _) => Task.FromResult<PasswordChange>(new PasswordChange.OutOfReach("the change of passwords is not wired yet")),
            _ => null,
            _ => null);
    }
}
