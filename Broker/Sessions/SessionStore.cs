using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Reads sessions, desktops, seats and tickets.</summary>
internal sealed class SessionStore(RedisStore store, KeySpace keys, HostBoard board, HostCatalogue hosts)
{
    private static readonly Script _clock = new("read_clock");

    /// <summary>The store's time.</summary>
    public Task<DateTimeOffset> NowAsync() => store.RunAsync("read clock", ClockAsync);

    /// <summary>One session.</summary>
    /// <returns>Null when it is unknown or forgotten.</returns>
    public Task<Session?> FindAsync(SessionId id) => store.RunAsync("read session", db => ReadAsync(db, id));

    /// <summary>The person's live sessions by pool.</summary>
    public Task<ImmutableDictionary<PoolId, SessionId>> DesktopsOfAsync(PersonId person) => store.RunAsync("read desktops", async db =>
        (await db.HashGetAllAsync(keys.Desktops(person))).ToImmutableDictionary(e => new PoolId(e.Name.ToString()), e => new SessionId(e.Value.ToString())));

    /// <summary>All that an opening is decided on: the person's session in the pool and the pool's hosts with their seats.</summary>
    public Task<OpeningState> LoadAsync(PersonId person, Pool pool) => store.RunAsync("load opening", async db =>
    {
        var clock = ClockAsync(db);
        var current = db.HashGetAsync(keys.Desktops(person), pool.Id.Value);
        var last = pool.Placing.Policy == PlacementPolicy.Sticky ? db.HashGetAsync(keys.LastHosts(person), pool.Id.Value) : Task.FromResult(RedisValue.Null);
        var owners = pool.Kind == PoolKind.Personal ? db.HashGetAllAsync(keys.Assignments(pool.Id)) : Task.FromResult<HashEntry[]>([]);
        var choosing = ChoicesAsync(db, pool, clock);
        var mine = (await current) is { IsNull: false } sid ? await ReadAsync(db, new SessionId(sid.ToString())) : null;
        var choices = await choosing;
        var owned = await owners;
        return new OpeningState(mine, mine is null ? null : await HomeAsync(db, mine.Host, choices, await clock), choices)
        {
            Rules = pool.Placing,
            LastHost = (await last) is { IsNull: false } host ? new HostId(host.ToString()) : null,
            Assigned = owned.Where(row => row.Name == person.Value).Select(row => (HostId?)new HostId(row.Value.ToString())).FirstOrDefault(),
            Owned = owned.GroupBy(row => new HostId(row.Value.ToString())).ToImmutableDictionary(host => host.Key, host => host.Count()),
        };
    });

    /// <summary>The hosts of a pool with their seats, as <see cref="LoadAsync"/> has them.</summary>
    public Task<ImmutableArray<HostChoice>> HostsOfAsync(Pool pool) => store.RunAsync("read hosts", db => ChoicesAsync(db, pool, ClockAsync(db)));

    /// <summary>The sessions that hold a seat on a host.</summary>
    public Task<ImmutableArray<Session>> OnHostAsync(HostId host) => store.RunAsync("read seats", async db =>
    {
        var ids = await db.HashValuesAsync(keys.Seats(host));
        var sessions = await Task.WhenAll(ids.Select(id => ReadAsync(db, new SessionId(id.ToString()))));
        return sessions.OfType<Session>().ToImmutableArray();
    });

    /// <summary>The hosts whose agents do not report: nobody but a clock ends what was promised there.</summary>
    public Task<ImmutableArray<HostId>> SilentHostsAsync() => store.RunAsync("read boards", async db =>
    {
        var clock = ClockAsync(db);
        var boards = hosts.Hosts.Values.Select(host => (host, Seen: board.ReadAsync(db, host.Id))).ToList();
        var now = await clock;
        var silent = ImmutableArray.CreateBuilder<HostId>();
        foreach (var (host, seen) in boards)
            if (ChoiceOf(host, await seen, [], now).Health != HostHealth.Live) silent.Add(host.Id);
        return silent.ToImmutable();
    });

