using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>Somebody who waits at this broker.</summary>
/// <param name="Person">Who.</param>
/// <param name="Station">Where.</param>
/// <param name="Serial">Number of their sign-in.</param>
/// <param name="First">They lost a desktop with its host: before all who lost nothing.</param>
/// <param name="Hosts">Where they may be seated; null = on any host of the pool, empty = on none for now.</param>
internal sealed record WaitingHere(PersonId Person, StationId Station, long Serial, bool First, ImmutableHashSet<HostId>? Hosts);

/// <summary>A pool's queue at one instant, at all brokers.</summary>
/// <param name="Now">The store's time.</param>
/// <param name="Waiters">All who wait.</param>
/// <param name="Holders">Number of the sign-in that holds each person's place.</param>
/// <param name="Use">Seats of the pool that each tenant holds.</param>
/// <param name="Releases">When seats of the pool came free lately.</param>
internal sealed record QueueLook(
    DateTimeOffset Now, ImmutableArray<Waiter> Waiters, ImmutableDictionary<PersonId, long> Holders, ImmutableDictionary<TenantId, int> Use, ImmutableArray<DateTimeOffset> Releases)
{
    /// <summary>Whose rows could not be read: they were written anew, the places kept.</summary>
    public ImmutableArray<PersonId> Unread { get; init; } = [];
}

/// <summary>The pools' queues in Redis.</summary>
internal sealed class QueueStore(RedisStore store, KeySpace keys)
{
    /// <summary>A place that nobody has asked about for so long is given up: a station may be without a broker for so long and keep its place.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Brokers look twice a second: who was not looked for so long has no station there at the moment, and a seat kept for them would stand empty until their patience is over.
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(2);
    private const string NoHost = ",";
    private static readonly Script _wait = new("wait_in_queue");
    private static readonly Script _leave = new("leave_queue");

    /// <summary>Keeps or gives the places of those who wait here, and looks at the whole queue.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public async Task<QueueLook> WaitAsync(PoolId pool, IReadOnlyCollection<WaitingHere> here)
    {
        var parts = (RedisResult[])(await store.RunScriptAsync(_wait,
            [keys.Queue(pool), keys.Waiting(pool), keys.Counter, keys.Events, keys.Use(pool), keys.Releases(pool), keys.Shares(pool)],
            [keys.Doorbell.ToString(), pool.Value, (long)Patience.TotalMilliseconds, .. here.SelectMany(Arguments)]))!;
        var rows = ((RedisValue[])parts[1]!).Chunk(3).Select(row => (Person: new PersonId(row[0].ToString()), Number: (double)row[1], Fields: row[2].ToString().Split('|'))).ToList();
        var now = At(parts[0].ToString());
        return new QueueLook(
            now,
            [.. rows.Select(row => new Waiter(row.Person, new TenantId(row.Fields[0]), (long)row.Number, At(row.Fields[4]), HostsOf(row.Fields[3])) { Silent = now - At(row.Fields[5]) > _silence })],
            rows.ToImmutableDictionary(row => row.Person, row => long.Parse(row.Fields[2], CultureInfo.InvariantCulture)),
            ((RedisValue[])parts[2]!).Chunk(2).Where(share => share[0] != "*").ToImmutableDictionary(share => new TenantId(share[0].ToString()), share => (int)share[1]),
            [.. from at in (RedisValue[])parts[3]! where at.TryParse(out long ms) && ms >= 0 && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() select At(at.ToString())])
        {
            Unread = [.. ((RedisValue[])parts[4]!).Select(person => new PersonId(person.ToString()))],
        };
    }

    /// <summary>Gives a place up.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="person">Whose.</param>
    /// <param name="serial">Number of the sign-in that waited; a newer one of the same person keeps the place.</param>
    /// <param name="cause">Why, for the event.</param>
    /// <exception cref="StoreOutOfReachException">The store is out of reach: the place is given up by itself after <see cref="Patience"/>.</exception>
    public Task LeaveAsync(PoolId pool, PersonId person, long serial, string cause) => store.RunScriptAsync(_leave,
        [keys.Queue(pool), keys.Waiting(pool), keys.Events], [keys.Doorbell.ToString(), pool.Value, person.Value, serial, cause]);

    private static IEnumerable<RedisValue> Arguments(WaitingHere who) =>
        [who.Person.Value, who.First ? 1 : 0, who.Person.Tenant.Value, who.Station.Value, who.Serial, HostsText(who.Hosts)];

    // Nothing is any host; on none at all nobody may be seated whose only host carries another desktop of theirs, until that has ended.
    private static string HostsText(ImmutableHashSet<HostId>? hosts) => hosts is null ? "" : hosts.IsEmpty ? NoHost : string.Join(',', hosts.Select(host => host.Value));

    private static ImmutableHashSet<HostId>? HostsOf(string text) => text.Length == 0 ? null : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(host => new HostId(host))];

    private static DateTimeOffset At(string milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(milliseconds, CultureInfo.InvariantCulture));
}
