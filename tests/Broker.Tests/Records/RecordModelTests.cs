using System.Collections.Frozen;
using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Records;
using VdiBroker.Storage;
using VdiBroker.Tenancy;
using Xunit;

namespace VdiBroker.Broker.Tests.Records;

/// <summary>The script of notes on a real Redis, beside a model.</summary>
[Collection(RedisCollection.Name)]
public sealed class RecordModelTests(RedisFixture redis)
{
    private const int MostTries = RecordStore.MostOfOne + 100;
    private static readonly string[] _stations = ["poste-a", "poste-b"];
    private static readonly TenantCatalogue _tenants = new(new[] { "drancy", "le-bourget" }.Select(id => new Tenant(new TenantId(id), id)).ToFrozenDictionary(tenant => tenant.Id));

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
    public async Task A_station_that_is_tried_without_end_drives_out_its_own_tries_only_and_leaves_no_key_of_what_is_gone()
    {
        var records = Records(out var store, out var keys);
        await records.AddAsync("w", [.. Try(MostTries, "poste-b", null, 1)]);
        var notes = Enumerable.Range(0, MostTries).SelectMany(n => Try(n, "poste-a", null, 2 * n + 3)).ToList();
        foreach (var batch in notes.Chunk(128)) await records.AddAsync("w", batch);
        Assert.Equal(RecordStore.MostOfOne, (await records.FindAsync(RecordKey.OfTries(new StationId("poste-a")), 10_000)).Length);
        Assert.Equal(RecordStore.MostOfOne, await ReadableAsync(records, Enumerable.Range(0, MostTries).Select(n => RecordId.Of(Reference(n)))));
        Assert.NotNull(await records.ReadAsync(RecordId.Of(Reference(MostTries))));
        var life = await store.RunAsync("read life", db => db.KeyTimeToLiveAsync(keys.Record(Reference(MostTries))));
        Assert.InRange(life!.Value, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        // Each typed another name: a record, what that name is found by (some have the same digits), and the list of each station.
        Assert.InRange((await store.KeysAsync("count keys", $"*{keys.Farm}*", default)).Count, RecordStore.MostOfOne + 3, 2 * (RecordStore.MostOfOne + 2));
    }

    [Theory]
    [InlineData("poste-a")]
    [InlineData("poste-b")]
    public async Task However_often_somebody_s_name_is_typed_in_vain_their_sign_in_stays_and_is_found(string where)
    {
        var records = Records(out _, out _);
        var victim = new PersonId("drancy/amelie");
        await records.AddAsync("w", [SignedIn(7, victim, "poste-a", 1)]);
        var notes = Enumerable.Range(0, MostTries).SelectMany(n => Try(n, where, victim, 2 * n + 2)).ToList();
        foreach (var batch in notes.Chunk(128)) await records.AddAsync("w", batch);
        Assert.Equal(victim, (await records.ReadAsync(RecordId.Of(7)))?.Person);
        Assert.Equal("7", Assert.Single(await records.FindAsync(RecordKey.Of(victim), 10)).Value);
        // Nor is it buried under them.
        var find = new FindRecords(records, _tenants);
        Assert.Equal([true, false], (await find.RunAsync("amelie", 2, Operator.OfAll)).Select(found => found.Id.IsOfTry));
        Assert.Contains(await find.RunAsync("poste-a", 2, Operator.OfAll), found => found.Id.Value == "7");
    }

    [Fact]
    public async Task A_refusal_that_its_record_does_not_hold_any_more_is_found_by_no_key()
    {
        var records = Records(out var store, out var keys);
        var owner = new PersonId("drancy/amelie");
        await records.AddAsync("w", [SignedIn(7, owner, "poste-a", 1)]);
        var refusals = Enumerable.Range(0, 200).Select(n => Own(RecordId.Of(7), new Fact.Refused(4, $"ref{n:00000}", ""), n + 2)).ToList();
        foreach (var batch in refusals.Chunk(7)) await records.AddAsync("w", batch);
        Assert.Empty(await records.FindAsync(RecordKey.OfReference("ref00100"), 10));
        foreach (var kept in (string[])["ref00000", "ref00199"]) Assert.Equal("7", Assert.Single(await records.FindAsync(RecordKey.OfReference(kept), 10)).Value);
        // The record, its person, its station, and a key for each refusal that it still holds.
        Assert.Equal(3 + RecordStore.First + RecordStore.Newest - 1, (await store.KeysAsync("count keys", $"*{keys.Farm}*", default)).Count);
    }

    [Fact]
    public async Task Visits_drive_out_visits_of_their_station_and_nothing_else()
    {
        var records = Records(out var store, out var keys);
        await records.AddAsync("w", [SignedIn(1, new PersonId("drancy/amelie"), "poste-a", 1), .. Try(1, "poste-a", null, 2)]);
        for (var n = 0; n < RecordStore.MostOfOne + 100; n += 50)
            await records.AddAsync("w", [.. Enumerable.Range(n, 50).Select(visit => SignedIn(1000 + visit, PersonId.OfVisit(new TenantId("drancy"), $"{visit}"), "poste-a", visit + 10))]);
        foreach (var id in (RecordId[])[RecordId.Of(1), RecordId.Of(Reference(1))]) Assert.NotNull(await records.ReadAsync(id));
        Assert.Equal(RecordStore.MostOfOne, await ReadableAsync(records, Enumerable.Range(0, MostTries).Select(visit => RecordId.Of(1000 + visit))));
        Assert.Empty(await records.FindAsync(RecordKey.Of(PersonId.OfVisit(new TenantId("drancy"), "0")), 1));
        // Each visit has a record and a person; then the other two records, what they are found by, and the list of visits.
        Assert.Equal(2 * RecordStore.MostOfOne + 2 + 4 + 1, (await store.KeysAsync("count keys", $"*{keys.Farm}*", default)).Count);
    }

    [Fact]
    public async Task An_operator_of_one_town_finds_their_people_behind_whatever_others_did_at_the_same_station()
    {
        var records = Records(out _, out _);
        await records.AddAsync("w", [SignedIn(1, new PersonId("drancy/amelie"), "poste-a", 1)]);
        for (var n = 0; n < 150; n += 50)
            await records.AddAsync("w", [.. Enumerable.Range(n, 50).SelectMany(other => (NoteToKeep[])[SignedIn(100 + other, new PersonId($"le-bourget/p{other}"), "poste-a", 10 + 3 * other), .. Try(other, "poste-a", null, 11 + 3 * other)])]);
        var found = await new FindRecords(records, _tenants).RunAsync("poste-a", 1, new Operator("helpdesk", new[] { new TenantId("drancy") }.ToFrozenSet()));
        Assert.Equal("1", Assert.Single(found).Id.Value);
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

    // What the broker itself would be found by.
    private static NoteToKeep Own(RecordId record, Fact fact, long number) => Note(record, fact, number, [.. RecordKey.Of(record, fact)]);

    private static async Task<int> ReadableAsync(RecordStore records, IEnumerable<RecordId> ids) => (await Task.WhenAll(ids.Select(records.ReadAsync))).Count(course => course is not null);

    private static NoteToKeep SignedIn(long serial, PersonId person, string station, long number) =>
        Own(RecordId.Of(serial), new Fact.SignedIn(serial, person, new StationId(station), new SignInTimes(default, default, default), Limited: false), number);

    private static NoteToKeep[] Try(int which, string station, PersonId? person, long number)
    {
        var reference = Reference(which);
        return
        [
            Own(RecordId.Of(reference), new Fact.Tried(new StationId(station), person, null) { Name = person is null ? RecordKey.OfUnknownName(reference).Value : null }, number),
            Own(RecordId.Of(reference), new Fact.Refused(1, reference, ""), number + 1),
        ];
    }

    // As the broker draws them, in order: without 0 and 1.
    private static string Reference(int number) => string.Concat(Enumerable.Range(0, 8).Select(digit => (char)('2' + (number >> (21 - 3 * digit)) % 8)));

    private static NoteToKeep Note(RecordId record, Fact fact, long number, params RecordKey[] keys) => new(record, fact, [.. keys], number, System.Diagnostics.Stopwatch.GetTimestamp());
}
