using Microsoft.Extensions.Logging;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using Xunit;

namespace VdiBroker.Broker.Tests.Stations;

/// <summary>What a broker knows of stations, on a real Redis: what it cuts, and what it does not forget.</summary>
[Collection(RedisCollection.Name)]
public sealed class StationBookTests(RedisFixture redis) : StationBookRun(redis)
{
    private static readonly RenewedCertificate _second = new("second", "key", "pem");

    [Fact]
    public async Task A_stream_that_ends_while_others_are_cut_is_not_cut_and_the_book_goes_on()
    {
        using var book = await OpenAsync("a");
        await DecideAsync(known => known with { Certificate = "first" });
        await KnowsAsync(book, "first");
        // As the gate has them; and whichever is cut first, the other one is over by that.
        var (cut, streams, ended) = (0, new IDisposable[2], new CancellationTokenSource[] { new(), new() });
        for (var n = 0; n < 2; n++)
        {
            var (mine, other) = (n, 1 - n);
            streams[n] = book.Watch(_station, () => "first", () =>
            {
                ended[mine].Cancel();
                cut++;
                streams[other].Dispose();
                ended[other].Dispose();
            });
        }
        await DecideAsync(known => known with { Revoked = true });
        await Eventually.HoldsAsync("cut", _patience, () => Volatile.Read(ref cut) > 0 || book.ExecuteTask!.IsCompleted);
        await DecideAsync(known => known with { Revoked = false, Certificate = "another" });
        await KnowsAsync(book, "another");
        Assert.Equal((1, false), (cut, book.ExecuteTask!.IsCompleted));
        await book.StopAsync(default);
    }

    [Fact]
    public async Task A_stream_is_cut_once_with_a_warning_where_the_station_is_out_and_with_none_where_it_renews()
    {
        using var book = await OpenAsync("a");
        await DecideAsync(known => known with { Certificate = "first", Next = _second });
        await KnowsAsync(book, "first");
        var cut = 0;
        using var former = book.Watch(_station, () => "first", () => Interlocked.Increment(ref cut));
        Assert.Null(await book.RefusedAsync(_station, () => "second", default));
        await Eventually.HoldsAsync("cut", _patience, () => Volatile.Read(ref cut) == 1 && Said.Length == 1);
        Assert.True(book.MayComeBack(_station, () => "first"));
        Assert.Equal([(306, LogLevel.Information)], Said);

        using var present = book.Watch(_station, () => "second", () => Interlocked.Increment(ref cut));
        await DecideAsync(known => known with { Revoked = true });
        // The former one is still on its way out.
        await Eventually.HoldsAsync("cut", _patience, () => Volatile.Read(ref cut) == 2 && Said.Length == 2);
        Assert.Equal((300, LogLevel.Warning), Said[1]);
        await book.StopAsync(default);
    }

    [Fact]
    public async Task What_was_read_before_never_takes_the_place_of_what_is_known_since()
    {
        using var book = Book("a");
        var older = new StationStanding(_station, Revoked: false, DateTimeOffset.UnixEpoch) { Certificate = "first", Next = _second };
        var newer = older.InPlaceOf(older, DateTimeOffset.UnixEpoch).Shown("second")!;
        book.Take([older]);
        book.Take([newer]);
        var cut = 0;
        using var present = book.Watch(_station, () => "second", () => cut++);
        book.Take([older with { Next = null }]);
        Assert.Equal((0, null), (cut, await book.RefusedAsync(_station, () => "second", default)));
    }

    [Fact]
    public async Task A_copy_of_the_store_neither_admits_who_was_revoked_since_nor_shuts_out_who_has_renewed()
    {
        var renewing = new StationId("poste-5");
        await DecideAsync(known => known with { Certificate = "stolen" });
        await DecideAsync(known => known with { Certificate = "first", Next = _second }, renewing);
        var copy = await _redis.Store.RunAsync("copy", db => db.HashGetAllAsync(_keys.Standings));
        using (var book = await OpenAsync("a"))
        {
            await KnowsAsync(book, "stolen");
            await DecideAsync(known => known with { Revoked = true });
            Assert.Null(await book.RefusedAsync(renewing, () => "second", default));
            await Eventually.HoldsAsync("kept", _patience, () => Kept("a").Contains("revoked\\u0022:true", StringComparison.Ordinal) && Kept("a").Contains("former", StringComparison.Ordinal));
            await book.StopAsync(default);
        }
        await _redis.Store.RunAsync("put the copy back", async db =>
        {
            await db.HashSetAsync(_keys.Standings, copy);
            return true;
        });
        using var again = await OpenAsync("a");
        await Eventually.HoldsAsync("put back", _patience, async () => (await _store.ReadAsync())[_station].Revoked);
        Assert.NotNull(await again.RefusedAsync(_station, () => "stolen", default));
        Assert.Null(await again.RefusedAsync(renewing, () => "second", default));
        Assert.NotNull(await again.RefusedAsync(renewing, () => "first", default));
        Assert.Equal(("second", "first"), ((await _store.ReadAsync())[renewing].Certificate, (await _store.ReadAsync())[renewing].Former));
        Assert.Contains((307, LogLevel.Error), Said);
        Assert.DoesNotContain(Said, one => one.Id == 301);
        await again.StopAsync(default);
    }

