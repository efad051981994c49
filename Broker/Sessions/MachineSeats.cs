using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Sessions;

/// <summary>What came of a station's word about a session on a machine without an agent.</summary>
internal enum Heard
{
    /// <summary>Its desktop is on the screen now, and was not before.</summary>
    Active,

    /// <summary>It is still on the screen.</summary>
    Still,

    /// <summary>It is claimed, and the station has no picture yet.</summary>
    Waiting,

    /// <summary>The station holds it no more, or it has ended.</summary>
    NotHeld,
}

/// <summary>Seats on machines: whose they are by assignment, and what stations say of the sessions there.</summary>
internal sealed class MachineSeats(RedisStore store, KeySpace keys)
{
    private static readonly Script _hear = new("hear_station");

    /// <summary>The machine that was assigned to somebody in a pool; null = none.</summary>
    public Task<HostId?> AssignedAsync(PersonId person, PoolId pool) => store.RunAsync("read assignment", async db =>
        (await db.HashGetAsync(keys.Assignments(pool), person.Value)) is { IsNull: false } machine ? (HostId?)new HostId(machine.ToString()) : null);

    /// <summary>Notes that the station of a session was heard of.</summary>
    /// <param name="session">Which.</param>
    /// <param name="fence">What the station holds.</param>
    /// <param name="shown">It has the machine's picture: this confirms its claim.</param>
    public async Task<Heard> HearAsync(SessionId session, Fence fence, bool shown)
    {
        var result = (string)(await store.RunScriptAsync(_hear, [keys.Session(session), keys.Events], [keys.Doorbell.ToString(), session.Value, fence.Value, shown ? 1 : 0]))!;
        return result switch
        {
            "active" => Heard.Active,
            "heard" => Heard.Still,
            "waiting" => Heard.Waiting,
            _ => Heard.NotHeld,
        };
    }
}
