using System.Collections.Immutable;
using System.Diagnostics;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>
/// Asks the directory anew what somebody may open when what is known is older than the city allows, or was refreshed since: a right that was taken away
/// opens nothing more, however long ago the sign-in was. While the directory is out of reach the old rights hold on, as long as the sign-in lives.
/// </summary>
internal sealed class RenewRights(LookUpPerson lookUp, DirectorySet directories, SignInStore signIns, PeopleRules rules, TimeProvider time, ILogger<RenewRights> logger)
{
    private readonly Lock _gate = new();
    private long _forgottenAt;

    /// <summary>The sign-in with rights that are young enough.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<SignIn> RunAsync(Presented secret, SignIn signIn, CancellationToken cancel)
    {
        // No directory knows them: their right is the place's, and ends with the visit.
        if (signIn.Person.IsVisitor) return signIn;
        var tenant = signIn.Person.Tenant;
        if (signIn.Mark == 0 && signIn.RightsAge < rules.Directories.RightsAge(tenant)) return signIn;
        ForgetGroupsBefore(signIn.Mark);
        var asked = Stopwatch.GetTimestamp();
        switch (await lookUp.RunAsync(tenant, signIn.Person.Login, cancel))
        {
            // The same name may have become another's since.
            case Lookup.Found(var person, var facts) when person.Id == signIn.Person && AccountStanding.Of(facts.State, time.GetUtcNow()) is null:
                return await KeepAsync(secret, signIn, rules.PoolsOf(person, signIn.Limited), Stopwatch.GetElapsedTime(asked));
            case Lookup.Found or Lookup.Nobody:
                return await KeepAsync(secret, signIn, [], Stopwatch.GetElapsedTime(asked));
            default:
                SessionsLog.RightsNotRenewed(logger, signIn.Person, signIn.Station, Math.Round(signIn.RightsAge.TotalMinutes));
                return signIn;
        }
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
