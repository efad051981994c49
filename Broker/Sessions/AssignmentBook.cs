using System.Collections.Immutable;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>A host or machine that is somebody's for good.</summary>
/// <param name="Pool">Of which pool.</param>
/// <param name="Person">Whose.</param>
/// <param name="Host">Which; the pool may have it no more.</param>
/// <param name="Desktop">The person's live session in that pool, there or elsewhere; null = none, or it cannot be read.</param>
internal sealed record AssignmentRow(PoolId Pool, PersonId Person, HostId Host, Session? Desktop);

/// <summary>What came of a change. Closed.</summary>
internal abstract record AssignmentChange
{
    private AssignmentChange()
    {
    }

    /// <summary>It is so from the next opening on.</summary>
    /// <param name="Before">What was assigned before; null = nothing.</param>
    public sealed record Done(HostId? Before) : AssignmentChange;

    /// <summary>Nothing is assigned to them: there is nothing to take or to move.</summary>
    public sealed record None : AssignmentChange;

    /// <summary>They have one already (give), or it is that one (move).</summary>
    public sealed record Has(HostId Host) : AssignmentChange;

    /// <summary>Every seat of that host has an owner.</summary>
    public sealed record Full : AssignmentChange;

    /// <summary>Their desktop runs on another host than the one wanted.</summary>
    public sealed record Runs(HostId Host, SessionId Session) : AssignmentChange;
}

/// <summary>Reads and changes what is people's for good in pools that are personal or of machines: one atomic script for each change. Safe for concurrent use.</summary>
internal sealed class AssignmentBook(RedisStore store, KeySpace keys, SessionStore sessions)
{
    private static readonly Script _change = new("change_assignment");

    /// <summary>All of a pool, by person.</summary>
    public async Task<ImmutableArray<AssignmentRow>> ListAsync(PoolId pool)
    {
        var rows = await store.RunAsync("read assignments", db => db.HashGetAllAsync(keys.Assignments(pool)));
        var people = rows.Select(row => (Person: new PersonId(row.Name.ToString()), Host: new HostId(row.Value.ToString()))).OrderBy(row => row.Person.Value, StringComparer.Ordinal).ToList();
        return [.. await Task.WhenAll(people.Select(async row => new AssignmentRow(pool, row.Person, row.Host, await DesktopAsync(row.Person, pool) is { Row: { IsFinal: false } live } ? live : null)))];
    }

    /// <summary>Gives a host or machine to somebody who has none.</summary>
    /// <param name="person">Whom.</param>
    /// <param name="pool">Of which pool.</param>
    /// <param name="host">Which.</param>
    /// <param name="seats">How many people may own a place there; null = any number (machines: one at a time sits there).</param>
    /// <param name="whenEnded">Also while their desktop runs on another host: it goes on there until it ends.</param>
    /// <param name="by">Who does it, for the event.</param>
    public Task<AssignmentChange> GiveAsync(PersonId person, PoolId pool, HostId host, int? seats, bool whenEnded, string by) => ChangeAsync("give", person, pool, host, seats, whenEnded, by);

    /// <summary>Takes it.</summary>
    public Task<AssignmentChange> TakeAsync(PersonId person, PoolId pool, bool whenEnded, string by) => ChangeAsync("take", person, pool, null, null, whenEnded, by);

    /// <summary>Puts another in its place.</summary>
    public Task<AssignmentChange> MoveAsync(PersonId person, PoolId pool, HostId host, int? seats, bool whenEnded, string by) => ChangeAsync("move", person, pool, host, seats, whenEnded, by);

    private async Task<AssignmentChange> ChangeAsync(string verb, PersonId person, PoolId pool, HostId? host, int? seats, bool whenEnded, string by)
    {
        // Each repetition means that the person opened or lost a desktop in between.
        while (true)
        {
            var (desktop, _) = await DesktopAsync(person, pool);
            var result = (RedisResult[])(await store.CommitAsync(_change,
                [keys.Assignments(pool), keys.Desktops(person), desktop is { } id ? keys.Session(id) : keys.Desktops(person), keys.Events],
                [
                    keys.Doorbell.ToString(), person.Value, pool.Value, verb, host?.Value ?? "", seats is { } bound ? bound : RedisValue.EmptyString, desktop?.Value ?? "", whenEnded ? 1 : 0, by,
                ]))!;
            var before = result.Length > 1 && (string)result[1]! is { Length: > 0 } name ? new HostId(name) : (HostId?)null;
            switch ((string)result[0]!)
            {
                case "done": return new AssignmentChange.Done(before);
                case "none": return new AssignmentChange.None();
                case "has": return new AssignmentChange.Has(before!.Value);
                case "full": return new AssignmentChange.Full();
                case "runs": return new AssignmentChange.Runs(before!.Value, new SessionId((string)result[2]!));
            }
        }
    }

    private async Task<(SessionId? Id, Session? Row)> DesktopAsync(PersonId person, PoolId pool)
    {
        var desktops = await sessions.DesktopsOfAsync(person);
        return desktops.TryGetValue(pool, out var id) ? (id, (await sessions.FindRowAsync(id)).Session) : (null, null);
    }
}
