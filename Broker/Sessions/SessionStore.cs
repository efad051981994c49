using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>A row of a host's seats.</summary>
/// <param name="User">Account name.</param>
/// <param name="Id">Of the session that holds it.</param>
/// <param name="Session">That session; null = there is none.</param>
internal sealed record SeatRow(string User, SessionId Id, Session? Session)
{
    /// <summary>Its session runs, and is this account's on that host.</summary>
    public bool IsHeld(HostId host) => Session is { IsFinal: false } runs && runs.User == User && runs.Host == host;

    /// <summary>There is one, and nobody can read it: whose seat it is nobody knows, so it is nobody's to free.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>Of what was read of its session.</summary>
    public static SeatRow Of(string user, SessionId id, SessionRow row) => new(user, id, row.Session) { IsUnreadable = row.IsUnreadable };
}

/// <summary>A desktop that a pool counts and that holds no seat of a host of the city.</summary>
/// <param name="Pool">Where it is counted.</param>
/// <param name="Id">Its session.</param>
/// <param name="Session">That session; null = there is none.</param>
internal sealed record UnseatedUse(PoolId Pool, SessionId Id, Session? Session)
{
    /// <summary>It holds one, on a host that is declared no more and that nobody has heard of for long: nothing will ever be said of it.</summary>
    public bool HostIsGone { get; init; }
}

/// <summary>Reads sessions, desktops, seats and tickets.</summary>
internal sealed class SessionStore(RedisStore store, KeySpace keys, HostBoard board, HostCatalogue hosts)
{
    /// <summary>A host that is declared no more and was not heard for so long has taken its desktops with it.</summary>
    public static readonly TimeSpan HostMemory = TimeSpan.FromHours(1);

    /// <summary>For how long the store has been there without a break, see <see cref="RedisStore.HearingFor"/>.</summary>
    public TimeSpan HearingFor => store.HearingFor;

    /// <summary>The store's time.</summary>
    public Task<DateTimeOffset> NowAsync() => store.RunAsync("read clock", async db => (await ClockAsync(db)).Now);

    /// <summary>One session.</summary>
    /// <returns>Null when it is unknown or forgotten.</returns>
    public Task<Session?> FindAsync(SessionId id) => store.RunAsync("read session", db => ReadAsync(db, id));

    /// <summary>The same for whoever reads many: one that cannot be read is told as such.</summary>
    public Task<SessionRow> FindRowAsync(SessionId id) => store.RunAsync("read session", db => RowAsync(db, id));

    /// <summary>True once every host has had its time to tell an emptied store of its sessions: what is not in it then is nowhere.</summary>
    public Task<bool> HasSettledAsync() => store.RunAsync("read clock", async db => (await ClockAsync(db)).Age >= hosts.Thresholds.Settled);

    /// <summary>One session, and the store's time.</summary>
    public Task<(Session? Session, DateTimeOffset Now)> LookAsync(SessionId id) => store.RunAsync("look at session", async db =>
    {
        var clock = ClockAsync(db);
        return (await ReadAsync(db, id), (await clock).Now);
    });

    /// <summary>The person's live sessions by pool.</summary>
    public Task<ImmutableDictionary<PoolId, SessionId>> DesktopsOfAsync(PersonId person) => store.RunAsync("read desktops", async db => Desktops(await db.HashGetAllAsync(keys.Desktops(person))));

    /// <summary>The same, with when the store began that says so; null = nobody has looked at it since it was emptied.</summary>
    public Task<(ImmutableDictionary<PoolId, SessionId> Running, DateTimeOffset? Began)> DesktopsSinceAsync(PersonId person) => store.RunAsync("read desktops", async db =>
    {
        // In this order: what is empty of an emptied store must not be taken for what one of before knew.
        var all = db.HashGetAllAsync(keys.Desktops(person));
        var began = db.StringGetAsync(keys.Began);
        return (Desktops(await all), (await began).TryParse(out long at) ? DateTimeOffset.FromUnixTimeMilliseconds(at) : (DateTimeOffset?)null);
    });

