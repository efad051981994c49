using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>The session of one report that the ledger takes in.</summary>
/// <param name="Link">The stream that reported it.</param>
/// <param name="Host">Where it runs.</param>
/// <param name="Boot">Boot id of the host.</param>
/// <param name="Seen">What the agent saw; with a grant.</param>
/// <param name="Pool">The pool that the grant names.</param>
/// <param name="Owner">Whose the account is from now on, if it is nobody's: <c>directory/tenant</c>.</param>
internal sealed record Adopted(string Link, SessionHost Host, string Boot, ObservedSession Seen, Pool Pool, string Owner);

/// <summary>Commits repairs of the ledger by what hosts say: one atomic script for each. Made by two brokers at once, each is made once.</summary>
/// <param name="store">Where.</param>
/// <param name="keys">Of the farm.</param>
/// <param name="notes">Is told of every session that was given up; null = nobody keeps records.</param>
internal sealed class AdoptionLedger(RedisStore store, KeySpace keys, SessionNotes? notes = null)
{
    // Brokers give fences from the store's clock; a host that claims one further ahead is lying, or has a clock of its own.
    private static readonly TimeSpan _ahead = TimeSpan.FromDays(1);
    private static readonly Script _adopt = new("adopt_session");
    private static readonly Script _reseat = new("reseat_session");
    private static readonly Script _raise = new("raise_fence");
    private static readonly Script _free = new("free_seat");
    private static readonly Script _forget = new("forget_desktop");
    private static readonly Script _drop = new("drop_use");
    private static readonly Script _note = new("note_unseated");
    private static readonly Script _recount = new("recount_host");

    /// <summary>Takes a session in.</summary>
    /// <returns>The script's word; anything but <c>adopted</c> left all as it was.</returns>
    public async Task<string> AdoptAsync(Adopted it, AdoptionDecision.Adopt decision)
    {
        var (grant, user) = (it.Seen.Grant!, it.Seen.User);
        var id = decision.Id ?? SeatLedger.FreshId();
        var (session, seats) = (keys.Session(id), keys.Seats(it.Host.Id));
        var person = new PersonId(grant.Person);
        var givenUp = decision.GivenUp;
        var result = await store.RunScriptAsync(_adopt,
            [
                keys.Counter, keys.Board(it.Host.Id), seats, keys.Desktops(person), session, givenUp is null ? session : keys.Session(givenUp.Id), givenUp is null ? seats : keys.Seats(givenUp.Host),
                keys.Account(user), keys.Use(it.Pool.Id), keys.LastHosts(person), keys.Assignments(it.Pool.Id), keys.Events, keys.Shares(it.Pool.Id),
            ],
            [
                keys.Doorbell.ToString(), it.Link, id.Value, person.Value, user, it.Pool.Id.Value, it.Host.Id.Value, Phase(it.Seen), grant.Fence, decision.Id is null ? 0 : 1, it.Boot,
                it.Seen.Since.ToUnixTimeMilliseconds(), givenUp?.Id.Value ?? "", givenUp?.Revision ?? 0, (long)SeatLedger.FinalMemory.TotalMilliseconds, person.Tenant.Value,
                it.Host.Seats, it.Pool.Kind == PoolKind.Personal ? 1 : 0, decision.Cause, Ahead, it.Owner, SeatLedger.MemoryOf(person),
            ]);
        var word = (string)result!;
        if (word == "adopted" && givenUp is not null) notes?.Became(givenUp, SessionPhase.Lost, decision.Cause);
        return word;
    }

    /// <summary>Puts a lost seat back.</summary>
    /// <returns>False when the ledger has moved on.</returns>
    public async Task<bool> ReseatAsync(Session session, string cause) => (long)await store.RunScriptAsync(_reseat,
        [keys.Session(session.Id), keys.Seats(session.Host), keys.Desktops(session.Person), keys.Use(session.Pool), keys.Events, keys.Shares(session.Pool)],
        [keys.Doorbell.ToString(), session.Id.Value, Number(session.Revision), session.Person.Tenant.Value, cause]) == 1;

