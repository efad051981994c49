using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Hosts;

/// <summary>What an agent says of its host, before the store has put its time on it.</summary>
internal sealed record HostReading(string BootId, string CertificateSha256, double LoadPerCore, double MemoryUsed, ImmutableArray<ObservedSession> Sessions)
{
    /// <summary>Sessions of visitors of which the host has proven, in the last minutes, that nothing is left.</summary>
    public ImmutableArray<SessionId> Wiped { get; init; } = [];

    /// <summary>Those whom the host has kept out in the last minutes, although their tickets were granted.</summary>
    public ImmutableArray<KeptOutSeen> KeptOut { get; init; } = [];

    /// <summary>
    /// Whose sessions run there, a line each: the account and, after a tab, the tenant of the person whom the agent let in, where it knows. Without orphans that are on no screen: their host ends them, and nobody is led back to one.
    /// </summary>
    public string Accounts => string.Join('\n', Sessions.Where(session => session is not { Orphaned: true, Connected: false }).Select(session => session.Grant is { Person.Length: > 0 } grant ? $"{session.User}\t{new PersonId(grant.Person).Tenant}" : session.User));
}

/// <summary>What was read of a host before: with the next report only what has changed since is read.</summary>
/// <param name="Digest">Of its seats; empty = they were not read.</param>
/// <param name="Sessions">The sessions that were read, each with its mark: <c>fence revision phase</c>.</param>
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

/// <summary>What is known of a host and its seats.</summary>
/// <param name="Seen">What its agent last said; null = no agent has reported yet.</param>
/// <param name="Seats">Who is there, in numbers.</param>
/// <param name="HoldsOne">The account that was asked for holds a seat there.</param>
/// <param name="Told">The tally of the last report, as it stands on the board; empty = it was not asked for, or a broker of before took the report.</param>
internal sealed record HostRow(HostObservation? Seen, SeatCount Seats, bool HoldsOne, string Told)
{
    /// <summary>The sessions of the last report.</summary>
    public SessionTally Tally => SessionTally.Read(Told);
}

/// <summary>The host board in Redis: what the agents last said, and which stream speaks for which host.</summary>
internal sealed class HostBoard(RedisStore store, KeySpace keys)
{
    private static readonly Script _attach = new("attach_host");
    private static readonly Script _detach = new("detach_host");
    private static readonly Script _observe = new("observe_host");
    private static readonly Script _look = new("look_at_hosts");
    private static readonly Script _hear = new("hear_hosts");

    // Between two looks at so many hosts Redis serves others.
    private const int Together = 200;

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
        var result = (RedisResult[])(await store.RunScriptAsync(_observe, [keys.Board(host), keys.Seats(host), keys.Drains, .. known.Sessions.Select(read => (RedisKey)keys.Session(read.Id))],
            [link, reading.BootId, reading.CertificateSha256, Invariant(reading.LoadPerCore), Invariant(reading.MemoryUsed), reading.Accounts, host.Value, known.Digest, SessionTally.Of(reading.Sessions).Written(), .. known.Sessions.Select(read => (RedisValue)read.Mark)]))!;
        if (result.Length == 0) return null;
        var (before, drain, digest) = ((string)result[1]!, (RedisValue)result[3], (string)result[4]!);
        return new HostWritten(DateTimeOffset.FromUnixTimeMilliseconds((long)result[0]), before.Length > 0 && before != reading.BootId, (string)result[2]!)
        {
            Drain = drain.IsNull ? null : DrainBook.Of(host, drain),
            Digest = digest,
            Seats = digest == known.Digest ? null : [.. Pairs(result[5], (account, session) => KeyValuePair.Create((string)account!, new SessionId((string)session!)))],
            Changed = [.. Pairs(result[6], (at, row) => new ChangedRow((int)at - 1, Pairs(row, (name, value) => KeyValuePair.Create((RedisValue)name, (RedisValue)value)).ToDictionary()))],
        };
    }

    /// <summary>Starts reading what is known of some hosts and their seats, as part of a batch: a few numbers of each, however many people are there.</summary>
    /// <param name="db">The batch.</param>
    /// <param name="hosts">Which.</param>
    /// <param name="account">Whether it holds a seat there is told; empty = of nobody.</param>
    /// <param name="tallies">The tally of the last report is wanted too.</param>
    /// <returns>A row for each host, in their order.</returns>
    public async Task<HostRow[]> LookAsync(IDatabase db, IEnumerable<HostId> hosts, string account = "", bool tallies = false) =>
        [.. (await InPartsAsync(hosts, some => _look.StartAsync(db, [.. some.SelectMany(host => (RedisKey[])[keys.Board(host), keys.Seats(host)])], [account, tallies])))
            .SelectMany(some => (RedisResult[])some!).Select(Row)];

    /// <summary>Starts reading when some hosts were heard, as part of a batch.</summary>
    /// <returns>For each host, in their order; null where no agent has reported yet.</returns>
    public async Task<HostVoice?[]> VoicesAsync(IDatabase db, IEnumerable<HostId> hosts) =>
        [.. (await InPartsAsync(hosts, some => _hear.StartAsync(db, [.. some.Select(keys.Board)], [])))
            .SelectMany(some => Pairs(some, (seen, detached) => Voice((RedisValue)seen, (RedisValue)detached)))];

    private static Task<RedisResult[]> InPartsAsync(IEnumerable<HostId> hosts, Func<HostId[], Task<RedisResult>> ask) => Task.WhenAll(hosts.Chunk(Together).Select(ask));

    private static HostRow Row(RedisResult row)
    {
        var fields = (RedisValue[])row!;
        var seats = SeatCount.None with { Held = (int)fields[0], Shown = (int)fields[1] };
        // Nearly never: a look at a thousand hosts takes nothing apart for that.
        if (fields[9].ToString() is { Length: > 0 } strays) seats = seats with { Strays = strays.Split('\n').Select(line => line.Split('\t')).DistinctBy(stray => stray[0]).ToImmutableDictionary(stray => stray[0], stray => stray is [_, var whose] ? new TenantId(whose) : (TenantId?)null) };
        return new HostRow(
            Voice(fields[3], fields[4]) is { } voice && fields[7].TryParse(out double load) && fields[8].TryParse(out double memory)
                ? new HostObservation(voice.SeenAt, voice.DetachedAt, fields[5].ToString(), fields[6].ToString(), load, memory) : null,
            seats, HoldsOne: (int)fields[2] == 1, fields[10].ToString());
    }

    // A board that cannot be read is that of a host that nobody has heard yet: it hides no other host, and its agent's next report writes it anew.
    private static HostVoice? Voice(RedisValue seen, RedisValue detached) =>
        At(seen) is { } at && (detached.IsNullOrEmpty || At(detached) is not null) ? new HostVoice(at, At(detached)) : null;

    private static DateTimeOffset? At(RedisValue ms) =>
        ms.TryParse(out long at) && at > 0 && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    // Lua tells a table as one list of names and values.
    private static IEnumerable<T> Pairs<T>(RedisResult list, Func<RedisResult, RedisResult, T> pair)
    {
        var all = (RedisResult[])list!;
        for (var i = 0; i + 1 < all.Length; i += 2) yield return pair(all[i], all[i + 1]);
    }

    private static string Invariant(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