    /// <summary>What is known of a presented ticket, its session, and the store's time.</summary>
    public Task<(Ticket? Ticket, Session? Session, DateTimeOffset Now)> FindTicketAsync(SecretDigest digest) => store.RunAsync("read ticket", async db =>
    {
        var clock = ClockAsync(db);
        var fields = (await db.HashGetAllAsync(keys.Ticket(digest))).ToDictionary();
        var now = await clock;
        if (fields.Count == 0) return (null, null, now);
        var ticket = new Ticket(fields["user"].ToString(), new HostId(fields["host"].ToString()), new SessionId(fields["session"].ToString()),
            new Fence((long)fields["fence"]), DateTimeOffset.FromUnixTimeMilliseconds((long)fields["expires"]), fields.ContainsKey("spent"));
        return ((Ticket?)ticket, await ReadAsync(db, ticket.Session), now);
    });

    private async Task<Session?> ReadAsync(IDatabase db, SessionId id)
    {
        var fields = (await db.HashGetAllAsync(keys.Session(id))).ToDictionary();
        if (fields.Count == 0) return null;
        return new Session(
            id,
            new PersonId(fields["person"].ToString()),
            fields["user"].ToString(),
            new PoolId(fields["pool"].ToString()),
            new HostId(fields["host"].ToString()),
            Enum.Parse<SessionPhase>(fields["phase"].ToString(), ignoreCase: true),
            new StationId(fields["station"].ToString()),
            (long)fields["serial"],
            new Fence((long)fields["fence"]),
            new Fence((long)fields["redeemed"]),
            new Fence((long)fields["refused"]),
            (long)fields["lease"] is > 0 and var lease ? DateTimeOffset.FromUnixTimeMilliseconds(lease) : null,
            fields["boot"].ToString(),
            (long)fields["revision"])
        {
            Since = At(fields, "since"),
            PhaseSince = At(fields, "phase_since"),
            HeardAt = At(fields, "heard"),
        };
    }

    // Rows of an older broker may lack it.
    private static DateTimeOffset At(Dictionary<RedisValue, RedisValue> fields, string field) =>
        DateTimeOffset.FromUnixTimeMilliseconds(fields.TryGetValue(field, out var value) ? (long)value : 0);

    private async Task<ImmutableArray<HostChoice>> ChoicesAsync(IDatabase db, Pool pool, Task<DateTimeOffset> clock)
    {
        var seen = pool.Hosts.Select(h => board.ReadAsync(db, h)).ToList();
        var held = pool.Hosts.Select(h => db.HashKeysAsync(keys.Seats(h))).ToList();
        var now = await clock;
        var choices = ImmutableArray.CreateBuilder<HostChoice>(pool.Hosts.Length);
        foreach (var (id, index) in pool.Hosts.Select((id, index) => (id, index))) choices.Add(ChoiceOf(hosts.Find(id)!, await seen[index], await held[index], now));
        return choices.MoveToImmutable();
    }

    // A session's host may have been taken out of the pool since: its desktop is still the person's.
    private async Task<HostChoice?> HomeAsync(IDatabase db, HostId id, IEnumerable<HostChoice> pool, DateTimeOffset now)
    {
        if (pool.FirstOrDefault(choice => choice.Host.Id == id) is { } inPool) return inPool;
        if (hosts.Find(id) is not { } declared) return null;
        var seats = db.HashKeysAsync(keys.Seats(id));
        return ChoiceOf(declared, await board.ReadAsync(db, id), await seats, now);
    }

    private HostChoice ChoiceOf(SessionHost host, HostObservation? observation, RedisValue[] seats, DateTimeOffset now) => new(
        host, HostJudgement.Judge(observation, hosts.Thresholds, now, store.HearingFor), observation,
        seats.Select(user => user.ToString()).ToImmutableHashSet(StringComparer.Ordinal));

    private async Task<DateTimeOffset> ClockAsync(IDatabase db) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)await db.ScriptEvaluateAsync(_clock.Text, [keys.Counter]));
}
