using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Records;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Records;

/// <summary>The script of notes on a real Redis, beside a model.</summary>
[Collection(RedisCollection.Name)]
public sealed class RecordModelTests(RedisFixture redis)
{
    private static readonly string[] _stations = ["poste-a", "poste-b"];

    [Fact]
    public async Task A_record_keeps_its_first_notes_and_its_newest_and_counts_what_was_between() => await Gen.Int[1, 150].SampleAsync(async count =>
    {
        var records = Records(out _, out _);
        await records.AddAsync("w", [.. Enumerable.Range(1, count).Select(n => Note(RecordId.Of(7), new Fact.Queued(n, 200, null), n))]);
        var course = (await records.ReadAsync(RecordId.Of(7)))!;
        var places = course.Notes.Select(note => note.Fact).OfType<Fact.Queued>().Select(fact => fact.Place);
        var gap = Math.Max(0, count - RecordStore.First - RecordStore.Newest);
        Assert.Equal(Enumerable.Range(1, count).Where(n => n <= RecordStore.First || n > RecordStore.First + gap), places);
        Assert.Equal(gap, course.Notes.Select(note => note.Fact).OfType<Fact.Dropped>().SingleOrDefault()?.Count ?? 0);
    }, iter: 40, threads: 2);

    [Fact]
    public async Task Notes_that_come_together_stand_as_if_they_had_come_one_by_one() => await Gen.Select(Gen.Int[1, 40].Array[1, 8], Gen.Int[0, 2].Array[320]).SampleAsync(async (batches, of) =>
    {
        var (together, alone) = (Records(out _, out _), Records(out _, out _));
        var number = 0;
        foreach (var batch in batches)
        {
            var notes = Enumerable.Range(0, batch).Select(_ => Note(RecordId.Of(of[number % of.Length]), new Fact.Queued(++number, 320, null), number, RecordKey.Of(new StationId(_stations[number % 2])))).ToList();
            await together.AddAsync("w", notes);
            foreach (var note in notes) await alone.AddAsync("w", [note]);
        }
        for (var id = 0; id < 3; id++)
        {
            var (one, other) = (await alone.ReadAsync(RecordId.Of(id)), await together.ReadAsync(RecordId.Of(id)));
            // What came in one batch has one time: where the gap is told among those is no matter.
            Assert.Equal(one?.Notes.Select(note => note.Fact).OfType<Fact.Queued>() ?? [], other?.Notes.Select(note => note.Fact).OfType<Fact.Queued>() ?? []);
            Assert.Equal(one?.Notes.Select(note => note.Fact).OfType<Fact.Dropped>().SingleOrDefault(), other?.Notes.Select(note => note.Fact).OfType<Fact.Dropped>().SingleOrDefault());
        }
        foreach (var station in _stations)
            Assert.Equal((await alone.FindAsync(RecordKey.Of(new StationId(station)), 10)).Select(id => id.Value).Order(StringComparer.Ordinal), (await together.FindAsync(RecordKey.Of(new StationId(station)), 10)).Select(id => id.Value).Order(StringComparer.Ordinal));
    }, iter: 20, threads: 2);

    [Fact]
    public async Task A_list_finds_its_newest_records_and_those_that_it_drove_out_are_gone() => await Gen.Select(Gen.Int[0, 1], Gen.Int[1, 40]).Array[1, 40].SampleAsync(async notes =>
    {
        var records = Records(out _, out _);
        var model = new Dictionary<string, List<string>>();
        foreach (var ((station, record), number) in notes.Select((note, number) => (note, number)))
        {
            await records.AddAsync("w", [Note(RecordId.Of(record), new Fact.Closed(false), number, RecordKey.Of(new StationId(_stations[station])))]);
            var list = model.TryGetValue(_stations[station], out var known) ? known : model[_stations[station]] = [];
            if (!list.Contains($"{record}")) list.Add($"{record}");
        }
        foreach (var (station, list) in model)
            Assert.Equal(list.Order(StringComparer.Ordinal), (await records.FindAsync(RecordKey.Of(new StationId(station)), 1000)).Select(id => id.Value).Order(StringComparer.Ordinal));
    }, iter: 30, threads: 2);

    [Fact]
    public async Task A_station_that_is_tried_without_end_drives_out_its_own_records_only()
    {
        var records = Records(out var store, out var keys);
        await records.AddAsync("w", [Note(RecordId.Of("other"), new Fact.Closed(false), 1, RecordKey.Of(new StationId("poste-b")))]);
        for (var n = 0; n < RecordStore.MostOfOne + 20; n++)
            await records.AddAsync("w", [Note(RecordId.Of($"r{n}"), new Fact.Closed(false), n + 2, RecordKey.Of(new StationId("poste-a")))]);
        Assert.Equal(RecordStore.MostOfOne, (await records.FindAsync(RecordKey.Of(new StationId("poste-a")), 10_000)).Length);
        Assert.Null(await records.ReadAsync(RecordId.Of("r0")));
        Assert.NotNull(await records.ReadAsync(RecordId.Of($"r{RecordStore.MostOfOne + 19}")));
        Assert.NotNull(await records.ReadAsync(RecordId.Of("other")));
        var life = await store.RunAsync("read life", db => db.KeyTimeToLiveAsync(keys.Record("other")));
        Assert.InRange(life!.Value, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
    }

    [Fact]
    public async Task A_record_lives_from_its_beginning_and_not_from_its_last_note()
    {
        var records = Records(out var store, out var keys, TimeSpan.FromHours(1));
        await records.AddAsync("w", [Note(RecordId.Of(7), new Fact.Closed(false), 1)]);
        await store.RunAsync("shorten", db => db.KeyExpireAsync(keys.Record("7"), TimeSpan.FromMinutes(1)));
        await records.AddAsync("w", [Note(RecordId.Of(7), new Fact.Closed(false), 2)]);
        Assert.InRange((await store.RunAsync("read life", db => db.KeyTimeToLiveAsync(keys.Record("7"))))!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_same_batch_sent_twice_tells_the_same()
    {
        var records = Records(out _, out _);
        NoteToKeep[] batch = [Note(RecordId.Of(7), new Fact.Asked(null, new StationId("a"), null), 1), Note(RecordId.Of(7), new Fact.Refused(4, "abcdefgh", ""), 2)];
        await records.AddAsync("w", batch);
        await records.AddAsync("w", batch);
        var course = (await records.ReadAsync(RecordId.Of(7)))!;
        Assert.Single(course.Openings);
        Assert.Equal(2, course.Notes.Length);
    }

    private RecordStore Records(out RedisStore store, out KeySpace keys, TimeSpan? keep = null)
    {
        (store, keys) = (redis.Store, new KeySpace($"records-{Guid.NewGuid():N}"));
        return new RecordStore(store, keys, new RecordOptions { Keep = keep ?? TimeSpan.FromDays(7) });
    }

    private static NoteToKeep Note(RecordId record, Fact fact, long number, params RecordKey[] keys) => new(record, fact, [.. keys], number, System.Diagnostics.Stopwatch.GetTimestamp());
}
