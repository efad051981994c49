using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Broker.Tests.Storage;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Sessions;
using VdiBroker.Storage;
using Xunit;

namespace VdiBroker.Broker.Tests.Sessions;

/// <summary>Assignments by hand and by first openings against a model in C#, on a real Redis; and a change of one between a decision and its claim.</summary>
[Collection(RedisCollection.Name)]
public sealed class AssignmentModelTests(RedisFixture redis)
{
    private const int Seats = 2;

    private abstract record Command
    {
        public sealed record Give(int Person, int Host, bool WhenEnded) : Command;

        public sealed record Take(int Person, bool WhenEnded) : Command;

        public sealed record Move(int Person, int Host, bool WhenEnded) : Command;

        public sealed record Open(int Person) : Command;

        public sealed record End(int Person) : Command;
    }

    private sealed record Model(ImmutableSortedDictionary<int, int> Assigned, ImmutableSortedDictionary<int, int> Runs)
    {
        public int Owners(int host) => Assigned.Values.Count(one => one == host);

        public int Held(int host) => Runs.Values.Count(one => one == host);
    }

    private static readonly Gen<int> _person = Gen.Int[0, 4];
    private static readonly Gen<int> _host = Gen.Int[0, 1];

    private static readonly Gen<Command> _command = Gen.Frequency(
        (4, Gen.Select(_person, _host, Gen.Bool).Select(x => (Command)new Command.Give(x.Item1, x.Item2, x.Item3))),
        (2, Gen.Select(_person, Gen.Bool).Select(x => (Command)new Command.Take(x.Item1, x.Item2))),
        (4, Gen.Select(_person, _host, Gen.Bool).Select(x => (Command)new Command.Move(x.Item1, x.Item2, x.Item3))),
        (4, _person.Select(person => (Command)new Command.Open(person))),
        (2, _person.Select(person => (Command)new Command.End(person))));

    [Fact]
    public async Task Scripts_do_what_the_model_says() => await _command.Array[1, 25].SampleAsync(async commands =>
    {
        var (farm, book) = Farm(PoolKind.Personal);
        await farm.ReportAllAsync();
        var model = new Model(ImmutableSortedDictionary<int, int>.Empty, ImmutableSortedDictionary<int, int>.Empty);
        foreach (var command in commands)
        {
            model = await ApplyAsync(farm, book, model, command);
            var rows = await book.ListAsync(farm.Pool.Id);
            Assert.Equal(model.Assigned.Select(one => (Of(one.Key), Name(one.Value), model.Runs.TryGetValue(one.Key, out var on) ? Name(on) : (HostId?)null)), rows.Select(row => (row.Person, row.Host, row.Desktop?.Host)));
        }
    }, iter: 100, threads: 2);

    [Theory]
    [InlineData(PoolKind.Personal)]
    [InlineData(PoolKind.Fixed)]
    public async Task An_assignment_that_was_changed_between_decision_and_claim_seats_nobody_on_the_old_machine(PoolKind kind)
    {
        var (farm, book) = Farm(kind);
        await farm.ReportAllAsync();
        Assert.IsType<AssignmentChange.Done>(await book.GiveAsync(Of(0), farm.Pool.Id, Name(0), null, false, "op"));
        foreach (var change in (Func<Task<AssignmentChange>>[])[() => book.MoveAsync(Of(0), farm.Pool.Id, Name(1), null, false, "op"), () => book.TakeAsync(Of(0), farm.Pool.Id, false, "op"), () => book.GiveAsync(Of(0), farm.Pool.Id, Name(0), null, false, "op")])
        {
            var who = await farm.SignInAsync("p0", "poste");
            var stale = Assert.IsType<OpeningDecision.Place>(Opening.Decide(await LoadAsync(farm, kind), new OpeningWish("p0", LedgerFarm.Town, who.SignIn.Serial), 0));
            Assert.IsType<AssignmentChange.Done>(await change());
            Assert.IsType<Claim.Changed>(await farm.Ledger.PlaceAsync(who.SignIn, new Presented(who.Secret), farm.Pool, stale));
            Assert.All((await farm.SeatsAsync()).Values, Assert.Empty);
        }
        // Decided again, it is good.
        var again = await farm.SignInAsync("p0", "poste");
        var place = Assert.IsType<OpeningDecision.Place>(Opening.Decide(await LoadAsync(farm, kind), new OpeningWish("p0", LedgerFarm.Town, again.SignIn.Serial), 0));
        Assert.Equal(Name(0), Assert.IsType<Claim.Held>(await farm.Ledger.PlaceAsync(again.SignIn, new Presented(again.Secret), farm.Pool, place)).Host);
        var told = (await farm.EventsAsync()).Where(one => one["kind"].StartsWith("assignment-", StringComparison.Ordinal)).ToList();
        Assert.Equal(["given", "moved", "taken", "given"], told.Select(one => one["kind"].Split('-')[1]));
        Assert.Equal([("blade0", ""), ("blade1", "blade0"), ("", "blade1"), ("blade0", "")], told.Select(one => (one["host"], one["before"])));
        Assert.All(told, one => Assert.Equal("op", one["by"]));
    }

