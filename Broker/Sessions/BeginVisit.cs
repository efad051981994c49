using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Profiles;
using VdiBroker.Records;
using VdiBroker.Rpc;

namespace VdiBroker.Sessions;

/// <summary>
/// Begins a visit without a name at a public place: a person who exists for this one visit, with the right to the place's pool and an account that its host makes
/// and wipes. What an earlier visit at the same station left is ended: whoever presses the key is the next person.
/// </summary>
internal sealed class BeginVisit(ProfileRulebook places, PoolCatalogue pools, VisitStore visits, FreshMemory fresh, ILogger<BeginVisit> logger)
{
    private const string VisitAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    // 80 bits: no two visits are one person, and nobody guesses another's account.
    private const int VisitLength = 16;
    // As often as others may begin at the same station in the same moment; it has one keyboard.
    private const int Tries = 4;

    /// <summary>Runs; outages of the store come as <see cref="Storage.StoreOutOfReachException"/>.</summary>
    /// <param name="station">By its certificate.</param>
    /// <param name="language">What the station shows.</param>
    public async Task<SignInOutcome> RunAsync(StationId station, string language)
    {
        var asked = Stopwatch.GetTimestamp();
        if (places.PlaceOf(station) is not { Visitors: { } offer } place) return new SignInOutcome.NoVisitors();
        var visit = RandomNumberGenerator.GetString(VisitAlphabet, VisitLength);
        var (person, account) = (PersonId.OfVisit(offer.Tenant, visit), $"v-{visit}");
        var nobody = new DirectoryPerson(person, offer.Tenant, person.Login, "", []);
        var settings = StationSettings.Of(ProfileMerge.Merge(places.SourcesOf(new ProfileWanted(nobody, ImmutableDictionary<string, string>.Empty, station), own: null)));
        // There is nobody to lock it for, and nobody who could come back to it.
        if (settings.WhenIdle is { } idle) settings = settings with { WhenIdle = idle with { Act = IdleAct.SignOut } };
        var wanted = new SignIn(0, person, account, station, [offer.Pool], settings, Closed: false);
        for (var turn = 0; turn < Tries; turn++)
        {
            var last = await visits.LastAsync(station);
            if (await visits.BeginAsync(wanted, last) is not { } begun) continue;
            fresh.SignIns.Keep(begun.Secret.Digest, new FreshSignIn(wanted with { Serial = begun.Serial, Remembered = true }, []));
            if (last is not null && await visits.EndAsync(last) > 0) SessionsLog.VisitOvertaken(logger, last.Person, station);
            SessionsLog.VisitBegun(logger, person, station, begun.Serial, offer.Pool);
            return new SignInOutcome.SignedIn(begun.Secret, VisitorWords.Name(language), Language.Choose(language, place.French, place.English), settings, [new DesktopOffered(pools.Pools[offer.Pool], Running: false)])
            {
                Person = person,
                Serial = begun.Serial,
                Took = new SignInTimes(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.Zero),
            };
        }
        throw new InvalidOperationException($"visits at {station} overtake each other");
    }
}