    /// <summary>All that an opening is decided on: the person's session in the pool with its host, and where that does not settle it the pool's hosts with their seats.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="user">Their account.</param>
    /// <param name="pool">Where.</param>
    /// <param name="withHosts">False: all but the pool's hosts, for whoever has these otherwise.</param>
    public Task<OpeningState> LoadAsync(PersonId person, string user, Pool pool, bool withHosts = true) => store.RunAsync("load opening", async db =>
    {
        var clock = ClockAsync(db);
        var current = db.HashGetAsync(keys.Desktops(person), pool.Id.Value);
        var last = pool.Placing.Policy == PlacementPolicy.Sticky ? db.HashGetAsync(keys.LastHosts(person), pool.Id.Value) : Task.FromResult(RedisValue.Null);
        var own = pool.Kind == PoolKind.Personal ? db.HashGetAsync(keys.Assignments(pool.Id), person.Value) : Task.FromResult(RedisValue.Null);
        var desktop = (await current) is { IsNull: false } sid ? (SessionId?)new SessionId(sid.ToString()) : null;
        var mine = desktop is { } id ? await OwnAsync(db, id, person, pool.Id) : null;
        var home = mine is null ? null : await HomeAsync(db, mine.Host, user, clock);
        // Who comes back to a desktop that runs, the most of the morning's people, costs the same in a pool of ten hosts and of a thousand.
        var isAtHome = mine is not null && Opening.IsAtHome(mine, home);
        var choices = isAtHome || !withHosts ? [] : await ChoicesAsync(db, pool.Hosts, user, clock);
        var assigned = (await own) is { IsNull: false } theirs ? (HostId?)new HostId(theirs.ToString()) : null;
        // Whose places the others are concerns whoever has none yet.
        var owned = isAtHome || assigned is not null || pool.Kind != PoolKind.Personal ? [] : await db.HashValuesAsync(keys.Assignments(pool.Id));
        return new OpeningState(mine, home, choices)
        {
            Missing = mine is null or { IsFinal: true } ? desktop : null,
            Recalling = (await clock).Age < hosts.Thresholds.Settled,
            Rules = pool.Placing,
            LastHost = (await last) is { IsNull: false } host ? new HostId(host.ToString()) : null,
            Assigned = assigned,
            Assignment = assigned,
            Owned = owned.GroupBy(host => new HostId(host.ToString())).ToImmutableDictionary(host => host.Key, host => host.Count()),
        };
    });

    /// <summary>The hosts of a pool with their seats, looked at for nobody.</summary>
    public Task<ImmutableArray<HostChoice>> HostsOfAsync(Pool pool) => store.RunAsync("read hosts", db => ChoicesAsync(db, pool.Hosts, "", ClockAsync(db)));

    /// <summary>The accounts that hold a seat on some hosts.</summary>
    public Task<ImmutableDictionary<HostId, ImmutableHashSet<string>>> HoldersAsync(IEnumerable<HostId> some) => store.RunAsync("read holders", async db =>
        (await Task.WhenAll(some.Select(async host => (Host: host, Accounts: await db.HashKeysAsync(keys.Seats(host))))))
            .ToImmutableDictionary(one => one.Host, one => one.Accounts.Select(account => account.ToString()).ToImmutableHashSet(StringComparer.Ordinal)));

    /// <summary>The hosts of a pool with their seats, looked at for nobody; whether every host has had its time to tell an emptied store of its sessions; and when that store began.</summary>
    public Task<(ImmutableArray<HostChoice> Hosts, bool Settled, DateTimeOffset Began)> SightAsync(Pool pool) => store.RunAsync("look at hosts", async db =>
    {
        var clock = ClockAsync(db);
        var choices = await ChoicesAsync(db, pool.Hosts, "", clock);
        var moment = await clock;
        return (choices, moment.Age >= hosts.Thresholds.Settled, moment.Began);
    });

    /// <summary>The sessions that hold a seat on a host.</summary>
    public async Task<ImmutableArray<Session>> OnHostAsync(HostId host) => Part(await SeatsOfAsync(host)).Sessions;

    /// <summary>The sessions of some seats, and the accounts whose session's row cannot be read.</summary>
    public static (ImmutableArray<Session> Sessions, ImmutableArray<string> Unread) Part(ImmutableArray<SeatRow> seats) =>
        ([.. seats.Select(seat => seat.Session).OfType<Session>()], [.. seats.Where(seat => seat.IsUnreadable).Select(seat => seat.User).Order(StringComparer.Ordinal)]);

