using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Directory;

/// <summary>What came of a try, as far as the count is concerned.</summary>
internal enum TryEnd
{
    /// <summary>Wrong password, or nobody by that name: it stays counted.</summary>
    Failed,

    /// <summary>The right password, whatever else stood in the way.</summary>
    Passed,

    /// <summary>No directory could be asked.</summary>
    Unanswered,

    /// <summary>No directory could be asked, and what was kept for that knows nobody by that name: it stays counted for the station alone.</summary>
    Unknown,
}

/// <summary>A try that may be made, or why not.</summary>
/// <param name="Who">Whom it counts for.</param>
/// <param name="Id">The try's own.</param>
/// <param name="Decision">As <see cref="Lockout.Decide"/> says.</param>
/// <param name="Left">Until the next try may be made; zero when this one may.</param>
internal sealed record TryBegun(TrySubject Who, string Id, LockoutDecision Decision, TimeSpan Left);

/// <summary>A lock that holds now.</summary>
/// <param name="Member">Its row among the lockouts.</param>
/// <param name="Where">The station; null = everywhere.</param>
/// <param name="Name">Digest of the locked name; null = the station itself pauses.</param>
/// <param name="Person">The locked person, when a directory knows them.</param>
/// <param name="Until">When it is over.</param>
internal sealed record LockHeld(string Member, StationId? Where, string? Name, string? Person, DateTimeOffset Until);

/// <summary>
/// The counted tries in Redis: hashes that end by themselves. Names stand there as digests: what is typed as a name may be a password, and a name that no
/// directory knows is nobody's business.
/// </summary>
internal sealed class LockoutStore(RedisStore store, KeySpace keys, LockoutPolicy policy, LockoutLog log)
{
    private static readonly Script _count = new("count_try");
    private static readonly Script _unlock = new("unlock");
    private readonly SuspectStations _suspects = new(policy);

    /// <summary>How a typed name is counted: every spelling of one name alike, also what is no name at all.</summary>
    public static string NameOf(string typed) => LoginName.Parse(typed) is { } login ? NameOf(login) : Digest("");

    /// <summary>As <see cref="NameOf(string)"/>.</summary>
    public static string NameOf(LoginName login) => Digest(login.Key);

    /// <summary>How a known person is counted, by whichever name they come. No typed name is counted so: none has a NUL.</summary>
    public static string NameOf(PersonId person) => Digest("\0" + person.Value);

    /// <summary>A password went wrong at this station lately, as far as this broker knows: it may pause.</summary>
    public bool IsSuspect(StationId station) => _suspects.Has(station);

    /// <summary>Asks whether a try may be made, and counts it if so. One round trip; none when the lockout is off.</summary>
    /// <param name="typed">The name as typed; anything.</param>
    /// <param name="station">Where.</param>
    /// <param name="person">Whose name it is, when that is known; the try is counted as theirs then.</param>
    /// <param name="now">For tests; null = the store's clock.</param>
    public Task<TryBegun> BeginAsync(string typed, StationId station, PersonId? person = null, DateTimeOffset? now = null) => AskAsync("begin", typed, station, person, now);

    /// <summary>Asks whether the station pauses, and counts nothing. One round trip; none when the lockout is off.</summary>
    public Task<TryBegun> LookAsync(string typed, StationId station, DateTimeOffset? now = null) => AskAsync("look", typed, station, null, now);

    private async Task<TryBegun> AskAsync(string verb, string typed, StationId station, PersonId? person, DateTimeOffset? now)
    {
        var name = person is { } known ? NameOf(known) : NameOf(typed);
        var (who, id) = (new TrySubject(name, station.Value), RandomNumberGenerator.GetHexString(12, lowercase: true));
        if (!policy.IsOn) return new TryBegun(who, id, new LockoutDecision.Go(), TimeSpan.Zero);
        if (verb == "begin") _suspects.Begins(station, id);
        var row = await RunAsync(verb, who, id, person, now);
        var left = TimeSpan.FromMilliseconds((long)row[1]);
        var until = DateTimeOffset.FromUnixTimeMilliseconds((long)row[2]) + left;
        LockoutDecision decision = row[0].ToString() switch
        {
            "go" => new LockoutDecision.Go(),
            "station" => Pauses(new StationId(who.Station), until),
            var where => new LockoutDecision.PersonLocked(until, where == "everywhere"),
        };
        return new TryBegun(who, id, decision, left);
    }

