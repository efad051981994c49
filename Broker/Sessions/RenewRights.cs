using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What came of reading rights anew. Closed.</summary>
internal abstract record Renewal
{
    private Renewal()
    {
    }

    /// <summary>With rights that are young enough, or the old ones where the directory is out of reach.</summary>
    public sealed record Known(SignIn SignIn) : Renewal;

    /// <summary>As many wait for the directory as may.</summary>
    /// <param name="After">At least so long before the next try.</param>
    public sealed record ComeBack(TimeSpan After) : Renewal;
}

/// <summary>
/// Asks the directory anew what somebody may open when what is known is older than the city allows, or was refreshed since: a right that was taken away
/// opens nothing more, however long ago the sign-in was. While the directory is out of reach the old rights hold on, as long as the sign-in lives.
/// </summary>
internal sealed class RenewRights(LookUpPerson lookUp, DirectorySet directories, SignInStore signIns, PeopleRules rules, TimeProvider time, ILogger<RenewRights> logger)
{
    private readonly Lock _gate = new();
    private long _forgottenAt;

    /// <summary>The sign-in with rights that are young enough.</summary>
    /// <param name="secret">Proves the sign-in.</param>
    /// <param name="signIn">As it is known.</param>
    /// <param name="waits">As <see cref="AuthenticationRequest.Waits"/>: an opening that waits for a directory keeps no other opening waiting, and is one of those who may wait for it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<Renewal> RunAsync(Presented secret, SignIn signIn, Action? waits, CancellationToken cancel)
    {
        // No directory knows them: their right is the place's, and ends with the visit.
        if (signIn.Person.IsVisitor) return new Renewal.Known(signIn);
        var tenant = signIn.Person.Tenant;
        if (signIn.Mark == 0 && signIn.RightsAge < rules.Directories.RightsAge(tenant)) return new Renewal.Known(signIn);
        ForgetGroupsBefore(signIn.Mark);
        var asked = Stopwatch.GetTimestamp();
        switch (await LookUpAsync(signIn.Person, waits, cancel))
        {
            // The same name may have become another's since.
            case Lookup.Found(var person, var facts) when person.Id == signIn.Person && AccountStanding.Of(facts.State, time.GetUtcNow()) is null:
                return new Renewal.Known(await KeepAsync(secret, signIn, rules.PoolsOf(person, signIn.Limited), Stopwatch.GetElapsedTime(asked)));
            case Lookup.Found or Lookup.Nobody:
                return new Renewal.Known(await KeepAsync(secret, signIn, [], Stopwatch.GetElapsedTime(asked)));
            // It answers: old rights would open what the next try does not.
            case Lookup.Crowded(var after):
                return new Renewal.ComeBack(after);
            default:
                SessionsLog.RightsNotRenewed(logger, signIn.Person, signIn.Station, Math.Round(signIn.RightsAge.TotalMinutes));
                return new Renewal.Known(signIn);
        }
    }

    // The place is given back with the directory's answer, before the store is told.
    private async Task<Lookup> LookUpAsync(PersonId person, Action? waits, CancellationToken cancel)
    {
        using var places = new DirectoryPlaces(waits, time);
        return await lookUp.RunAsync(person.Tenant, person.Login, places, cancel);
    }

    private async Task<SignIn> KeepAsync(Presented secret, SignIn signIn, ImmutableArray<PoolId> pools, TimeSpan age)
    {
        if (!pools.SequenceEqual(signIn.Pools)) SessionsLog.RightsChanged(logger, signIn.Person, signIn.Station, string.Join(',', signIn.Pools), string.Join(',', pools));
        await signIns.RenewAsync(secret, pools, age);
        return signIn with { Pools = pools, RightsAge = age, Mark = 0 };
    }

    // The event that tells of a refresh may come later than this opening.
    private void ForgetGroupsBefore(long mark)
    {
        lock (_gate)
        {
            if (mark <= _forgottenAt) return;
            directories.ForgetGroups();
            _forgottenAt = mark;
        }
    }
}
