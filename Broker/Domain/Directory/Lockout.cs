namespace VdiBroker.Directory;

/// <summary>
/// Slows guessing, per person and per station. What one station does locks people at that station only; everywhere, it takes several. A try is
/// counted before the directory is asked, so that many at once do not outrun the count; the right password takes the count back. The script
/// <c>count_try.lua</c> does the same on the store.
/// </summary>
public static class Lockout
{
    /// <summary>Whether a try may be made.</summary>
    /// <param name="state">What has been counted.</param>
    /// <param name="policy">How much is allowed.</param>
    /// <param name="now">The store's time.</param>
    public static LockoutDecision Decide(LockoutState state, LockoutPolicy policy, DateTimeOffset now)
    {
        var counts = Current(state, policy, now);
        if (EndOfStation(counts.Station, policy) is { } pause) return new LockoutDecision.StationPaused(pause);
        var everywhere = EndOfEverywhere(counts.Everywhere, policy);
        return (EndOfHere(counts.Here, policy), everywhere) switch
        {
            (null, null) => new LockoutDecision.Go(),
            ({ } here, null) => new LockoutDecision.PersonLocked(here, Everywhere: false),
            ({ } here, { } there) when here > there => new LockoutDecision.PersonLocked(here, Everywhere: true),
            _ => new LockoutDecision.PersonLocked(everywhere.GetValueOrDefault(), Everywhere: true),
        };
    }

    /// <summary>What still counts: a lock that has been served is gone with its tries, and so are tries that are too old.</summary>
    public static LockoutState Current(LockoutState state, LockoutPolicy policy, DateTimeOffset now) => new(
        Current(state.Here, policy.Here, EndOfHere(state.Here, policy), now),
        CurrentStation(state.Station, policy, now),
        Current(state.Everywhere, policy.Everywhere, EndOfEverywhere(state.Everywhere, policy), now));

    /// <summary>Counts a try that <see cref="Decide"/> lets go.</summary>
    /// <param name="state">What has been counted.</param>
    /// <param name="id">The try's own.</param>
    /// <param name="who">Who tries, and where.</param>
    /// <param name="policy">How much is allowed.</param>
    /// <param name="now">The store's time.</param>
    public static LockoutState Begin(LockoutState state, string id, TrySubject who, LockoutPolicy policy, DateTimeOffset now)
    {
        var counts = Current(state, policy, now);
        var tooMany = counts.Everywhere.Tries.Count(one => one.Of == who.Station) >= policy.MostFromOneStation;
        return new LockoutState(
            counts.Here.With(new CountedTry(id, now, "")),
            counts.Station.With(new CountedTry(id, now, who.Person)),
            tooMany ? counts.Everywhere : counts.Everywhere.With(new CountedTry(id, now, who.Station)));
    }

    /// <summary>
    /// The password was right: what this station counted against this person is taken back. Nothing else is: who knows one password clears nobody
    /// else's tries, and no other station's.
    /// </summary>
    public static LockoutState Pass(LockoutState state, TrySubject who, LockoutPolicy policy, DateTimeOffset now)
    {
        var counts = Current(state, policy, now);
        return new LockoutState(counts.Here.Without(_ => true), counts.Station.Without(one => one.Of == who.Person), counts.Everywhere.Without(one => one.Of == who.Station));
    }

    /// <summary>The directory could not be asked: this try is taken back.</summary>
    public static LockoutState TakeBack(LockoutState state, string id, LockoutPolicy policy, DateTimeOffset now)
    {
        var counts = Current(state, policy, now);
        return new LockoutState(counts.Here.Without(one => one.Id == id), counts.Station.Without(one => one.Id == id), counts.Everywhere.Without(one => one.Id == id));
    }

    /// <summary>The directory could not be asked, and nobody by that name is known without it: the try stays counted for the station, which had its work done, alone.</summary>
    public static LockoutState LeaveToStation(LockoutState state, string id, LockoutPolicy policy, DateTimeOffset now) =>
        TakeBack(state, id, policy, now) with { Station = Current(state, policy, now).Station };

    private static DateTimeOffset? EndOfHere(TryLedger ledger, LockoutPolicy policy) =>
        ledger.Tries.Length >= policy.Here.Tries ? ledger.Tries[^1].At + policy.Here.Pause : null;

    private static DateTimeOffset? EndOfStation(TryLedger ledger, LockoutPolicy policy) =>
        ledger.Tries.Length >= policy.Station.Tries ? ledger.Tries[^1].At + policy.StationPause(ledger.Step) : null;

    private static DateTimeOffset? EndOfEverywhere(TryLedger ledger, LockoutPolicy policy) =>
        ledger.Tries.Length >= policy.Everywhere.Tries && ledger.Tries.Select(one => one.Of).Distinct().Count() >= policy.Stations
            ? ledger.Tries[^1].At + policy.Everywhere.Pause
            : null;

    private static TryLedger Current(TryLedger ledger, TryLimit limit, DateTimeOffset? end, DateTimeOffset now)
    {
        if (end is { } until) return now < until ? ledger : TryLedger.Empty;
        return ledger.Without(one => one.At + limit.Within <= now);
    }

    private static TryLedger CurrentStation(TryLedger ledger, LockoutPolicy policy, DateTimeOffset now)
    {
        if (EndOfStation(ledger, policy) is { } until)
        {
            if (now < until) return ledger;
            ledger = new TryLedger([], ledger.Step + 1, until + policy.StationForgivenAfter);
        }
        ledger = ledger.Without(one => one.At + policy.Station.Within <= now);
        return now < ledger.CalmAt ? ledger : ledger with { Step = 0, CalmAt = DateTimeOffset.MinValue };
    }
}