    /// <summary>Says what came of a try that <see cref="BeginAsync"/> let go.</summary>
    /// <param name="begun">The try.</param>
    /// <param name="end">What came of it.</param>
    /// <param name="person">Whose it was, when a directory knows.</param>
    /// <param name="now">For tests; null = the store's clock.</param>
    public async Task SettleAsync(TryBegun begun, TryEnd end, PersonId? person = null, DateTimeOffset? now = null)
    {
        if (!policy.IsOn) return;
        if (end is TryEnd.Failed or TryEnd.Unknown) _suspects.Fails(new StationId(begun.Who.Station));
        else _suspects.Passes(new StationId(begun.Who.Station), begun.Id);
        var verb = end switch { TryEnd.Failed => "failed", TryEnd.Passed => "passed", TryEnd.Unknown => "unknown", _ => "unanswered" };
        await RunAsync(verb, begun.Who, begun.Id, person, now);
    }

    /// <summary>Who is locked and which stations pause now, the longest last.</summary>
    public async Task<ImmutableArray<LockHeld>> ListAsync()
    {
        var now = await store.RunAsync("read lockouts", db => db.ExecuteAsync("TIME"));
        var clock = (RedisValue[])now!;
        var from = ((long)clock[0] * 1000) + ((long)clock[1] / 1000);
        var rows = await store.RunAsync("read lockouts", db => db.SortedSetRangeByScoreWithScoresAsync(keys.Lockouts, from));
        return [.. await store.RunAsync("read lockouts", db => Task.WhenAll(rows.Select(row => ReadAsync(db, row))))];
    }

    /// <summary>Takes locks away.</summary>
    /// <param name="which">Of <see cref="ListAsync"/>.</param>
    /// <param name="by">Who does it, for the event.</param>
    /// <returns>How many were still there.</returns>
    public async Task<int> UnlockAsync(IReadOnlyCollection<LockHeld> which, string by)
    {
        if (which.Count == 0) return 0;
        return (int)await store.CommitAsync(_unlock, [keys.Lockouts, keys.Events, .. which.Select(KeyOf)], [keys.Doorbell.ToString(), by, .. which.Select(one => (RedisValue)one.Member)]);
    }

    internal static string Digest(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..32];

    private async Task<RedisValue[]> RunAsync(string verb, TrySubject who, string id, PersonId? person, DateTimeOffset? now)
    {
        var station = new StationId(who.Station);
        var row = (RedisValue[])(await store.RunScriptAsync(_count,
            [keys.Tries(who.Person, station), keys.TriesAt(station), keys.TriesOf(who.Person), keys.Lockouts, keys.Events],
            [
                keys.Doorbell.ToString(), verb, id, who.Person, who.Station, person?.Value ?? "", now?.ToUnixTimeMilliseconds() ?? 0,
                .. Limit(policy.Here), .. Limit(policy.Station), .. Limit(policy.Everywhere),
                Milliseconds(policy.LongestStationPause), Milliseconds(policy.StationForgivenAfter), policy.Stations, policy.MostFromOneStation,
            ]))!;
        foreach (var told in row[3..])
        {
            if (told == "station") log.StationPaused(who.Station);
            else if (told == "here") log.LockedHere(person?.Value ?? who.Person[..8], who.Station);
            else log.LockedEverywhere(person?.Value ?? who.Person[..8]);
        }
        return row;
    }

    private LockoutDecision.StationPaused Pauses(StationId station, DateTimeOffset until)
    {
        _suspects.Fails(station);
        return new LockoutDecision.StationPaused(until);
    }

    private static RedisValue[] Limit(TryLimit limit) => [limit.Tries, Milliseconds(limit.Within), Milliseconds(limit.Pause)];

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    private async Task<LockHeld> ReadAsync(IDatabase db, SortedSetEntry row)
    {
        var member = row.Element.ToString();
        var until = DateTimeOffset.FromUnixTimeMilliseconds((long)row.Score);
        var held = member.Split(' ') switch
        {
            ["station", var station] => new LockHeld(member, new StationId(station), null, null, until),
            ["here", var name, var station] => new LockHeld(member, new StationId(station), name, null, until),
            [_, var name, ..] => new LockHeld(member, null, name, null, until),
            _ => new LockHeld(member, null, "", null, until),
        };
        var person = held.Name is null ? RedisValue.Null : await db.HashGetAsync(KeyOf(held), "person");
        return held with { Person = person.IsNull ? null : person.ToString() };
    }

    private RedisKey KeyOf(LockHeld held) => (held.Name, held.Where) switch
    {
        (null, { } station) => keys.TriesAt(station),
        ({ } name, { } station) => keys.Tries(name, station),
        var (name, _) => keys.TriesOf(name ?? ""),
    };
}
