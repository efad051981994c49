using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Storage;

namespace VdiBroker.Records;

/// <summary>A note on its way to the store.</summary>
/// <param name="Record">Which record.</param>
/// <param name="Fact">What.</param>
/// <param name="Keys">What the record is looked for by from now on.</param>
/// <param name="Number">Its place among the writer's notes.</param>
/// <param name="Noted">When, by this process's own clock (a timestamp of <see cref="System.Diagnostics.Stopwatch"/>).</param>
internal sealed record NoteToKeep(RecordId Record, Fact Fact, ImmutableArray<RecordKey> Keys, long Number, long Noted)
{
    /// <summary>The station's span, of a call that is traced; null = it is not.</summary>
    public ActivityContext? Trace { get; init; }
}

/// <summary>Records of sign-ins in Redis.</summary>
internal sealed class RecordStore(RedisStore store, KeySpace keys, RecordOptions options)
{
    /// <summary>The first notes of a record that are kept, whatever follows: the sign-in and the first opening.</summary>
    public const int First = 16;

    /// <summary>The newest notes of a record that are kept.</summary>
    public const int Newest = 48;

    /// <summary>The most records of one list, and so of one person, of a station's tries, of its visits: a hostile station drives out its own and nobody else's (<see cref="RecordKey.Owns"/>).</summary>
    public const int MostOfOne = 500;

    private static readonly Script _note = new("note_opening");

    // One call for many costs both sides less than many calls; the store does nothing else while it runs, so it is not for all of a crowd.
    private const int RecordsOfCall = 12;

    private const int CallsAtOnce = 4;

    /// <summary>Adds notes, in order, with one script call for a dozen records.</summary>
    /// <param name="writer">This process.</param>
    /// <param name="notes">What to add; the same notes again change nothing that is read.</param>
    /// <exception cref="StoreOutOfReachException">The store is out of reach: some of them may be there.</exception>
    public async Task AddAsync(string writer, IReadOnlyCollection<NoteToKeep> notes)
    {
        foreach (var calls in notes.GroupBy(note => note.Record).Chunk(RecordsOfCall).Chunk(CallsAtOnce))
        {
            var fallen = await Task.WhenAll(calls.Select(records => AddAsync(writer, records)));
            await ForgetAsync([.. fallen.SelectMany(one => one.Records).Distinct().Select(id => new RecordId(id))], [.. fallen.SelectMany(one => one.Notes)]);
        }
    }

    /// <summary>The newest records that stand under a key, newest first.</summary>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<ImmutableArray<RecordId>> FindAsync(RecordKey key, int most) => store.RunAsync("find records", async db =>
        (await db.SortedSetRangeByRankAsync(KeyOf(key), 0, most - 1, Order.Descending)).Select(id => new RecordId(id.ToString())).ToImmutableArray());

    /// <summary>Reads one record.</summary>
    /// <returns>Null when it is not there, or not any more.</returns>
    /// <exception cref="StoreOutOfReachException">The store is out of reach.</exception>
    public Task<Course?> ReadAsync(RecordId id) => store.RunAsync("read record", async db =>
    {
        var rows = await db.ListRangeAsync(keys.Record(id.Value));
        return rows.Length == 0 ? null : Course.Of(rows.Select(row => Read(row.ToString())).OfType<Note>());
    });

    // What is not there any more is found by nothing any more: as many keys as calls that wrote them, each kept for days, would fill the store however few records it keeps.
    private async Task ForgetAsync(RecordId[] records, string[] notes)
    {
        // A refusal that was too many in its record. Whatever else a note says, the record is still found by it.
        RedisKey[] references = [.. notes.Select(Read).OfType<Note>().Select(note => note.Fact).OfType<Fact.Refused>().Select(refused => RecordKey.OfReference(refused.Reference)).Select(KeyOf)];
        if (references.Length > 0) await store.RunAsync("forget references", db => db.KeyDeleteAsync(references));
        if (records.Length == 0) return;
        var courses = await Task.WhenAll(records.Select(async id => (id, course: await ReadAsync(id))));
        var listed = courses.SelectMany(one => (one.course?.Notes ?? []).SelectMany(note => RecordKey.Of(one.id, note.Fact)).Distinct().Select(key => (one.id, key)));
        await store.RunAsync("delete records", async db =>
        {
            await Task.WhenAll(listed.Select(one => db.SortedSetRemoveAsync(KeyOf(one.key), one.id.Value)));
            return await db.KeyDeleteAsync([.. records.Select(id => keys.Record(id.Value))]);
        });
    }

    private RedisKey KeyOf(RecordKey key) => keys.Records(key.Kind, key.Value);

    private async Task<(string[] Records, string[] Notes)> AddAsync(string writer, IEnumerable<IGrouping<RecordId, NoteToKeep>> records)
    {
        var lists = new List<RedisKey>();
        var arguments = new List<RedisValue> { (long)options.Keep.TotalMilliseconds, First, Newest, MostOfOne, writer };
        foreach (var record in records)
        {
            var foundBy = record.SelectMany(note => note.Keys).Distinct().OrderByDescending(key => key.Owns).ToArray();
            lists.Add(keys.Record(record.Key.Value));
            lists.AddRange(foundBy.Select(KeyOf));
            arguments.AddRange([record.Key.Value, foundBy.Length, foundBy.Count(key => key.Owns), record.Count()]);
            foreach (var note in record) arguments.AddRange([(long)Stopwatch.GetElapsedTime(note.Noted).TotalMilliseconds, note.Number, FactText.Write(note.Fact)]);
        }
        var fallen = (RedisResult[])(await store.RunScriptAsync(_note, [.. lists], [.. arguments]))!;
        return ((string[])fallen[0]!, (string[])fallen[1]!);
    }

    private static Note? Read(string row)
    {
        var parts = row.Split('|', 4);
        return parts.Length == 4 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Note(DateTimeOffset.FromUnixTimeMilliseconds(at), parts[1], number, FactText.Read(parts[3]))
            : null;
    }
}