    /// <summary>The seats of a host that somebody holds: account, session id, and the session; null where there is no such session.</summary>
    public Task<ImmutableArray<SeatRow>> SeatsOfAsync(HostId host) => store.RunAsync("read seats", async db =>
    {
        var seats = Array.ConvertAll(await db.HashGetAllAsync(keys.Seats(host)), seat => (User: seat.Name.ToString(), Id: new SessionId(seat.Value.ToString())));
        var sessions = await Task.WhenAll(seats.Select(seat => RowAsync(db, seat.Id)));
        return seats.Zip(sessions, (seat, row) => SeatRow.Of(seat.User, seat.Id, row)).ToImmutableArray();
    });

    /// <summary>The same for whoever has read them before: only sessions that are new are read, in one round trip; none when there is none.</summary>
    /// <param name="written">What has changed of them, as it was when a report was written.</param>
    /// <param name="known">What was read before.</param>
    public async Task<ImmutableArray<SeatRow>> SeatsOfAsync(HostWritten written, ReadBefore known)
    {
        if (written.Seats is null && written.Changed.IsEmpty && known.IsWhole) return known.Rows;
        var sessions = known.After(written, SessionRow.Of);
        var seats = written.Seats ?? [.. known.Rows.Select(row => KeyValuePair.Create(row.User, row.Id))];
        if (seats.Where(seat => !sessions.ContainsKey(seat.Value)).Select(seat => seat.Value).ToArray() is { Length: > 0 } ids)
            foreach (var (id, row) in ids.Zip(await store.RunAsync("read seats", db => Task.WhenAll(ids.Select(id => RowAsync(db, id)))))) sessions[id] = row;
        return [.. seats.Select(seat => SeatRow.Of(seat.Key, seat.Value, sessions.GetValueOrDefault(seat.Value)))];
    }

    /// <summary>The desktops that pools count and that hold no seat on any host. In a sound ledger there is none but what begins or ends at this moment.</summary>
    public Task<ImmutableArray<UnseatedUse>> UnseatedAsync(IEnumerable<PoolId> pools) => store.RunAsync<ImmutableArray<UnseatedUse>>("look for lost seats", async db =>
    {
        // First what is counted: who is seated meanwhile is found among the seats, and in small pieces, for nobody else is served while one is read.
        var counted = new List<(PoolId Pool, SessionId Id)>();
        foreach (var pool in pools)
            await foreach (var use in db.HashScanAsync(keys.Use(pool), pageSize: 500)) counted.Add((pool, new SessionId(use.Name.ToString())));
        if (counted.Count == 0) return [];
        var seated = (await Task.WhenAll(hosts.Hosts.Keys.Select(host => db.HashValuesAsync(keys.Seats(host))))).SelectMany(ids => ids).Select(id => new SessionId(id.ToString())).ToHashSet();
        return [.. (await Task.WhenAll(counted.Where(use => !seated.Contains(use.Id)).Select(UnseatedAsync))).OfType<UnseatedUse>()];

        async Task<UnseatedUse?> UnseatedAsync((PoolId Pool, SessionId Id) use)
        {
            var row = await RowAsync(db, use.Id);
            // Its host tells of it, if it has a seat; it hides no other.
            if (row.IsUnreadable) return null;
            var session = row.Session;
            // Its seat may be on a host that is declared no more, or not yet in this broker's city file.
            var holds = session is not null && await db.HashGetAsync(keys.Seats(session.Host), session.User) == use.Id.Value;
            return holds && !await IsGoneAsync(db, session!) ? null : new UnseatedUse(use.Pool, use.Id, session) { HostIsGone = holds };
        }
    });

    /// <summary>A session, and what the ledger calls the person's desktop of a pool; each null where there is none, the last also where what it calls so is somebody else's.</summary>
    public Task<(SessionRow Named, SessionId? Desktop, SessionRow Mine)> FindAsync(SessionId id, PersonId person, PoolId pool) => store.RunAsync("read session and desktop", async db =>
    {
        var named = RowAsync(db, id);
        var current = await db.HashGetAsync(keys.Desktops(person), pool.Value);
        var desktop = current.IsNull ? (SessionId?)null : new SessionId(current.ToString());
        var mine = desktop is { } row ? await RowAsync(db, row) : default;
        return (await named, desktop, IsOwn(mine.Session, person, pool) || mine.IsUnreadable ? mine : default);
    });

