using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>A wish for a new password, and the station where it was typed.</summary>
internal sealed record OwnPasswordRequest(string Login, string OldPassword, string NewPassword, StationId Station)
{
    /// <summary>As <see cref="AuthenticationRequest.Waits"/>.</summary>
    public Action? Waits { get; init; }

    /// <summary>Never the name or a password, whoever prints it.</summary>
    public override string ToString() => $"change of password at {Station}";
}

/// <summary>What came of it. Closed.</summary>
internal abstract record OwnPasswordChange
{
    private OwnPasswordChange()
    {
    }

    /// <summary>The new password holds.</summary>
    public sealed record Changed : OwnPasswordChange;

    /// <summary>As <see cref="Admission.Rejected"/>.</summary>
    public sealed record Rejected : OwnPasswordChange;

    /// <summary>The old password was right, and the account may not change it.</summary>
    public sealed record Barred(AccountState State) : OwnPasswordChange;

    /// <summary>The old password was right; the new one was not taken.</summary>
    public sealed record Refused(PasswordRefusal Reason) : OwnPasswordChange;

    /// <summary>No directory could be asked.</summary>
    /// <param name="Cause">For the operator.</param>
    public sealed record OutOfReach(string Cause) : OwnPasswordChange;

    /// <summary>As <see cref="Admission.StationPaused"/>.</summary>
    public sealed record StationPaused(TimeSpan Left) : OwnPasswordChange;

    /// <summary>As <see cref="Admission.Crowded"/>.</summary>
    public sealed record Crowded(TimeSpan After) : OwnPasswordChange;
}

/// <summary>Changes a person's password at a station. A wrong old password counts like a wrong password at a sign-in: this is no way around the lockout.</summary>
internal sealed class ChangeOwnPassword(LockoutStore lockout, DirectoryCalls directories, LimitedMode limited, VerifierKeeper verifiers, LockoutLog log, TimeProvider time)
{
    /// <summary>Changes it.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach, and the password is what it was.</exception>
    public async Task<OwnPasswordChange> RunAsync(OwnPasswordRequest request, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var gate = new TryGate(lockout, request.Login, request.Station);
        var answer = await gate.PauseAsync() is { } left ? new OwnPasswordChange.StationPaused(left) : await AskAsync(request, gate, cancel);
        if (answer is OwnPasswordChange.Rejected) await AuthenticatePerson.FloorAsync(time, started, AdmitPerson.RefusalFloor, request.Waits, cancel);
        return answer;
    }

    private async Task<OwnPasswordChange> AskAsync(OwnPasswordRequest request, TryGate gate, CancellationToken cancel)
    {
        var station = request.Station.Value;
        var wish = new PasswordChangeRequest(request.Login, request.OldPassword, request.NewPassword, directories.TenantOf(request.Station)) { Waits = request.Waits };
        var answer = await directories.ChangePassword(wish, gate.PassAsync, cancel);
        if (gate.Shut is { } shut) return shut.Decision is LockoutDecision.StationPaused ? new OwnPasswordChange.StationPaused(shut.Left) : new OwnPasswordChange.Rejected();
        switch (answer)
        {
            case PasswordChange.Changed(var person):
                log.PasswordChanged(person.Value, station);
                await Task.WhenAll(SettleIfPossibleAsync(gate, TryEnd.Passed, person), ForgetAsync(person));
                return new OwnPasswordChange.Changed();
            case PasswordChange.Barred(var person, var state):
                log.Barred(person.Value, station, state);
                await Task.WhenAll(gate.SettleAsync(TryEnd.Passed, person), ForgetAsync(person));
                return new OwnPasswordChange.Barred(state);
            case PasswordChange.Refused(var person, var reason):
                log.PasswordRefused(person.Value, station, reason);
                await gate.SettleAsync(TryEnd.Passed, person);
                return new OwnPasswordChange.Refused(reason);
            case PasswordChange.OutOfReach(var cause):
                // The change may have been made before the directory was lost.
                await SettleIfPossibleAsync(gate, TryEnd.Unanswered);
                return new OwnPasswordChange.OutOfReach(cause);
            case PasswordChange.Crowded(var after):
                return new OwnPasswordChange.Crowded(after);
            case PasswordChange.Rejected(var person):
                await Task.WhenAll(gate.SettleAsync(TryEnd.Failed, person), person is { } known ? verifiers.DoubtAsync(known, request.OldPassword) : ForgetMissingAsync(request.Login, cancel));
                return new OwnPasswordChange.Rejected();
            default:
                throw new InvalidOperationException("a change of password without a case");
        }
    }

    /// <summary>What the directory did stays done: a station that were told "the store" of it would tell the person that nothing has changed.</summary>
    private async Task SettleIfPossibleAsync(TryGate gate, TryEnd end, PersonId? person = null)
    {
        try
        {
            await gate.SettleAsync(end, person);
        }
        catch (StoreOutOfReachException fault)
        {
            log.ChangeNotSettled(fault.Message);
        }
    }

    private async Task ForgetMissingAsync(string typed, CancellationToken cancel)
    {
        if (await limited.ForgetMissingAsync(typed, directories, cancel) is { } cause) log.VerifierNotKept(cause);
    }

    private async Task ForgetAsync(PersonId person)
    {
        if (await limited.ForgetAsync(person) is { } cause) log.VerifierNotKept(cause);
    }
}
