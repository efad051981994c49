using System.Collections.Frozen;
using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using VdiBroker.Stations;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>What a look at hosts tells in numbers, against a model that knows the names.</summary>
[Collection(RedisCollection.Name)]
public sealed class HostLookTests(RedisFixture redis)
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] _users = ["amelie", "bruno", "chloe", "élodie"];

    private static readonly Gen<ObservedSession> _session = Gen.Select(Gen.OneOf(_users), Gen.Bool, Gen.OneOf("", "bureau", "classe"), Gen.Int[-1, 1], (user, connected, pool, failed) =>
        new ObservedSession(user, 10, connected, _noon) { Grant = pool.Length == 0 ? null : new GrantSeen("s", 1, "drancy/x", pool), Wipe = failed < 0 ? null : new WipeSeen(failed, "") });

    private static readonly Gen<Step> _step = Gen.OneOf(
        Gen.Select(Gen.Int[0, 1], _session.Array[0, 5], (host, seen) => new Step(host) { Reports = [.. seen] }),
        Gen.Select(Gen.Int[0, 1], Gen.OneOf(_users), (host, user) => new Step(host) { Seats = user }),
        Gen.Select(Gen.Int[0, 1], Gen.OneOf(_users), (host, user) => new Step(host) { Frees = user }),
        Gen.Select(Gen.Int[0, 1], Gen.Bool, (host, old) => new Step(host) { Recounts = !old, OldBroker = old }));

    [Fact]
    public Task Whatever_was_reported_seated_and_freed_a_look_counts_it() => _step.Array[1, 12].SampleAsync(async steps =>
    {
        var farm = new LedgerFarm(redis.Store, 9, 9);
        Model[] model = [new(), new()];
        foreach (var step in steps)
        {
            var host = farm.Pool.Hosts[step.Host];
            if (step.Reports is { } seen) await farm.ReportAsync(host.Value, [.. seen]);
            else if (step.Recounts) await farm.Adoptions.RecountAsync(host, "link", Reading(model[step.Host].Report));
            else if (step.OldBroker) await redis.Store.RunAsync("a report to a broker of before", db => model[step.Host].Heard ? db.HashSetAsync(farm.Keys.Board(host), "seen", 2000) : Task.FromResult(false));
            else if (step.Seats is { } user) await redis.Store.RunAsync("seat", db => db.HashSetAsync(farm.Keys.Seats(host), user, "s"));
            else await redis.Store.RunAsync("free", db => db.HashDeleteAsync(farm.Keys.Seats(host), step.Frees));
            model[step.Host].Take(step);
            foreach (var account in (string[])["", "amelie"])
            {
                var rows = await redis.Store.RunAsync("look", db => farm.Board.LookAsync(db, farm.Pool.Hosts, account, tallies: true));
                foreach (var (row, expected) in rows.Zip(model))
                {
                    Assert.Equal(expected.Told, (row.Seats.Held, row.Seats.Shown, string.Join(' ', row.Seats.Strays.Select(Told).Order()), row.Seen is not null));
                    Assert.Equal(account.Length > 0 && expected.Holders.Contains(account), row.HoldsOne);
                    Assert.Equal(expected.Counted.Length, row.Tally.Sessions);
                    Assert.Equal(expected.Counted.Count(session => session.Wipe is { Failed: > 0 }), row.Tally.Unwiped);
                    foreach (var pool in (string[])["bureau", "classe"])
                        foreach (var connected in (bool[])[true, false])
                            Assert.Equal(expected.Counted.Count(session => session.Grant?.Pool == pool && session.Connected == connected), In(row.Tally, pool, connected));
                }
            }
            Assert.Equal(model.Select(one => one.Heard), (await redis.Store.RunAsync("hear", db => farm.Board.VoicesAsync(db, farm.Pool.Hosts))).Select(voice => voice is not null));
        }
    }, iter: 100, threads: 2);

    [Fact]
    public async Task Who_holds_a_seat_of_another_pool_on_a_host_is_placed_elsewhere_and_a_rehearsal_knows_it()
    {
        var farm = new LedgerFarm(redis.Store, 2, 2);
        var (first, second) = (farm.Pool.Hosts[0], farm.Pool.Hosts[1]);
        await farm.ReportAsync(first.Value);
        Assert.Equal(first, Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a"))).Host);
        await farm.ReportAsync(second.Value);
        var rehearse = new RehearseDrain(farm.Sessions, new PoolCatalogue(new Dictionary<PoolId, Pool> { [LedgerFarm.Office] = farm.Pool }.ToFrozenDictionary(), []), new DrainBook(redis.Store, farm.Keys), new StationHomes());
        var drain = new HostDrain(first, _noon, TimeSpan.Zero);
        Assert.Equal(second, Assert.Single((await rehearse.RunAsync(drain)).People).Elsewhere);

        await redis.Store.RunAsync("another pool's", db => db.HashSetAsync(farm.Keys.Seats(second), "amelie", "of-another-pool"));
        Assert.Null(Assert.Single((await rehearse.RunAsync(drain)).People).Elsewhere);
        var anew = await farm.Sessions.LoadAsync(new PersonId("drancy/nobody"), "amelie", farm.Pool);
        Assert.Equal([Verdict.CarriesOtherDesktop, Verdict.CarriesOtherDesktop], Placement.Rank(anew.Hosts, "amelie", LedgerFarm.Town, 0).Reasons.Select(reason => reason.Verdict));
        var others = await farm.Sessions.LoadAsync(new PersonId("drancy/bruno"), "bruno", farm.Pool);
        Assert.Equal(2, Placement.Rank(others.Hosts, "bruno", LedgerFarm.Town, 0).Ranked.Length);
    }

    [Fact]
    public async Task A_row_whose_last_write_was_lost_and_whose_number_was_given_to_another_is_read_anew()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        await farm.ReportAllAsync();
        var held = Assert.IsType<Claim.Held>(await farm.TryOpenAsync(await farm.SignInAsync("amelie", "poste-a")));
        var known = await farm.SeatsAfterReportAsync(held.Host, ReadBefore.Nothing);
        Assert.Equal(SessionPhase.Opening, Assert.Single(known.Rows).Session!.Phase);
        // As after a store that was killed: the revision that was read is that of another change now.
        await redis.Store.RunAsync("otherwise", db => db.HashSetAsync(farm.Keys.Session(held.Session), "phase", "ending"));
        known = await farm.SeatsAfterReportAsync(held.Host, known);
        Assert.Equal(SessionPhase.Ending, Assert.Single(known.Rows).Session!.Phase);
    }

    [Fact]
    public async Task A_board_that_a_broker_of_before_has_written_is_read_and_one_of_now_can_be_read_by_it()
    {
        var farm = new LedgerFarm(redis.Store, 2);
        var host = farm.Pool.Hosts[0];
        await redis.Store.RunAsync("old board", async db =>
        {
            await db.HashSetAsync(farm.Keys.Board(host), [new("link", "link"), new("seen", 1000), new("boot", "b"), new("certificate", "00"), new("load", "0.5"), new("memory", "0.25"), new("sessions", """[{"User":"amelie"}]""")]);
            return true;
        });
        await redis.Store.RunAsync("seat", db => db.HashSetAsync(farm.Keys.Seats(host), "bruno", "s"));
        var row = Assert.Single(await redis.Store.RunAsync("look", db => farm.Board.LookAsync(db, farm.Pool.Hosts)));
        Assert.Equal(new HostObservation(DateTimeOffset.FromUnixTimeSeconds(1), null, "b", "00", 0.5, 0.25), row.Seen);
        Assert.Equal((1, 0, 1, 0), (row.Seats.Held, row.Seats.Strays.Count, row.Seats.Promised, row.Tally.Sessions));
        await farm.ReportAsync(host.Value, new ObservedSession("bruno", 10, true, _noon), new ObservedSession("\"élodie\"", 11, true, _noon));
        Assert.Equal("""[{"User":"\"élodie\""}]""", (await redis.Store.RunAsync("as before", db => db.HashGetAsync(farm.Keys.Board(host), "sessions"))).ToString());
    }

    private static string Told(KeyValuePair<string, TenantId?> stray) => $"{stray.Key}:{stray.Value}";

    private static HostReading Reading(ImmutableArray<ObservedSession> seen) => new("boot", new string('0', 64), 0.1, 0.1, seen);

    private static int In(SessionTally tally, string pool, bool connected) =>
        tally.Pools.GetValueOrDefault(pool) is { } of ? connected ? of.Connected : of.Disconnected : 0;

    private sealed record Step(int Host)
    {
        public ImmutableArray<ObservedSession>? Reports { get; init; }

        public string? Seats { get; init; }

        public string? Frees { get; init; }

        public bool Recounts { get; init; }

        public bool OldBroker { get; init; }
    }

    private sealed class Model
    {
        private Dictionary<string, TenantId?> _strays = [];
        private int _shown;
        private bool _counted;

        public HashSet<string> Holders { get; } = [];

        public ImmutableArray<ObservedSession> Report { get; private set; } = [];

        /// <summary>The report, unless a broker that counts nothing has taken another since.</summary>
        public ImmutableArray<ObservedSession> Counted => _counted ? Report : [];

        public bool Heard { get; private set; }

        // Who was seated since the report is shown by it; whose seat was freed since is counted as shown until it is counted anew.
        public (int, int, string, bool) Told => _counted
            ? (Holders.Count, _shown + _strays.Keys.Count(Holders.Contains), string.Join(' ', _strays.Where(one => !Holders.Contains(one.Key)).Select(HostLookTests.Told).Order()), Heard)
            : (Holders.Count, 0, "", Heard);

        public void Take(Step step)
        {
            if (step.Seats is { } user) Holders.Add(user);
            if (step.Frees is { } gone) Holders.Remove(gone);
            if (step.OldBroker) _counted = false;
            if (step.Reports is { } report) (Report, Heard, _counted) = (report, true, true);
            else if (!step.Recounts) return;
            // One account may be there twice: the first is told.
            var seen = Report.DistinctBy(session => session.User).ToDictionary(session => session.User, session => session.Grant is { } grant ? new PersonId(grant.Person).Tenant : (TenantId?)null);
            (_shown, _strays) = (seen.Keys.Count(Holders.Contains), seen.Where(one => !Holders.Contains(one.Key)).ToDictionary());
        }
    }
}
