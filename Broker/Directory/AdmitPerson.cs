using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>A name and a password, and the station where they were typed.</summary>
internal sealed record AdmissionRequest(string Login, string Password, StationId Station)
{
    /// <summary>Called once when it is known whose name it is, before the password is tried: what is read for that person can be read meanwhile. Null = nobody wants to know.</summary>
    public Action<PersonId>? Known { get; init; }

    /// <summary>As <see cref="AuthenticationRequest.Waits"/>.</summary>
    public Action? Waits { get; init; }

    /// <summary>Never the name or the password, whoever prints it.</summary>
    public override string ToString() => $"admission at {Station}";
}

/// <summary>What a rejection does not tell the station: for those who help the person.</summary>
internal enum RejectionGround
{
    /// <summary>The directory knows the person and refused: the password is wrong, or the directory has locked the account.</summary>
    WrongPassword,

    /// <summary>No directory knows the name, or it cannot be told whose it is.</summary>
    UnknownName,

    /// <summary>The person is locked here after wrong passwords: the password was not tried.</summary>
    Locked,
}

/// <summary>Whether somebody is let in at a station. Closed.</summary>
internal abstract record Admission
{
    private Admission()
    {
    }

    /// <summary>They are who they say.</summary>
    /// <param name="Person">Who; in limited mode as their last full sign-in showed them.</param>
    /// <param name="Notice">What they should know of their password.</param>
    /// <param name="Limited">By limited mode: the directory has not been asked.</param>
    public sealed record Admitted(DirectoryPerson Person, PasswordNotice? Notice, bool Limited) : Admission
    {
        /// <summary>The count of the try is being settled. Who tells the person that they are in waits for it; until then it costs no time of theirs.</summary>
        public Task Settled { get; init; } = Task.CompletedTask;
    }

    /// <summary>Wrong password, nobody by that name, locked by the directory or here: one answer, not before <see cref="AdmitPerson.RefusalFloor"/>.</summary>
    public sealed record Rejected : Admission
    {
        /// <summary>Whose name was typed; null = nobody's, or it cannot be told. For records, never for the station.</summary>
        public PersonId? Person { get; init; }

        /// <summary>Why. For records, never for the station.</summary>
        public RejectionGround Ground { get; init; } = RejectionGround.WrongPassword;
    }

    /// <summary>The password was right, and the account may not be used.</summary>
    /// <param name="State">Why not.</param>
    /// <param name="Person">Who it is.</param>
    public sealed record Barred(AccountState State, PersonId Person) : Admission;

    /// <summary>No directory could be asked, and limited mode does not help.</summary>
    /// <param name="Cause">For the operator.</param>
    public sealed record OutOfReach(string Cause) : Admission;

    /// <summary>Too many wrong passwords at this station, for whomever.</summary>
    /// <param name="Left">Until the next try.</param>
    public sealed record StationPaused(TimeSpan Left) : Admission;

    /// <summary>As many wait for the directory as may: no password was tried.</summary>
    /// <param name="After">At least so long before the next try.</param>
    public sealed record Crowded(TimeSpan After) : Admission;
}