    [Fact]
    public async Task While_assignments_move_under_openings_nobody_sits_where_nothing_was_theirs()
    {
        var (farm, book) = Farm(PoolKind.Personal);
        await farm.ReportAllAsync();
        await book.GiveAsync(Of(0), farm.Pool.Id, Name(0), Seats, false, "op");
        for (var round = 0; round < 40; round++)
        {
            var who = await farm.SignInAsync("p0", "poste");
            var moving = book.MoveAsync(Of(0), farm.Pool.Id, Name((round + 1) % 2), Seats, false, "op");
            Claim? claim;
            while ((claim = await farm.TryOpenAsync(who)) is Claim.Changed) continue;
            var held = Assert.IsType<Claim.Held>(claim);
            var moved = await moving;
            // Either the move came first, or it was told that the desktop runs.
            Assert.Equal(moved is AssignmentChange.Done ? Name((round + 1) % 2) : Name(round % 2), held.Host);
            if (moved is not AssignmentChange.Done) Assert.Equal(new AssignmentChange.Runs(held.Host, held.Session), moved);
            await EndAsync(farm, 0);
            if (moved is not AssignmentChange.Done) Assert.IsType<AssignmentChange.Done>(await book.MoveAsync(Of(0), farm.Pool.Id, Name((round + 1) % 2), Seats, false, "op"));
        }
    }

    private (LedgerFarm Farm, AssignmentBook Book) Farm(PoolKind kind)
    {
        var farm = new LedgerFarm(redis.Store, Seats, Seats);
        farm.Pool = farm.Pool with { Kind = kind };
        return (farm, new AssignmentBook(redis.Store, farm.Keys, farm.Sessions));
    }

    // As LoadOpening has it.
    private static async Task<OpeningState> LoadAsync(LedgerFarm farm, PoolKind kind)
    {
        if (kind == PoolKind.Personal) return await farm.Sessions.LoadAsync(Of(0), "p0", farm.Pool);
        // The city file says that blade0 is theirs.
        var assigned = await new MachineSeats(farm.Store, farm.Keys).AssignedAsync(Of(0), farm.Pool.Id);
        return await farm.Sessions.LoadAsync(Of(0), "p0", farm.Pool with { Hosts = [assigned ?? Name(0)] }) with { Assignment = assigned };
    }

    private static async Task<Model> ApplyAsync(LedgerFarm farm, AssignmentBook book, Model model, Command command)
    {
        switch (command)
        {
            case Command.Give(var person, var host, var whenEnded):
                AssignmentChange wanted = model.Assigned.TryGetValue(person, out var has) ? new AssignmentChange.Has(Name(has)) : Expected(model, person, host, whenEnded);
                Check(wanted, await book.GiveAsync(Of(person), farm.Pool.Id, Name(host), Seats, whenEnded, "op"));
                return wanted is AssignmentChange.Done ? model with { Assigned = model.Assigned.SetItem(person, host) } : model;
            case Command.Move(var person, var host, var whenEnded):
                wanted = !model.Assigned.TryGetValue(person, out has) ? new AssignmentChange.None() : has == host ? new AssignmentChange.Has(Name(has)) : Expected(model, person, host, whenEnded);
                Check(wanted, await book.MoveAsync(Of(person), farm.Pool.Id, Name(host), Seats, whenEnded, "op"));
                return wanted is AssignmentChange.Done ? model with { Assigned = model.Assigned.SetItem(person, host) } : model;
            case Command.Take(var person, var whenEnded):
                wanted = !model.Assigned.ContainsKey(person) ? new AssignmentChange.None() : model.Runs.TryGetValue(person, out var on) && !whenEnded ? Running(on) : new AssignmentChange.Done(null);
                Check(wanted, await book.TakeAsync(Of(person), farm.Pool.Id, whenEnded, "op"));
                return wanted is AssignmentChange.Done ? model with { Assigned = model.Assigned.Remove(person) } : model;
            case Command.Open(var person):
                return Opened(model, person, await farm.TryOpenAsync(await farm.SignInAsync($"p{person}", "poste")));
            case Command.End(var person) when model.Runs.ContainsKey(person):
                await EndAsync(farm, person);
                return model with { Runs = model.Runs.Remove(person) };
            default:
                return model;
        }
    }

    private static AssignmentChange Expected(Model model, int person, int host, bool whenEnded)
    {
        if (!whenEnded && model.Runs.TryGetValue(person, out var on) && on != host) return Running(on);
        return model.Owners(host) >= Seats ? new AssignmentChange.Full() : new AssignmentChange.Done(null);
    }

    private static AssignmentChange.Runs Running(int host) => new(Name(host), new SessionId(""));

    private static void Check(AssignmentChange expected, AssignmentChange was) => Assert.Equal(expected, was switch
    {
        AssignmentChange.Done => new AssignmentChange.Done(null),
        AssignmentChange.Runs runs => runs with { Session = new SessionId("") },
        _ => was,
    });

    private static Model Opened(Model model, int person, Claim? claim)
    {
        if (model.Runs.TryGetValue(person, out var on))
        {
            Assert.Equal(Name(on), Assert.IsType<Claim.Held>(claim).Host);
            return model;
        }
        var allowed = Enumerable.Range(0, 2).Where(host => model.Held(host) < Seats && (model.Assigned.TryGetValue(person, out var own) ? own == host : model.Owners(host) < Seats)).ToList();
        if (allowed.Count == 0)
        {
            Assert.Null(claim);
            return model;
        }
        var got = allowed.Single(host => Name(host) == Assert.IsType<Claim.Held>(claim).Host);
        return new Model(model.Assigned.SetItem(person, got), model.Runs.SetItem(person, got));
    }

    private static async Task EndAsync(LedgerFarm farm, int person)
    {
        foreach (var phase in (SessionPhase[])[SessionPhase.Disconnected, SessionPhase.Ended])
        {
            var session = (await farm.Sessions.LoadAsync(Of(person), $"p{person}", farm.Pool)).Mine!;
            Assert.True(await farm.Ledger.CorrectAsync(new Correction(session, phase, "test")));
        }
    }

    private static PersonId Of(int person) => new($"drancy/p{person}");

    private static HostId Name(int host) => new($"blade{host}");
}
