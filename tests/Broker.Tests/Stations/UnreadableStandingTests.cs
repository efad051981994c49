using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Broker.Tests.Stations;

/// <summary>Rows of stations' standings that nobody can read, on a real Redis: the book goes on, and nobody is let in by them.</summary>
[Collection(RedisCollection.Name)]
public sealed class UnreadableStandingTests(RedisFixture redis) : StationBookRun(redis)
{
    [Theory]
    [InlineData("{\"revoked\":tr")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"revoked\":false,\"at\":1700000000000,\"why\":\"\"}")]
    [InlineData("{\"revoked\":false,\"at\":\"soon\",\"by\":\"anne\",\"why\":\"\"}")]
    [InlineData("{\"revoked\":false,\"at\":1e300,\"by\":\"anne\",\"why\":\"\"}")]
    [InlineData("{\"revoked\":false,\"at\":9999999999999999,\"by\":\"anne\",\"why\":\"\"}")]
    [InlineData("\u00ff\u00fe", true)]
    public async Task A_row_that_cannot_be_read_shuts_its_own_station_out_and_no_other(string bad, bool isBytes = false)
    {
        var other = new StationId("poste-5");
        await DecideAsync(known => known with { Certificate = "theirs" }, other);
        await SpoilAsync(isBytes ? (RedisValue)Encoding.Latin1.GetBytes(bad) : bad);
        using var book = await OpenAsync("a");
        await Eventually.HoldsAsync("told", _patience, () => Said.Length > 0 || book.ExecuteTask!.IsCompleted);
        Assert.Equal([(308, LogLevel.Error)], Said);
        Assert.Contains("guichet-3", _log.Lines.Single().Text, StringComparison.Ordinal);
        Assert.NotNull(await book.RefusedAsync(_station, () => "any", default));
        Assert.Null(await book.RefusedAsync(other, () => "theirs", default));

        // It is kept as such, so that a start without a store does not admit it either, and told no second time.
        await Eventually.HoldsAsync("kept", _patience, () => Kept("a").Contains("unreadable", StringComparison.Ordinal));
        // Somebody decides anew, in place of what nobody can read; and the book goes on.
        await DecideAsync(known => known with { Revoked = false, Certificate = "first" });
        await Eventually.HoldsAsync("admitted", _patience, async () => await book.RefusedAsync(_station, () => "first", default) is null);
        Assert.NotNull(await book.RefusedAsync(_station, () => "any", default));
        Assert.Single(Said, one => one.Id == 308);
        Assert.False((await _store.ReadAsync())[_station].IsUnreadable);
        await book.StopAsync(default);
    }

    [Fact]
    public async Task What_a_broker_remembers_takes_the_place_of_a_row_that_cannot_be_read()
    {
        await DecideAsync(known => known with { Certificate = "first" });
        using var book = await OpenAsync("a");
        await KnowsAsync(book, "first");
        await SpoilAsync("{\"revoked\":");
        await Eventually.HoldsAsync("put back", _patience, async () => (await _store.ReadAsync())[_station] is { IsUnreadable: false, Certificate: "first" });
        Assert.Null(await book.RefusedAsync(_station, () => "first", default));
        // Also where only when it was decided can still be read.
        var at = (await _store.ReadAsync())[_station].At.ToUnixTimeMilliseconds();
        await SpoilAsync($$"""{"at":{{at}}}""");
        await Eventually.HoldsAsync("put back", _patience, async () => (await _store.ReadAsync())[_station] is { IsUnreadable: false, Certificate: "first" });
        Assert.Null(await book.RefusedAsync(_station, () => "first", default));
        await book.StopAsync(default);
    }

    [Fact]
    public async Task A_later_row_that_cannot_be_read_shuts_the_station_out_whatever_was_decided_before()
    {
        await DecideAsync(known => known with { Certificate = "first" });
        using var book = await OpenAsync("a");
        await KnowsAsync(book, "first");
        var later = $$"""{"state":"revoked","at":{{(await _store.ReadAsync())[_station].At.ToUnixTimeMilliseconds() + 1}}}""";
        await SpoilAsync(later);
        await Eventually.HoldsAsync("refused", _patience, async () => await book.RefusedAsync(_station, () => "first", default) is { IsUnreadable: true });
        Assert.Equal(later, (await _redis.Store.RunAsync("look", db => db.HashGetAsync(_keys.Standings, _station.Value))).ToString());
        await book.StopAsync(default);
    }

    [Fact]
    public async Task A_copy_that_cannot_be_read_whole_is_read_as_far_as_it_can_be()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(_folder, "a"));
        await File.WriteAllTextAsync(FileOf("a"),
            """{"guichet-3":null,"poste-5":"{\"revoked\":true,\"at\":1700000000000,\"by\":\"anne\",\"why\":\"\"}"}""");
        var read = KeptOf("a").Read()!;
        Assert.Equal([("guichet-3", true), ("poste-5", false)], read.Select(one => (one.Station.Value, one.IsUnreadable)).Order());
        Assert.All(read, one => Assert.False(one.Admits("any")));
        Assert.Equal([309], _keptLog.Lines.Select(line => line.Id));
    }

    private Task<bool> SpoilAsync(RedisValue row) => _redis.Store.RunAsync("spoil", db => db.HashSetAsync(_keys.Standings, _station.Value, row));
}