/// <summary>Lets a person in at a station: lockout, then the directories, then limited mode where the directory is down and the tenant wants it.</summary>
internal sealed class AdmitPerson(LockoutStore lockout, DirectoryCalls directories, LimitedMode limited, VerifierKeeper verifiers, LockoutLog log, TimeProvider time)
{
    /// <summary>
    /// No refusal is answered sooner. Above <see cref="AuthenticatePerson.RejectionFloor"/>, so that what is noted afterwards (more for a person whom the
    /// directory knows than for one whom it does not) fits below it.
    /// </summary>
    public static readonly TimeSpan RefusalFloor = AuthenticatePerson.RejectionFloor + TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Checks a person. One round trip to the store when the directories know whose name it is, and one that nobody waits for here (<see cref="Admission.Admitted.Settled"/>); one more before the
    /// directories are asked where passwords went wrong at the station lately.
    /// </summary>
    /// <exception cref="Storage.StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<Admission> RunAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var gate = new TryGate(lockout, request.Login, request.Station) { Known = request.Known };
        // A paused station costs the directories nothing.
        var answer = await gate.PauseAsync() is { } left ? new Admission.StationPaused(left) : await AskAsync(request, gate, started, cancel);
        if (answer is Admission.Rejected or Admission.Barred) await AuthenticatePerson.FloorAsync(time, started, RefusalFloor, request.Waits, cancel);
        return answer;
    }

    private async Task<Admission> AskAsync(AdmissionRequest request, TryGate gate, long started, CancellationToken cancel)
    {
        var asked = new AuthenticationRequest(request.Login, request.Password, directories.TenantOf(request.Station)) { Waits = request.Waits };
        var answer = await directories.Authenticate(asked, gate.PassAsync, cancel);
        if (gate.Shut is { } shut) return Refused(shut, gate);
        switch (answer)
        {
            case Authentication.Authenticated(var person, var notice):
                return new Admission.Admitted(person, notice, Limited: false) { Settled = Task.WhenAll(gate.SettleAsync(TryEnd.Passed, person.Id), verifiers.NoteAsync(person, request.Password, started)) };
            case Authentication.Barred(var person, var state):
                log.Barred(person.Value, request.Station.Value, state);
                await Task.WhenAll(gate.SettleAsync(TryEnd.Passed, person), ForgetAsync(person));
                return new Admission.Barred(state, person);
            case Authentication.OutOfReach(var cause, var down):
                return await AskLimitedAsync(asked, request.Station, gate, new Admission.OutOfReach(cause), down, cancel);
            case Authentication.Crowded(var after):
                return new Admission.Crowded(after);
            case Authentication.Rejected(var person):
                await Task.WhenAll(gate.SettleAsync(TryEnd.Failed, person), person is { } known ? verifiers.DoubtAsync(known, request.Password) : ForgetMissingAsync(request.Login, cancel));
                return new Admission.Rejected { Person = person, Ground = person is null ? RejectionGround.UnknownName : RejectionGround.WrongPassword };
            default:
                throw new InvalidOperationException("an authentication without a case");
        }
    }

    private async Task<Admission> AskLimitedAsync(
        AuthenticationRequest asked, StationId station, TryGate gate, Admission.OutOfReach otherwise, ImmutableArray<TenantId> down, CancellationToken cancel)
    {
        var named = LoginName.Parse(asked.Login) is { } login ? directories.TenantNamed(login) : null;
        switch (await limited.CheckAsync(asked, station, named, down, gate.PassAsync, cancel))
        {
            case LimitedAnswer.Known(var person):
                await gate.SettleAsync(TryEnd.Passed, person.Id);
                log.Limited(person.Id.Value, station.Value, person.Tenant.Value);
                return new Admission.Admitted(person, null, Limited: true);
            case LimitedAnswer.Wrong(var person):
                await gate.SettleAsync(TryEnd.Failed, person);
                return new Admission.Rejected { Person = person };
            case LimitedAnswer.Shut when gate.Shut is { } shut:
                return Refused(shut, gate);
            case LimitedAnswer.Nobody(Tried: true):
                await gate.SettleAsync(TryEnd.Unknown);
                return otherwise;
            case LimitedAnswer.Crowded:
                log.LimitedCrowded(station.Value);
                break;
        }
        await gate.SettleAsync(TryEnd.Unanswered);
        return otherwise;
    }

    private static Admission Refused(TryBegun shut, TryGate gate) => shut.Decision is LockoutDecision.StationPaused
        ? new Admission.StationPaused(shut.Left)
        : new Admission.Rejected { Person = gate.Person, Ground = RejectionGround.Locked };

    private async Task ForgetMissingAsync(string typed, CancellationToken cancel)
    {
        if (await limited.ForgetMissingAsync(typed, directories, cancel) is { } cause) log.VerifierNotKept(cause);
    }

    private async Task ForgetAsync(PersonId person)
    {
        if (await limited.ForgetAsync(person) is { } cause) log.VerifierNotKept(cause);
    }
}
