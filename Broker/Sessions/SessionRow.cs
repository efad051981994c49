using StackExchange.Redis;
using VdiBroker.Kernel;

namespace VdiBroker.Sessions;

/// <summary>A session's row, read among others.</summary>
/// <param name="Session">The session; null = there is none, or it cannot be read.</param>
/// <param name="IsUnreadable">There is one, and nobody can read it: it is left as it is, and hurts nobody but its person.</param>
internal readonly record struct SessionRow(Session? Session, bool IsUnreadable)
{
    /// <summary>Of what stands in the store; no field = no session.</summary>
    public static SessionRow Of(SessionId id, Dictionary<RedisValue, RedisValue> fields)
    {
        try
        {
            return new SessionRow(Read(id, fields), IsUnreadable: false);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidCastException or FormatException or OverflowException or ArgumentException)
        {
            return new SessionRow(null, IsUnreadable: true);
        }
    }

    /// <summary>One session alone: who asks for it is told when it cannot be read.</summary>
    /// <returns>Null when there is none.</returns>
    public static Session? Read(SessionId id, Dictionary<RedisValue, RedisValue> fields)
    {
        if (fields.Count == 0) return null;
        return new Session(
            id,
            new PersonId(fields["person"].ToString()),
            fields["user"].ToString(),
            new PoolId(fields["pool"].ToString()),
            new HostId(fields["host"].ToString()),
            PhaseOf(fields["phase"]),
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
            Before = fields.TryGetValue("before", out var before) ? PhaseOf(before) : null,
            End = EndFields.Read(fields),
        };
    }

    // Rows of an older broker may lack it.
    private static DateTimeOffset At(Dictionary<RedisValue, RedisValue> fields, string field) =>
        DateTimeOffset.FromUnixTimeMilliseconds(fields.TryGetValue(field, out var value) ? (long)value : 0);

    private static SessionPhase PhaseOf(RedisValue word) =>
        Enum.Parse<SessionPhase>(word.ToString(), ignoreCase: true) is var phase && Enum.IsDefined(phase) ? phase : throw new FormatException($"{word} is no phase");
}
