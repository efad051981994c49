using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VdiBroker.Hosts;

/// <summary>The sessions of one report in numbers, as they stand on the board for gauges and lists: nobody asks the board who they are.</summary>
/// <param name="Sessions">All of them.</param>
/// <param name="Unwiped">Those of visitors of whom something is left that the host could not remove.</param>
/// <param name="Pools">By the pool of which the agent says they are; one that it does not know of is in none.</param>
internal sealed record SessionTally(int Sessions, int Unwiped, ImmutableDictionary<string, PoolTally> Pools)
{
    /// <summary>None.</summary>
    public static readonly SessionTally None = new(0, 0, ImmutableDictionary<string, PoolTally>.Empty);

    /// <summary>Counts a report.</summary>
    public static SessionTally Of(ImmutableArray<ObservedSession> sessions) => sessions.IsEmpty ? None : new(
        sessions.Length,
        sessions.Count(session => session.Wipe is { Failed: > 0 }),
        sessions.Where(session => session.Grant is { Pool.Length: > 0 }).GroupBy(session => session.Grant!.Pool)
            .ToImmutableDictionary(pool => pool.Key, pool => new PoolTally(pool.Count(session => session.Connected), pool.Count(session => !session.Connected))));

    /// <summary>As it stands on the board.</summary>
    public byte[] Written() => JsonSerializer.SerializeToUtf8Bytes(this, TallyJson.Default.SessionTally);

    /// <summary>Reads it from the board; one of an older broker has none, nor has one that cannot be read: the next report writes it anew, and the other hosts are told of meanwhile.</summary>
    public static SessionTally Read(string text)
    {
        try
        {
            return text.Length == 0 ? None : JsonSerializer.Deserialize(text, TallyJson.Default.SessionTally) ?? None;
        }
        catch (JsonException)
        {
            return None;
        }
    }
}

/// <summary>The sessions of one pool on one host.</summary>
/// <param name="Connected">On a station's screen.</param>
/// <param name="Disconnected">On nobody's.</param>
internal sealed record PoolTally(int Connected, int Disconnected);

[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SessionTally))]
internal sealed partial class TallyJson : JsonSerializerContext;
