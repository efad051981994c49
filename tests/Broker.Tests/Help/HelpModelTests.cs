using CsCheck;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Help;
using Xunit;

namespace VdiBroker.Broker.Tests.Help;

/// <summary><c>call_for_help.lua</c> and <c>serve_call.lua</c> against a model in C#, on a real Redis: answers, open calls and events must be what the model says after every command.</summary>
[Collection(RedisCollection.Name)]
public sealed class HelpModelTests(RedisFixture redis)
{
    private abstract record Command
    {
        public sealed record Call(int Person, int Station, string Session) : Command;

        public sealed record Take(long Number, string By) : Command;

        public sealed record Close(long Number, string By) : Command;
    }

    private static readonly string[] _helpers = ["anne", "bob"];

    private static readonly Gen<Command> _command = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 2], (p, s, session) => (Command)new Command.Call(p, s, new[] { "", "01A", "01B" }[session]))),
        (2, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 1], (n, by) => (Command)new Command.Take(n, _helpers[by]))),
        (2, Gen.Select(Gen.Long[1, 12], Gen.Int[0, 1], (n, by) => (Command)new Command.Close(n, _helpers[by]))));

    [Fact]
    public async Task The_scripts_keep_what_the_model_keeps() => await _command.Array[1, 40].SampleAsync(async commands =>
    {
        var keys = LedgerFarm.NextKeys();
        var (store, model) = (new HelpStore(redis.Store, keys), new Model());
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Call(var person, var station, var session):
                    Assert.Equal(model.Call(CallOf(person, station, session)), await store.CallAsync(CallOf(person, station, session)));
                    break;
                case Command.Take(var number, var by):
                    Assert.Equal(model.Take(number, by), await store.TakeAsync(number, by));
                    break;
                case Command.Close(var number, var by):
                    Assert.Equal(model.Close(number), await store.CloseAsync(number, by));
                    break;
            }
            var open = await store.ListAsync();
            Assert.Equal(model.Open.Select(one => (one.Key, one.Value)), open.Select(one => (one.Number, one.Call with { At = 0, Taken = null })));
            Assert.All(open, one => Assert.True(one.Call.At > 0 && one.Call.Taken is not null == one.Call.Taker is not null));
            var events = await redis.Store.RunAsync("read events", db => db.StreamRangeAsync(keys.Events));
            Assert.Equal(model.Events, events.Select(one => $"{one["kind"]} {one["call"]}"));
        }
    }, iter: 100, threads: 2);

    [Fact]
    public async Task Twenty_presses_at_once_are_one_call()
    {
        var keys = LedgerFarm.NextKeys();
        var store = new HelpStore(redis.Store, keys);
        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.CallAsync(CallOf(0, 0, "01A"))));
        Assert.Equal([1L], numbers.Distinct().Select(number => number!.Value));
        Assert.Single(await store.ListAsync());
    }

    private static HelpCall CallOf(int person, int station, string session) =>
        new($"drancy/Amélie \"{person}\"", $"poste-{station}", "", session, session.Length > 0 ? "blade1" : "", session.Length > 0 ? "bureau" : "", "4711", "fr");

    private sealed class Model
    {
        private readonly Dictionary<string, int> _tries = [];
        private long _last;

        public SortedDictionary<long, HelpCall> Open { get; } = [];

        public List<string> Events { get; } = [];

        public long? Call(HelpCall call)
        {
            var known = Open.FirstOrDefault(one => (one.Value.Person, one.Value.Station) == (call.Person, call.Station));
            if (known.Value is { } before)
            {
                Open[known.Key] = call with { Taker = before.Taker };
                return known.Key;
            }
            if (_tries.GetValueOrDefault(call.Station) >= HelpStore.MostOfAStation) return null;
            _tries[call.Station] = _tries.GetValueOrDefault(call.Station) + 1;
            Open[++_last] = call;
            Events.Add($"help-called {_last}");
            return _last;
        }

        public ServedCall Take(long number, string by)
        {
            if (!Open.TryGetValue(number, out var call)) return new ServedCall.Unknown();
            if (call.Taker is { } other) return other == by ? new ServedCall.Done() : new ServedCall.TakenBy(other);
            Open[number] = call with { Taker = by };
            Events.Add($"help-taken {number}");
            return new ServedCall.Done();
        }

        public ServedCall Close(long number)
        {
            if (!Open.Remove(number)) return new ServedCall.Unknown();
            Events.Add($"help-closed {number}");
            return new ServedCall.Done();
        }
    }
}