    /// <summary>Raises a session's fence to the one that its host knows.</summary>
    /// <returns>False when the ledger has moved on, or no broker can have given it.</returns>
    public async Task<bool> RaiseAsync(Session session, Fence fence, string cause) => (long)await store.RunScriptAsync(_raise,
        [keys.Counter, keys.Session(session.Id), keys.Events],
        [keys.Doorbell.ToString(), session.Id.Value, Number(session.Revision), fence.Value, Ahead, cause]) == 1;

    /// <summary>Frees a seat that nobody holds any more.</summary>
    /// <param name="host">Where.</param>
    /// <param name="seat">Whose it was.</param>
    /// <param name="pools">Every pool that it may have been a seat of.</param>
    /// <param name="cause">Why.</param>
    /// <returns>False when somebody does.</returns>
    public async Task<bool> FreeAsync(HostId host, SeatRow seat, IEnumerable<PoolId> pools, string cause) => (long)await store.RunScriptAsync(_free,
        [keys.Seats(host), keys.Session(seat.Id), keys.Events, .. pools.SelectMany(pool => (RedisKey[])[keys.Use(pool), keys.Shares(pool)])],
        [keys.Doorbell.ToString(), seat.User, seat.Id.Value, host.Value, cause]) == 1;

    /// <summary>Notes anew on the board which sessions of a report hold no seat: repairs after it have freed some.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="link">The stream that it came by: nothing is noted when another speaks for the host.</param>
    /// <param name="reading">The report.</param>
    public Task RecountAsync(HostId host, string link, HostReading reading) => store.RunScriptAsync(_recount, [keys.Board(host), keys.Seats(host)], [link, reading.Accounts]);

    /// <summary>Takes away a person's desktop that is none.</summary>
    public Task ForgetAsync(PersonId person, PoolId pool, SessionId session, string cause) => store.RunScriptAsync(_forget,
        [keys.Desktops(person), keys.Session(session), keys.Events, keys.Use(pool), keys.Shares(pool)], [keys.Doorbell.ToString(), person.Value, pool.Value, session.Value, cause]);

    /// <summary>Has the shares of some pools counted anew by whoever needs them next. A broker of before, which knows the list alone, may have put and taken as many.</summary>
    public Task ForgetSharesAsync(IEnumerable<PoolId> pools) => store.RunAsync("forget shares", db => db.KeyDeleteAsync([.. pools.Select(keys.Shares)]));

    /// <summary>Takes a session that is no more out of what its pool counts.</summary>
    /// <returns>False when it is there, or was not counted.</returns>
    public async Task<bool> DropAsync(SessionId session, PoolId pool, string cause) => (long)await store.RunScriptAsync(_drop,
        [keys.Session(session), keys.Use(pool), keys.Events, keys.Shares(pool)], [keys.Doorbell.ToString(), session.Value, pool.Value, cause]) == 1;

    /// <summary>Records what is not taken in.</summary>
    /// <param name="host">Where it runs.</param>
    /// <param name="link">The stream that reported it.</param>
    /// <param name="before">What was noted before.</param>
    /// <param name="now">What is noted from now on.</param>
    /// <param name="fresh">What was not noted before.</param>
    /// <returns>False when somebody else noted.</returns>
    public async Task<bool> NoteAsync(HostId host, string link, string before, string now, IEnumerable<Noted> fresh) => (long)await store.RunScriptAsync(_note,
        [keys.Board(host), keys.Events],
        [keys.Doorbell.ToString(), link, host.Value, before, now, .. fresh.SelectMany(n => (RedisValue[])[n.Kind, n.User, n.Session, n.Cause])]) == 1;

    private static long Ahead => (long)_ahead.TotalMicroseconds;

    private static string Phase(ObservedSession seen) => seen.Connected ? "active" : "disconnected";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A session that runs without a seat and is not taken in, as it is recorded.</summary>
/// <param name="Kind">Of the event: <c>session-stray</c>, <c>session-ghost</c>, <c>session-orphan</c> …</param>
/// <param name="User">Account name.</param>
/// <param name="Session">The id that the host knows it by; empty = none.</param>
/// <param name="Cause">Why.</param>
internal sealed record Noted(string Kind, string User, string Session, string Cause);
