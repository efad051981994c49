using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>A visit without a name, as its station is remembered for it.</summary>
/// <param name="Person">The visit.</param>
/// <param name="SignIn">Digest of the secret that proves it.</param>
internal sealed record LastVisit(PersonId Person, SecretDigest SignIn);

/// <summary>Visits in Redis: sign-ins without a name, at most one open at each station.</summary>
internal sealed class VisitStore(RedisStore store, KeySpace keys, SessionStore sessions, SignInStore signIns)
{
    private static readonly Script _begin = new("begin_visit");

    /// <summary>The last visit at the station; null = none that is still remembered.</summary>
    public Task<LastVisit?> LastAsync(StationId station) => store.RunAsync("read visit", async db =>
        await db.HashGetAsync(keys.Visit(station), ["person", "sign-in"]) is [{ IsNull: false } person, { IsNull: false } digest]
            ? new LastVisit(new PersonId(person.ToString()), new SecretDigest(digest.ToString()))
            : null);

    /// <summary>Keeps a new visit, and closes the one before it.</summary>
    /// <param name="visit">Its <see cref="SignIn.Serial"/> is given here.</param>
    /// <param name="last">What <see cref="LastAsync"/> told.</param>
    /// <returns>The secret that proves it and its number; null when another has begun there meanwhile.</returns>
    public async Task<(Secret Secret, long Serial)?> BeginAsync(SignIn visit, LastVisit? last)
    {
        var secret = Secret.Draw();
        var key = keys.SignIn(secret.Digest);
        var serial = (long)await store.CommitAsync(_begin, [keys.Counter, key, keys.Events, keys.Visit(visit.Station), last is null ? key : keys.SignIn(last.SignIn)],
        [
            keys.Doorbell.ToString(), (long)SignInStore.Life.TotalMilliseconds, visit.Person.Value, visit.Station.Value, secret.Digest.Hex, (long)SignInStore.LongestLife.TotalMilliseconds,
            last?.SignIn.Hex ?? "", (long)SignInStore.ClosedLife.TotalMilliseconds,
            .. SignInStore.FieldsOf(visit),
        ]);
        return serial == 0 ? null : (secret, serial);
    }

    /// <summary>Orders the end of what a visit that is over still has.</summary>
    /// <returns>How many desktops.</returns>
    public async Task<int> EndAsync(LastVisit visit)
    {
        var ended = 0;
        foreach (var id in (await sessions.DesktopsOfAsync(visit.Person)).Values)
            if (await sessions.FindAsync(id) is { IsFinal: false } session && await signIns.CloseAsync(visit.SignIn, id, session.Fence, signOut: true) == "ending") ended++;
        return ended;
    }
}