    /// <summary>The hosts whose agents do not report: nobody but a clock ends what was promised there.</summary>
    public Task<ImmutableArray<HostId>> SilentHostsAsync() => store.RunAsync<ImmutableArray<HostId>>("read boards", async db =>
    {
        var clock = ClockAsync(db);
        HostId[] all = [.. hosts.Hosts.Keys];
        var voices = await board.VoicesAsync(db, all);
        var now = await clock;
        return [.. from host in all.Zip(voices) where !HealthOf(host.Second, now).Reports() select host.First];
    });

    /// <summary>What is known of a presented ticket, its session, and the store's time.</summary>
    public Task<(Ticket? Ticket, Session? Session, DateTimeOffset Now)> FindTicketAsync(SecretDigest digest) => store.RunAsync("read ticket", async db =>
    {
        var clock = ClockAsync(db);
        var fields = (await db.HashGetAllAsync(keys.Ticket(digest))).ToDictionary();
        var now = (await clock).Now;
        if (fields.Count == 0) return (null, null, now);
        var ticket = new Ticket(fields["user"].ToString(), new HostId(fields["host"].ToString()), new SessionId(fields["session"].ToString()),
            new Fence((long)fields["fence"]), DateTimeOffset.FromUnixTimeMilliseconds((long)fields["expires"]), fields.ContainsKey("spent"))
        {
            Printers = fields.GetValueOrDefault("printers").ToString(),
            Look = DesktopLook.Parse(fields.GetValueOrDefault("look")),
        };
        return ((Ticket?)ticket, await ReadAsync(db, ticket.Session), now);
    });

    private static ImmutableDictionary<PoolId, SessionId> Desktops(HashEntry[] all) => all.ToImmutableDictionary(e => new PoolId(e.Name.ToString()), e => new SessionId(e.Value.ToString()));

    // Two brokers may have two city files for a while: a host that speaks is somebody's, and so is a machine whose station does.
    private async Task<bool> IsGoneAsync(IDatabase db, Session session)
    {
        if (hosts.Find(session.Host) is not null) return false;
        var (clock, voices) = (ClockAsync(db), board.VoicesAsync(db, [session.Host]));
        var heard = new[] { session.PhaseSince, session.HeardAt, (await voices)[0]?.SeenAt ?? default }.Max();
        return (await clock).Now - heard > HostMemory;
    }

    // A host that claims one id for two people may have made a desktop of one person's name the other's session: it is none of theirs.
    private async Task<Session?> OwnAsync(IDatabase db, SessionId id, PersonId person, PoolId pool) =>
        await ReadAsync(db, id) is { } session && IsOwn(session, person, pool) ? session : null;

    private static bool IsOwn(Session? session, PersonId person, PoolId pool) => session is not null && session.Person == person && session.Pool == pool;

    private async Task<Session?> ReadAsync(IDatabase db, SessionId id) => SessionRow.Read(id, (await db.HashGetAllAsync(keys.Session(id))).ToDictionary());

    // For whoever reads many at once.
    private async Task<SessionRow> RowAsync(IDatabase db, SessionId id) => SessionRow.Of(id, (await db.HashGetAllAsync(keys.Session(id))).ToDictionary());

    private async Task<ImmutableArray<HostChoice>> ChoicesAsync(IDatabase db, ImmutableArray<HostId> some, string account, Task<StoreMoment> clock)
    {
        var (looking, draining) = (board.LookAsync(db, some, account), DrainBook.ReadAsync(db, keys));
        var (now, rows, drains) = (await clock, await looking, await draining);
        return [.. some.Zip(rows, (id, row) => new HostChoice(hosts.Find(id)!, HealthOf(row.Seen?.Voice, now), row.Seen, row.Seats)
        {
            HoldsTheirs = row.HoldsOne,
            Draining = drains.GetValueOrDefault(id)?.Holds(now.Now) == true,
        })];
    }

    // A session's host may have been taken out of the pool since: its desktop is still the person's.
    private async Task<HostChoice?> HomeAsync(IDatabase db, HostId id, string account, Task<StoreMoment> clock) =>
        hosts.Find(id) is null ? null : (await ChoicesAsync(db, [id], account, clock))[0];

    private HostHealth HealthOf(HostVoice? voice, StoreMoment moment) => HostJudgement.Judge(voice, hosts.Thresholds, moment.Now, store.HearingFor, moment.Age);

    private Task<StoreMoment> ClockAsync(IDatabase db) => StoreClock.ReadAsync(db, keys);
}
