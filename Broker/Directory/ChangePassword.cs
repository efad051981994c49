using VdiBroker.Kernel;
using VdiBroker.Ldap;

namespace VdiBroker.Directory;

/// <summary>
/// Changes a person's password in their directory: the old one proves who it is, as in a sign-in, and the server's policy says whether the
/// new one will do. Whatever is refused for the old one is answered not before <see cref="AuthenticatePerson.RejectionFloor"/>.
/// </summary>
public sealed class ChangePassword
{
    private readonly FindPerson _find;
    private readonly DirectoryLog _log;
    private readonly TimeProvider _time;

    internal ChangePassword(FindPerson find, DirectoryLog log, TimeProvider time) => (_find, _log, _time) = (find, log, time);

    /// <summary>Changes a password. Who must change it, and (Active Directory) whose has expired, can do so too. Sent to the directory once.</summary>
    /// <param name="request">What was typed, and where.</param>
    /// <param name="cancel">Ends the wait; the password may have been changed or not.</param>
    public Task<PasswordChange> RunAsync(PasswordChangeRequest request, CancellationToken cancel) => RunAsync(request, _ => Task.FromResult(true), cancel);

    /// <summary>As above.</summary>
    /// <param name="request">What was typed, and where.</param>
    /// <param name="mayTry">As <see cref="AuthenticatePerson"/> asks it, before the old password is tried.</param>
    /// <param name="cancel">Ends the wait; the password may have been changed or not.</param>
    internal async Task<PasswordChange> RunAsync(PasswordChangeRequest request, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        var answer = await TryAsync(request, mayTry, cancel);
        if (answer is PasswordChange.Rejected or PasswordChange.Barred) await AuthenticatePerson.FloorAsync(_time, started, AuthenticatePerson.RejectionFloor, request.Waits, cancel);
        return answer;
    }

    private async Task<PasswordChange> TryAsync(PasswordChangeRequest request, Func<PersonId?, Task<bool>> mayTry, CancellationToken cancel)
    {
        if (LoginName.Parse(request.Login) is not { } login || !AuthenticatePerson.IsTriable(request.OldPassword))
        {
            await mayTry(null);
            return new PasswordChange.Rejected();
        }
        using var places = new DirectoryPlaces(request.Waits, _time);
        PeopleDirectory? asked = null;
        try
        {
            switch (await _find.RunAsync(login, request.StationTenant, places, cancel))
            {
                case Finding.Someone(var directory, var person, var doubt):
                    asked = directory;
                    if (!await mayTry(person.Id)) return new PasswordChange.Rejected(person.Id);
                    var answer = await TryAsync(directory, person, request, cancel);
                    return answer is PasswordChange.Rejected && doubt is not null ? new PasswordChange.OutOfReach(doubt.Cause) : answer;
                case Finding.OutOfReach(var cause, _):
                    return new PasswordChange.OutOfReach(cause);
                case Finding.Crowded(var after):
                    return new PasswordChange.Crowded(after);
                case Finding.Nobody(var nearest):
                    asked = nearest;
                    if (await mayTry(null) && asked is not null) await asked.RefuseNobodyAsync(cancel);
                    return new PasswordChange.Rejected();
                default:
                    return new PasswordChange.Rejected();
            }
        }
        catch (DirectoryOutOfReachException fault)
        {
            _log.OutOfReach(asked?.Id ?? "", fault.Message);
            return new PasswordChange.OutOfReach(fault.Message);
        }
    }

    private async Task<PasswordChange> TryAsync(PeopleDirectory directory, PersonEntry person, PasswordChangeRequest request, CancellationToken cancel)
    {
        // An empty new password is never sent: 389 makes one up then, and nobody knows it.
        if (!AuthenticatePerson.IsTriable(request.NewPassword))
            return await directory.TryAsync(person, request.OldPassword, cancel) switch
            {
                BindJudgement.Taken or BindJudgement.Barred(AccountState.MustChange) =>
                    new PasswordChange.Refused(person.Id, request.NewPassword.Length == 0 ? PasswordRefusal.TooShort : PasswordRefusal.Other),
                BindJudgement.Barred(var state) => new PasswordChange.Barred(person.Id, state),
                _ => new PasswordChange.Rejected(person.Id),
            };
        var (bind, change) = await directory.ChangeAsync(person, request.OldPassword, request.NewPassword, cancel);
        switch (change)
        {
            case ChangeJudgement.Changed:
                _log.PasswordChanged(directory.Id, person.Tenant.Value);
                return new PasswordChange.Changed(person.Id);
            case ChangeJudgement.Refused(var reason):
                _log.PasswordRefused(directory.Id, person.Tenant.Value, reason);
                return new PasswordChange.Refused(person.Id, reason);
            default:
                return change is null && bind is BindJudgement.Barred(var state) ? new PasswordChange.Barred(person.Id, state) : new PasswordChange.Rejected(person.Id);
        }
    }
}