    [Fact]
    public async Task A_broker_that_was_off_for_long_fills_an_emptied_store_only_until_one_comes_that_knows_better()
    {
        using (var old = await OpenAsync("old"))
        {
            await DecideAsync(known => known with { Certificate = "stolen" });
            await Eventually.HoldsAsync("kept", _patience, () => Kept("old").Contains("stolen", StringComparison.Ordinal));
            await old.StopAsync(default);
        }
        using (var other = await OpenAsync("other"))
        {
            await DecideAsync(known => known with { Revoked = true });
            await Eventually.HoldsAsync("kept", _patience, () => Kept("other").Contains("revoked\\u0022:true", StringComparison.Ordinal));
            await other.StopAsync(default);
        }
        await _redis.Store.RunAsync("empty", db => db.KeyDeleteAsync(_keys.Standings));

        using var first = await OpenAsync("old");
        await Eventually.HoldsAsync("filled", _patience, async () => !(await _store.ReadAsync()).IsEmpty);
        Assert.Null(await first.RefusedAsync(_station, () => "stolen", default));
        using var second = await OpenAsync("other");
        await Eventually.HoldsAsync("refused by the first one too", _patience, async () => await first.RefusedAsync(_station, () => "stolen", default) is { Revoked: true });
        Assert.True((await _store.ReadAsync())[_station].Revoked);
        foreach (var book in (StationBook[])[first, second]) await book.StopAsync(default);
    }

    [Fact]
    public async Task A_row_of_a_broker_of_before_is_read_and_is_never_newer_than_what_was_made_of_it()
    {
        await _redis.Store.RunAsync("write as before", db => db.HashSetAsync(_keys.Standings, _station.Value, """{"revoked":false,"certificate":"first","at":1700000000000,"by":"anne","why":"","next":{"certificate":"second","key":"key","pem":"pem"}}"""));
        var before = (await _store.ReadAsync())[_station];
        var (_, shown) = await _store.DecideAsync(_station, (known, _) => new StandingChange(known!.Shown("second")!, "station-shown", "itself", ""));
        Assert.True(shown!.IsNewerThan(before));
        Assert.Equal((DateTimeOffset.FromUnixTimeMilliseconds(1700000000000), shown), (shown.DecidedAt, (await _store.ReadAsync())[_station]));
        Assert.Equal((0, 0), await _store.PutBackAsync([before], await _store.ReadAsync()));
    }

    [Fact]
    public async Task What_a_full_disk_did_not_take_is_kept_when_there_is_room_again_though_nothing_changes()
    {
        var clock = new HandClock(DateTimeOffset.UnixEpoch);
        // No folder can be made there: as on a full disk, nothing is written.
        await File.WriteAllTextAsync(Path.Combine(_folder, "a"), "");
        using var book = Book("a", clock);
        await book.StartAsync(default);
        await DecideAsync(known => known with { Certificate = "first" });
        await Eventually.HoldsAsync("told", _patience, () => !_keptLog.Lines.IsEmpty);
        File.Delete(Path.Combine(_folder, "a"));
        clock.Turn(TimeSpan.FromSeconds(5));
        await Eventually.HoldsAsync("kept", _patience, () => Kept("a").Contains("first", StringComparison.Ordinal));
        await Eventually.HoldsAsync("told", _patience, () => _keptLog.Lines.Count == 2);
        Assert.Equal([(302, LogLevel.Warning), (310, LogLevel.Information)], _keptLog.Lines.Select(line => (line.Id, line.Level)));
        await book.StopAsync(default);
    }
}
