namespace VdiBroker.Directory;

/// <summary>Lockout, limited mode and changes of password in the log: ids 520 to 549.</summary>
internal sealed partial class LockoutLog(ILogger<LockoutLog> logger)
{
    [LoggerMessage(520, LogLevel.Warning, "{Person} is locked at station {Station}: too many wrong passwords there")]
    public partial void LockedHere(string person, string station);

    [LoggerMessage(521, LogLevel.Warning, "{Person} is locked at every station: too many wrong passwords from several stations")]
    public partial void LockedEverywhere(string person);

    [LoggerMessage(522, LogLevel.Warning, "Station {Station} pauses: too many wrong passwords for several names there")]
    public partial void StationPaused(string station);

    [LoggerMessage(523, LogLevel.Information, "A sign-in of {Person} at {Station} is in limited mode: the directory of {Tenant} is out of reach")]
    public partial void Limited(string person, string station, string tenant);

    [LoggerMessage(524, LogLevel.Warning, "Limited mode has no room for one more check: a sign-in at {Station} was answered with out of reach")]
    public partial void LimitedCrowded(string station);

    [LoggerMessage(525, LogLevel.Information, "Limited mode of {Tenant} is off: {Count} verifiers were removed")]
    public partial void VerifiersRemoved(string tenant, long count);

    [LoggerMessage(526, LogLevel.Warning, "A verifier for limited mode could not be kept or removed: {Cause}")]
    public partial void VerifierNotKept(string cause);

    [LoggerMessage(527, LogLevel.Information, "{Person} at {Station} may not use the account now: {State}")]
    public partial void Barred(string person, string station, AccountState state);

    [LoggerMessage(528, LogLevel.Information, "{Person} changed their password at {Station}")]
    public partial void PasswordChanged(string person, string station);

    [LoggerMessage(529, LogLevel.Information, "{Person} at {Station}: the new password was refused: {Reason}")]
    public partial void PasswordRefused(string person, string station, PasswordRefusal reason);

    [LoggerMessage(540, LogLevel.Warning, "A change of password was answered by the directory, and the try could not be settled in the store: {Cause}")]
    public partial void ChangeNotSettled(string cause);
}
