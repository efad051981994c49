using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>
/// The lockout's say in one try, asked when it is known whose name was typed and before the password is tried: every name of a person is counted as that
/// person. A try that never came so far is counted nowhere.
/// </summary>
/// <param name="lockout">Where tries are counted.</param>
/// <param name="typed">What was typed as a name.</param>
/// <param name="station">Where.</param>
internal sealed class TryGate(LockoutStore lockout, string typed, StationId station)
{
    private TryBegun? _begun;

    /// <summary>Called when it is known whose name was typed; null = nobody wants to know.</summary>
    public Action<PersonId>? Known { get; init; }

    /// <summary>Why the password may not be tried; null = it may, or nobody has asked yet.</summary>
    public TryBegun? Shut => _begun is { Decision: not LockoutDecision.Go } shut ? shut : null;

    /// <summary>Whose name was typed, as far as that was known when the try was counted.</summary>
    public PersonId? Person { get; private set; }

    /// <summary>How long the station still pauses, without counting anything; null = it does not, or no password has gone wrong there lately: then the count itself will say.</summary>
    public async Task<TimeSpan?> PauseAsync() => lockout.IsSuspect(station) && await lockout.LookAsync(typed, station) is { Decision: LockoutDecision.StationPaused, Left: var left } ? left : null;

    /// <summary>Counts the try, the first time.</summary>
    /// <param name="person">Whose name it is; null = nobody's, or it cannot be told.</param>
    /// <returns>False: the password may not be tried.</returns>
    public async Task<bool> PassAsync(PersonId? person)
    {
        if (Person is null && person is { } known) Known?.Invoke(known);
        Person ??= person;
        _begun ??= await lockout.BeginAsync(typed, station, person);
        return Shut is null;
    }

    /// <summary>Says what came of it.</summary>
    public Task SettleAsync(TryEnd end, PersonId? person = null) =>
        _begun is { Decision: LockoutDecision.Go } begun ? lockout.SettleAsync(begun, end, person) : Task.CompletedTask;
}
