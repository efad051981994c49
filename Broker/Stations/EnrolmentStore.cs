using System.Collections.Immutable;
using System.Text.Json;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Rpc;
using VdiBroker.Storage;

namespace VdiBroker.Stations;

/// <summary>Wishes of unknown stations in Redis. They are bounded in number, for each address and in all: whoever floods them fills the own share.</summary>
/// <param name="store">Where.</param>
/// <param name="keys">Of the farm.</param>
/// <param name="logger">Told of what cannot be read; null = nobody is.</param>
internal sealed class EnrolmentStore(RedisStore store, KeySpace keys, ILogger<EnrolmentStore>? logger = null)
{
    /// <summary>Undecided wishes from one address: a classroom and some may stand behind one.</summary>
    public const int MostOfAnAddress = 40;

    /// <summary>Undecided wishes in all.</summary>
    public const int MostOfAll = 2000;

    /// <summary>A wish without a sign of life is kept for so long.</summary>
    public static readonly TimeSpan Waits = TimeSpan.FromHours(1);

    /// <summary>A certificate is kept for so long for the station to fetch it: it may be accepted while it is off, over a weekend.</summary>
    public static readonly TimeSpan KeepsAccepted = TimeSpan.FromDays(7);

    private const int Draws = 3;
    private static readonly Script _ask = new("ask_enrolment");
    private static readonly Script _decide = new("decide_enrolment");

    /// <summary>A station asks, or asks again. What was kept of it and cannot be read is forgotten: it has a fresh code then, and is decided anew.</summary>
    /// <param name="wish">Without its time.</param>
    /// <returns>What stands there now, which may be decided; null = too many wait, here or from this address.</returns>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<KnownWish?> AskAsync(StationWish wish)
    {
        var (unread, row) = ((RedisValue)"", (RedisValue)"");
        for (var n = 0; n < Draws; n++)
        {
            var answer = (RedisValue[])(await store.RunScriptAsync(_ask, [keys.Enrolments, keys.EnrolmentCodes, keys.EnrolmentEnds, Of(wish), keys.EnrolmentsDecided],
                [wish.Key, EnrolmentCode.Draw(), JsonSerializer.Serialize(wish, WishJson.Default.StationWish), (long)Waits.TotalMilliseconds, MostOfAnAddress, MostOfAll, unread, row]))!;
            if (answer[0].IsNullOrEmpty && answer[1] != "code") return null;
            if (answer[0].IsNullOrEmpty) continue;
            // Of another key is as good as of none.
            if (KnownWish.Read(answer[0], answer[1]) is { } known && known.Wish.Key == wish.Key) return known;
            (unread, row) = (answer[0], answer[1]);
            if (logger is not null) StationsLog.WishUnreadable(logger, wish.Key, wish.From);
        }
        return null;
    }

    /// <summary>Every wish that has not ended, the oldest first; and the codes of those that cannot be read.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<(ImmutableArray<KnownWish> Wishes, ImmutableArray<string> Unreadable)> ListAsync()
    {
        var (rows, ended) = await store.RunAsync("list enrolments", async db =>
        {
            var (all, clock) = (db.HashGetAllAsync(keys.Enrolments), StoreClock.ReadAsync(db, keys));
            var now = (await clock).Now.ToUnixTimeMilliseconds();
            var (undecided, decided) = (db.SortedSetRangeByScoreAsync(keys.EnrolmentEnds, stop: now), db.SortedSetRangeByScoreAsync(keys.EnrolmentsDecided, stop: now));
            return (await all, (RedisValue[])[.. await undecided, .. await decided]);
        });
        var gone = ended.Select(code => code.ToString()).ToHashSet();
        var read = rows.Where(row => !gone.Contains(row.Name.ToString())).Select(row => (Code: row.Name.ToString(), Known: KnownWish.Read(row.Name, row.Value))).ToList();
        return ([.. read.Select(one => one.Known).OfType<KnownWish>().OrderBy(one => one.Wish.At)], [.. read.Where(one => one.Known is null).Select(one => one.Code)]);
    }

    /// <summary>One; null = there is none of that code, or none that can be read.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<KnownWish?> FindAsync(string code) => store.RunAsync("find enrolment", async db =>
        await db.HashGetAsync(keys.Enrolments, code) is { HasValue: true } row ? KnownWish.Read(code, row) : null);

    /// <summary>Accepts: the name's standing and the station's answer, together.</summary>
    /// <param name="asked">As it was found.</param>
    /// <param name="before">The name's standing as it was found.</param>
    /// <param name="standing">From now on.</param>
    /// <param name="certificate">That it admits, PEM.</param>
    /// <exception cref="StoreException">The store is out of reach: it may have been done all the same.</exception>
    public Task<WishDecision> AcceptAsync(KnownWish asked, StandingRead before, StationStanding standing, string certificate) =>
        DecideAsync(asked, asked.Wish with { Decided = true, Station = standing.Station.Value, Certificate = certificate, Why = null }, KeepsAccepted, standing.InPlaceOf(before.Standing, standing.At), before);

    /// <summary>Refuses.</summary>
    /// <param name="asked">As it was found.</param>
    /// <param name="by">Who.</param>
    /// <param name="why">Shown at the station.</param>
    /// <exception cref="StoreException">The store is out of reach: it may have been done all the same.</exception>
    public Task<WishDecision> RefuseAsync(KnownWish asked, string by, string why) =>
        DecideAsync(asked, asked.Wish with { Decided = true, Why = why }, Waits, new StationStanding(new StationId(""), Revoked: true, default) { By = by, Why = why }, before: null);

    private async Task<WishDecision> DecideAsync(KnownWish asked, StationWish now, TimeSpan keep, StationStanding standing, StandingRead? before)
    {
        var answer = (string)(await store.CommitAsync(_decide, [keys.Enrolments, keys.EnrolmentEnds, Of(asked.Wish), keys.Standings, keys.Events, keys.EnrolmentsDecided],
            [keys.Doorbell.ToString(), asked.Code, asked.Text, JsonSerializer.Serialize(now, WishJson.Default.StationWish), (long)keep.TotalMilliseconds,
                before is null ? "station-turned-away" : "station-admitted", asked.Wish.Key, standing.By, standing.Why, standing.Station.Value, before?.Text ?? "", before is null ? "" : StandingRow.Write(standing)]))!;
        return answer switch
        {
            "done" => WishDecision.Done,
            "taken" => WishDecision.NameTaken,
            _ => WishDecision.Changed,
        };
    }

    private RedisKey Of(StationWish wish) => keys.EnrolmentsOf(StrangersDoor.Neighbours(System.Net.IPAddress.TryParse(wish.From, out var address) ? address : null));
}

/// <summary>What came of deciding a wish.</summary>
internal enum WishDecision
{
    /// <summary>It is so now.</summary>
    Done,

    /// <summary>It is gone, or somebody else has decided it meanwhile.</summary>
    Changed,

    /// <summary>Something was decided of the name meanwhile.</summary>
    NameTaken,
}
