using CsCheck;
using StackExchange.Redis;
using VdiBroker.Broker.Tests.Sessions;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using Xunit;

namespace VdiBroker.Broker.Tests.Stations;

/// <summary><c>ask_enrolment.lua</c>, <c>decide_enrolment.lua</c> and <c>decide_standing.lua</c> against a model in C#, on a real Redis: answers, wishes, standings and events are what the model says after every command.</summary>
[Collection(RedisCollection.Name)]
public sealed class EnrolmentModelTests(RedisFixture redis)
{
    private abstract record Command
    {
        public sealed record Ask(int Key) : Command;

        /// <summary>As somebody decides who has looked at the wish before or after the last decision, and at the standing.</summary>
        public sealed record Accept(int Key, int Name, bool Stale) : Command;

        public sealed record Refuse(int Key, bool Stale) : Command;

        public sealed record Revoke(int Name) : Command;
    }

    private static readonly Gen<Command> _command = Gen.Frequency(
        (4, Gen.Int[0, 4].Select(key => (Command)new Command.Ask(key))),
        (3, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 2], Gen.Bool, (key, name, stale) => (Command)new Command.Accept(key, name, stale))),
        (1, Gen.Select(Gen.Int[0, 4], Gen.Bool, (key, stale) => (Command)new Command.Refuse(key, stale))),
        (1, Gen.Int[0, 2].Select(name => (Command)new Command.Revoke(name))));

    [Fact]
    public async Task The_scripts_keep_what_the_model_keeps() => await _command.Array[1, 40].SampleAsync(async commands =>
    {
        var keys = LedgerFarm.NextKeys();
        var (wishes, standings) = (new EnrolmentStore(redis.Store, keys), new StandingStore(redis.Store, keys));
        var (known, codes, admitted, events) = (new Dictionary<int, string>(), new Dictionary<int, string>(), new Dictionary<int, string>(), new List<string>());
        var seen = new Dictionary<int, KnownWish>();
        foreach (var command in commands)
        {
            switch (command)
            {
                case Command.Ask(var key):
                    var answer = (await wishes.AskAsync(WishOf(key)))!;
                    Assert.Equal(codes.TryAdd(key, answer.Code) ? "waits" : known[key], StateOf(answer));
                    Assert.Equal(codes[key], answer.Code);
                    known.TryAdd(key, "waits");
                    seen.TryAdd(key, answer);
                    break;
                case Command.Accept(var key, var name, var stale) when seen.TryGetValue(key, out var old):
                    var now = (await wishes.FindAsync(old.Code))!;
                    var (read, _) = await standings.ReadAsync(NameOf(name));
                    var standing = new StationStanding(NameOf(name), Revoked: false, DateTimeOffset.UnixEpoch) { Certificate = $"of {key}", By = "anne", Home = new StationHome("couloir", "desk", "", "", DateTimeOffset.UnixEpoch, "anne") };
                    if (stale && !read.Text.IsNullOrEmpty) read = new StandingRead(null, "");
                    var expected = now.Text != old.Text && stale ? WishDecision.Changed : stale && admitted.ContainsKey(name) ? WishDecision.NameTaken : WishDecision.Done;
                    Assert.Equal(expected, await wishes.AcceptAsync(stale ? old : now, read, standing, $"pem {key}"));
                    if (expected != WishDecision.Done) break;
                    (known[key], admitted[name]) = ($"is {NameOf(name)}", $"of {key}");
                    events.Add($"station-admitted {NameOf(name)}");
                    break;
                case Command.Refuse(var key, var stale) when seen.TryGetValue(key, out var old):
                    var present = (await wishes.FindAsync(old.Code))!;
                    var told = present.Text != old.Text && stale ? WishDecision.Changed : WishDecision.Done;
                    Assert.Equal(told, await wishes.RefuseAsync(stale ? old : present, "anne", "no"));
                    if (told != WishDecision.Done) break;
                    known[key] = present.Wish.Station is { } station ? $"is {station}" : "no";
                    events.Add("station-turned-away ");
                    break;
                case Command.Revoke(var name):
                    await standings.DecideAsync(NameOf(name), (before, at) => new StandingChange((before ?? new StationStanding(NameOf(name), false, at)) with { Revoked = true }, "station-revoked", "anne", ""));
                    admitted[name] = "revoked";
                    events.Add($"station-revoked {NameOf(name)}");
                    break;
            }
            Assert.Equal(known.OrderBy(one => one.Key).Select(one => (codes[one.Key], one.Value)), (await wishes.ListAsync()).Wishes.OrderBy(one => one.Wish.Key).Select(one => (one.Code, StateOf(one))));
            Assert.Equal(admitted.OrderBy(one => one.Key).Select(one => one.Value), (await standings.ReadAsync()).Values.OrderBy(one => one.Station.Value).Select(one => one.Revoked ? "revoked" : one.Certificate!));
            Assert.Equal(events, (await redis.Store.RunAsync("read events", db => db.StreamRangeAsync(keys.Events))).Select(one => $"{one["kind"]} {one["station"]}"));
        }
    }, iter: 60, threads: 2);

    [Fact]
    public async Task An_address_has_its_share_a_decided_wish_is_none_of_it_and_what_has_ended_is_forgotten()
    {
        var keys = LedgerFarm.NextKeys();
        var wishes = new EnrolmentStore(redis.Store, keys);
        for (var n = 0; n < EnrolmentStore.MostOfAnAddress; n++) Assert.NotNull(await wishes.AskAsync(WishOf(n)));
        Assert.Null(await wishes.AskAsync(WishOf(1000)));
        Assert.NotNull(await wishes.AskAsync(WishOf(0)));
        Assert.NotNull(await wishes.AskAsync(WishOf(1001) with { From = "127.0.0.9" }));
        var first = (await wishes.AskAsync(WishOf(0)))!;
        Assert.Equal(WishDecision.Done, await wishes.RefuseAsync(first, "anne", ""));
        Assert.NotNull(await wishes.AskAsync(WishOf(1002)));

        // An hour later.
        await redis.Store.RunAsync("age", async db =>
        {
            foreach (var set in (RedisKey[])[keys.EnrolmentEnds, keys.EnrolmentsDecided, keys.EnrolmentsOf("127.0.0.1"), keys.EnrolmentsOf("127.0.0.9")])
                foreach (var code in await db.SortedSetRangeByRankAsync(set)) await db.SortedSetAddAsync(set, code, 1);
            return true;
        });
        Assert.Empty((await wishes.ListAsync()).Wishes);
        var anew = (await wishes.AskAsync(WishOf(0)))!;
        Assert.NotEqual(first.Code, anew.Code);
        Assert.Equal([anew.Code], (await wishes.ListAsync()).Wishes.Select(one => one.Code));
        Assert.Equal(1, await redis.Store.RunAsync("count", db => db.HashLengthAsync(keys.EnrolmentCodes)));
    }

    [Fact]
    public async Task Accepted_stations_take_nobody_s_place_among_those_who_wait_however_many_there_are()
    {
        var keys = LedgerFarm.NextKeys();
        var wishes = new EnrolmentStore(redis.Store, keys);
        // From as many classrooms as it takes.
        static StationWish From(int n) => WishOf(n) with { From = $"127.0.{n / EnrolmentStore.MostOfAnAddress}.1" };
        var waiting = new List<KnownWish>();
        for (var n = 0; n < EnrolmentStore.MostOfAll; n++) waiting.Add((await wishes.AskAsync(From(n)))!);
        Assert.Null(await wishes.AskAsync(From(EnrolmentStore.MostOfAll)));
        for (var n = 0; n < 2; n++)
            Assert.Equal(WishDecision.Done, await wishes.AcceptAsync(waiting[n], new StandingRead(null, ""), new StationStanding(NameOf(n), Revoked: false, DateTimeOffset.UnixEpoch) { Certificate = $"of {n}", By = "anne" }, "pem"));
        for (var n = 0; n < 2; n++) Assert.NotNull(await wishes.AskAsync(From(EnrolmentStore.MostOfAll + n)));
        Assert.Null(await wishes.AskAsync(From(EnrolmentStore.MostOfAll + 2)));
        // They are there for their stations all the same.
        Assert.Equal("poste-1", (await wishes.AskAsync(From(1)))!.Wish.Station);
    }

    [Fact]
    public async Task Two_that_decide_of_one_name_at_once_both_see_what_the_other_has_done()
    {
        var keys = LedgerFarm.NextKeys();
        var standings = new StandingStore(redis.Store, keys);
        var each = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => standings.DecideAsync(NameOf(0), (before, at) =>
            new StandingChange(new StationStanding(NameOf(0), false, DateTimeOffset.UnixEpoch) { Why = $"{before?.Why}{n}" }, "station-admitted", "anne", ""))));
        Assert.Equal("0123", string.Concat((await standings.ReadAsync()).Values.Single().Why.Order()));
        Assert.Equal(4, each.Select(one => one.Before?.Why.Length ?? 0).Distinct().Count());
    }

    private static string StateOf(KnownWish one) => one.Wish switch
    {
        { Station: { } name } => $"is {name}",
        { Decided: true } => "no",
        _ => "waits",
    };

    private static StationId NameOf(int name) => new($"poste-{name}");

    private static StationWish WishOf(int key) => new($"key{key:0000}", "AAAA", "poste \"x\"", "Igel", "", "127.0.0.1");
}
