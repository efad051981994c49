using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>What admission asks of the directories, so that it can be tried without any.</summary>
/// <param name="Authenticate"><see cref="AuthenticatePerson"/>.</param>
/// <param name="ChangePassword">The change of a password in the directory.</param>
/// <param name="LookUp"><see cref="LookUpPerson"/>.</param>
/// <param name="TenantOf">The tenant whose station it is; null = nobody's in particular.</param>
/// <param name="TenantNamed">The tenant that a login names; null = none.</param>
internal sealed record DirectoryCalls(
    Func<AuthenticationRequest, Func<PersonId?, Task<bool>>, CancellationToken, Task<Authentication>> Authenticate,
    Func<PasswordChangeRequest, Func<PersonId?, Task<bool>>, CancellationToken, Task<PasswordChange>> ChangePassword,
    Func<TenantId, string, CancellationToken, Task<Lookup>> LookUp,
    Func<StationId, TenantId?> TenantOf,
    Func<LoginName, TenantId?> TenantNamed);
