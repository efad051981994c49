using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>What an agent says of its host, before the store has put its time on it.</summary>
internal sealed record HostReading(string BootId, string CertificateSha256, double LoadPerCore, double MemoryUsed, ImmutableArray<ObservedSession> Sessions)
{
    /// <summary>Sessions of visitors of which the host has proven, in the last minutes, that nothing is left.</summary>
    public ImmutableArray<SessionId> Wiped { get; init; } = [];
}

/// <summary>What was read of a host before: with the next report only what has changed since is read.</summary>
/// <param name="Digest">Of its seats; empty = they were not read.</param>
/// <param name="Sessions">The sessions that were read, each with its mark: <c>fence revision</c>.</param>
internal sealed record SeatsRead(string Digest, ImmutableArray<(SessionId Id, string Mark)> Sessions);

/// <summary>A session that has changed since it was read.</summary>
/// <param name="At">Its place among <see cref="SeatsRead.Sessions"/>.</param>
/// <param name="Fields">What it is now; none = it is no more.</param>
internal sealed record ChangedRow(int At, Dictionary<RedisValue, RedisValue> Fields);

/// <summary>A reading that was written.</summary>
/// <param name="Now">The store's time.</param>
/// <param name="Restarted">The host's boot id is another than in the reading before.</param>
/// <param name="Noted">What was noted last of its sessions without a seat; empty = nothing.</param>
internal sealed record HostWritten(DateTimeOffset Now, bool Restarted, string Noted)
{
    /// <summary>The drain of the host; null = none.</summary>
    public HostDrain? Drain { get; init; }

    /// <summary>Digest of the seats that are held there.</summary>
    public string Digest { get; init; } = "";

    /// <summary>The seats: account, session; null = as they were read before.</summary>
    public ImmutableArray<KeyValuePair<string, SessionId>>? Seats { get; init; }

    /// <summary>The sessions that have changed since they were read.</summary>
    public ImmutableArray<ChangedRow> Changed { get; init; } = [];
}

/// <summary>The host board in Redis: what the agents last said, and which stream speaks for which host.</summary>
internal sealed class HostBoard(RedisStore store, KeySpace keys)
{
    private static readonly Script _attach = new("attach_host");
    private static readonly Script _detach = new("detach_host");
    private static readonly Script _observe = new("observe_host");

    /// <summary>Makes <paramref name="link"/> the voice of the host.</summary>
    public Task AttachAsync(HostId host, string link) => store.RunScriptAsync(_attach, [keys.Board(host)], [link]);

    /// <summary>Notes that <paramref name="link"/> was cut; nothing when another stream speaks for the host already.</summary>
    public Task DetachAsync(HostId host, string link) => store.RunScriptAsync(_detach, [keys.Board(host)], [link]);

    /// <summary>Writes a reading, and reads in the same step what the ledger believes of the host: one round trip.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="link">The stream that it came by.</param>
    /// <param name="reading">What the agent said.</param>
    /// <param name="known">What was read before: of this only what has changed is read.</param>
    /// <returns>Null when another stream speaks for the host: this one is stale and should end.</returns>
    public async Task<HostWritten?> WriteAsync(HostId host, string link, HostReading reading, SeatsRead known)
    {
        var sessions = JsonSerializer.SerializeToUtf8Bytes(reading.Sessions, BoardJson.Default.ImmutableArrayObservedSession);
        var result = (RedisResult[])(await store.RunScriptAsync(_observe, [keys.Board(host), keys.Seats(host), keys.Drains, .. known.Sessions.Select(read => (RedisKey)keys.Session(read.Id))],
            [link, reading.BootId, reading.CertificateSha256, Invariant(reading.LoadPerCore), Invariant(reading.MemoryUsed), sessions, host.Value, known.Digest, .. known.Sessions.Select(read => (RedisValue)read.Mark)]))!;
        if (result.Length == 0) return null;
        var (before, drain, digest) = ((string)result[1]!, (string)result[3]!, (string)result[4]!);
        return new HostWritten(DateTimeOffset.FromUnixTimeMilliseconds((long)result[0]), before.Length > 0 && before != reading.BootId, (string)result[2]!)
        {
            Drain = drain.Length == 0 ? null : DrainBook.Of(host, drain),
            Digest = digest,
            Seats = digest == known.Digest ? null : [.. Pairs(result[5], (account, session) => KeyValuePair.Create((string)account!, new SessionId((string)session!)))],
            Changed = [.. Pairs(result[6], (at, row) => new ChangedRow((int)at - 1, Pairs(row, (name, value) => KeyValuePair.Create((RedisValue)name, (RedisValue)value)).ToDictionary()))],
        };
    }

    /// <summary>Starts reading a board, as part of a batch.</summary>
    /// <returns>Null when no agent has reported yet.</returns>
    public async Task<HostObservation?> ReadAsync(IDatabase db, HostId host)
    {
        var board = (await db.HashGetAllAsync(keys.Board(host))).ToDictionary();
        if (!board.TryGetValue("seen", out var seen)) return null;
        return new HostObservation(
            DateTimeOffset.FromUnixTimeMilliseconds((long)seen),
            board.TryGetValue("detached", out var detached) ? DateTimeOffset.FromUnixTimeMilliseconds((long)detached) : null,
            board["boot"].ToString(),
            board["certificate"].ToString(),
            (double)board["load"],
            (double)board["memory"],
            JsonSerializer.Deserialize(board["sessions"].ToString(), BoardJson.Default.ImmutableArrayObservedSession));
    }

    /// <summary>Starts reading when a host was heard, as part of a batch.</summary>
    /// <returns>Null when no agent has reported yet.</returns>
    public async Task<HostVoice?> VoiceAsync(IDatabase db, HostId host)
    {
        var fields = await db.HashGetAsync(keys.Board(host), ["seen", "detached"]);
        if (fields[0].IsNull) return null;
        return new HostVoice(DateTimeOffset.FromUnixTimeMilliseconds((long)fields[0]), fields[1].IsNull ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)fields[1]));
    }

    // Lua tells a table as one list of names and values.
    private static IEnumerable<T> Pairs<T>(RedisResult list, Func<RedisResult, RedisResult, T> pair)
    {
        var all = (RedisResult[])list!;
        for (var i = 0; i + 1 < all.Length; i += 2) yield return pair(all[i], all[i + 1]);
    }

    private static string Invariant(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}

[JsonSerializable(typeof(ImmutableArray<ObservedSession>))]
internal sealed partial class BoardJson : JsonSerializerContext;
