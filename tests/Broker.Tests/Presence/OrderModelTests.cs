using CsCheck;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.City.Processes;
using VdiBroker.Kernel;
using VdiBroker.Presence;
using VdiBroker.Protocol.Station.V1;
using Xunit;

namespace VdiBroker.Broker.Tests.Presence;

/// <summary>The scripts of orders and presence on a real Redis, beside a model.</summary>
[Collection(RedisCollection.Name)]
public sealed class OrderModelTests(RedisFixture redis)
{
    private static readonly StationId[] _stations = [new("poste-a"), new("poste-b")];
    private static readonly TimeSpan _life = TimeSpan.FromMinutes(5);

    private abstract record Command
    {
        public sealed record Put(int Station, string Text) : Command;

        /// <param name="Station">Who says so.</param>
        /// <param name="Which">Of all orders ever given, one; to whomever.</param>
        /// <param name="Outcome">What came of it.</param>
        public sealed record Finish(int Station, int Which, string Outcome) : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (3, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 4].Select(at => "a|é\n\0"[at]).Array[1, 8].Select(signs => new string(signs)), (s, text) => (Command)new Command.Put(s, text))),
        (2, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 30], Gen.Bool.Select(done => done ? "done" : "failed"), (s, which, outcome) => (Command)new Command.Finish(s, which, outcome))));

    [Fact]
    public async Task An_order_waits_until_its_station_has_said_what_became_of_it_and_the_first_word_counts() => await _command.Array[1, 60].SampleAsync(async commands =>
    {
        var keys = LedgerFarm.NextKeys();
        var orders = new OrderStore(redis.Store, keys);
        var given = new List<(int Station, long Number, string Text)>();
        var waiting = new List<(int Station, long Number, string Text)>();
        var ended = new List<(int Station, long Number, string Outcome)>();
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Put(var station, var text):
                    var number = await orders.PutAsync(_stations[station], new Order { Message = new ShowMessage { Text = text } }, "anne|bob", _life);
                    Assert.Equal(waiting.Count(one => one.Station == station) < OrderStore.MostWaiting, number is not null);
                    if (number is not { } known) break;
                    Assert.All(given, one => Assert.True(one.Number < known));
                    given.Add((station, known, text));
                    waiting.Add((station, known, text));
                    break;
                case Command.Finish(var station, var which, var outcome):
                    var order = which < given.Count ? given[which].Number : which;
                    var waits = waiting.Any(one => one.Station == station && one.Number == order);
                    Assert.Equal(waits, await orders.FinishAsync(_stations[station], $"{order}", outcome, "so | it\nwas"));
                    if (!waits) break;
                    waiting.RemoveAll(one => one.Number == order);
                    ended.Add((station, order, outcome));
                    break;
            }
            for (var station = 0; station < _stations.Length; station++)
            {
                Assert.Equal(waiting.Where(one => one.Station == station).Select(one => ($"{one.Number}", one.Text)), (await orders.PendingAsync(_stations[station])).Select(one => (one.OrderId, one.Message.Text)));
                var told = await orders.EndedAsync(_stations[station]);
                Assert.Equal(ended.Where(one => one.Station == station).OrderBy(one => one.Number).TakeLast(50).Select(one => (one.Number, one.Outcome)), told.Select(one => (one.Number, one.Outcome)));
                Assert.All(told, one => Assert.Equal(("message", "anne/bob", "so | it\nwas"), (one.Act, one.By, one.Text)));
            }
        }
    }, iter: 60, threads: 2);

    [Fact]
    public async Task An_order_that_has_waited_too_long_is_expired_and_no_word_of_it_counts()
    {
        var orders = new OrderStore(redis.Store, LedgerFarm.NextKeys());
        var number = await orders.PutAsync(_stations[0], new Order { Restart = new Restart() }, "anne", TimeSpan.FromMilliseconds(50));
        await Eventually.HoldsAsync("expired", TimeSpan.FromSeconds(10), async () => (await orders.PendingAsync(_stations[0])).IsEmpty);
        Assert.False(await orders.FinishAsync(_stations[0], $"{number}", "done", ""));
        Assert.Equal(("restart", "expired"), Assert.Single(await orders.EndedAsync(_stations[0])) is var told ? (told.Act, told.Outcome) : default);
    }

    [Fact]
    public async Task The_newest_stream_of_a_station_speaks_for_it() => await Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2]).Array[1, 30].SampleAsync(async words =>
    {
        var presences = new PresenceStore(redis.Store, LedgerFarm.NextKeys());
        (int Stream, bool Attached, int Cuts)? model = null;
        foreach (var ((stream, word), n) in words.Select((word, n) => (word, n)))
        {
            var said = new SaidOfItself { Version = "1.0", Cuts = n, Activity = nameof(VdiBroker.Presence.StationActivity.Free) };
            switch (word)
            {
                case 0:
                    await presences.AttachedAsync(_stations[0], $"s{stream}", said);
                    model = (stream, true, n);
                    break;
                case 1:
                    Assert.Equal(model?.Stream == stream, await presences.TellsAsync(_stations[0], $"s{stream}", said));
                    if (model?.Stream == stream) model = (stream, true, n);
                    break;
                default:
                    await presences.GoneAsync(_stations[0], $"s{stream}");
                    if (model?.Stream == stream) model = model.Value with { Attached = false };
                    break;
            }
            var (stations, now) = await presences.ListAsync();
            Assert.Equal(model is null ? [] : [(model.Value.Attached, model.Value.Cuts)], stations.Select(one => (one.Attached, one.NetworkCuts)));
            Assert.All(stations, one => Assert.InRange(one.HeardAt, one.Attached ? one.Since : DateTimeOffset.UnixEpoch, now));
        }
    }, iter: 60, threads: 2);
}
