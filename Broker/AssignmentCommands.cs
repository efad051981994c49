using System.Collections.Immutable;
using System.CommandLine;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Pools;
using VdiBroker.Profiles;
using VdiBroker.Records;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary><c>broker assignment</c>: which host or machine is whose for good, and changing that by hand.</summary>
internal static class AssignmentCommands
{
    private const int Refused = 1;

    /// <summary>The command with its verbs. Exit status 1 when the change was refused: what stands and what to do is told.</summary>
    public static Command Build() => new("assignment", "hosts and machines that are people's for good") { List(), Give(), Take(), Move() };

    private static Command List()
    {
        var (config, pool, json, language) = Options();
        var command = new Command("list", "whose is which, by hand or by the city file, and whose desktop runs") { pool, json, language, config };
        command.SetAction((parsed, cancel) => UseAsync(parsed, config, language, async (city, voice) =>
        {
            if (PoolsOf(city, parsed.GetValue(pool), null) is not { IsEmpty: false } pools) return NoPool(city, parsed.GetValue(pool));
            var rows = (await Task.WhenAll(pools.Select(one => BookOf(city).ListAsync(one.Id)))).SelectMany(some => some).ToImmutableArray();
            var declared = pools.SelectMany(one => one.Machines.SelectMany(machine => machine.Owners.Select(owner => new AssignmentRow(one.Id, owner, machine.Id, null))));
            var only = declared.Where(one => !rows.Any(row => row.Pool == one.Pool && row.Person == one.Person)).ToImmutableArray();
            var shown = new ShownAssignments(rows, only, await PeopleNames.OfAsync(city.Plan, rows.Concat(only).Select(row => row.Person), cancel), voice);
            Console.WriteLine(parsed.GetValue(json) ? shown.Json() : shown.Text());
            return 0;
        }));
        return command;
    }

    private static Command Give()
    {
        var (host, whenEnded) = (new Argument<string>("HOST") { Description = "a host of a personal pool, or a machine" }, WhenEnded());
        return Changing("give", "give somebody a host or machine for good", host, whenEnded, (book, at) => book.GiveAsync(at.Person, at.Pool.Id, at.Host!.Value, at.Seats, at.WhenEnded, ProfileCommands.Operator));
    }

    private static Command Take() =>
        Changing("take", "take it: with the next opening they get another place, or none", null, WhenEnded(), (book, at) => book.TakeAsync(at.Person, at.Pool.Id, at.WhenEnded, ProfileCommands.Operator));

    private static Command Move()
    {
        var (host, whenEnded) = (new Argument<string>("HOST") { Description = "the host or machine that takes the old one's place" }, WhenEnded());
        return Changing("move", "put another host or machine in its place", host, whenEnded, (book, at) => book.MoveAsync(at.Person, at.Pool.Id, at.Host!.Value, at.Seats, at.WhenEnded, ProfileCommands.Operator));
    }

    private static Command Changing(string verb, string what, Argument<string>? host, Option<bool> whenEnded, Func<AssignmentBook, Wanted, Task<AssignmentChange>> change)
    {
        var (config, pool, json, language) = Options();
        var person = new Argument<string>("PERSON") { Description = "tenant/login" };
        var command = new Command(verb, what) { person };
        if (host is not null) command.Add(host);
        foreach (var option in (Option[])[pool, whenEnded, json, language, config]) command.Add(option);
        command.SetAction((parsed, _) => UseAsync(parsed, config, language, async (city, voice) =>
        {
            if (PersonName.Read(parsed.GetRequiredValue(person), city.Plan.Tenants.Tenants.Keys, out var fault) is not { } who)
                return OpenedCity.Complain(Printable.Of($"{parsed.GetRequiredValue(person)}: {fault}"), OpenedCity.BadInput);
            var wanted = host is null ? (HostId?)null : new HostId(parsed.GetRequiredValue(host));
            if (PoolsOf(city, parsed.GetValue(pool), wanted) is not { IsEmpty: false } pools) return NoPool(city, parsed.GetValue(pool), wanted);
            if (pools is not [var one]) return OpenedCity.Complain($"say which by --pool: {string.Join(", ", pools.Select(some => some.Id.Value))}", OpenedCity.BadInput);
            var seats = one.Kind == PoolKind.Personal && wanted is { } there ? city.Plan.Hosts.Find(there)?.Seats : null;
            var at = new Wanted(who, one, wanted, seats, parsed.GetValue(whenEnded));
            var shown = new ShownAssignmentChange(verb, at, await change(BookOf(city), at), voice);
            if (parsed.GetValue(json)) Console.WriteLine(shown.Json());
            else if (shown.IsDone) Console.WriteLine(Printable.Of(shown.Text()));
            return shown.IsDone ? 0 : parsed.GetValue(json) ? Refused : OpenedCity.Complain(Printable.Of(shown.Text()), Refused);
        }));
        return command;
    }

    private static Option<bool> WhenEnded() => new("--when-ended") { Description = "also while their desktop runs elsewhere: it goes on until it ends, the next one obeys" };

    private static (Option<string> Config, Option<string?> Pool, Option<bool> Json, Option<string> Language) Options() => (OpenedCity.ConfigOption(), new Option<string?>("--pool") { Description = "needed where several pools could be meant" },
        new Option<bool>("--json") { Description = "for programs" }, new Option<string>("--language") { Description = "fr or en", DefaultValueFactory = _ => "fr" });

    private static Task<int> UseAsync(ParseResult parsed, Option<string> config, Option<string> language, Func<OpenedCity, Voice, Task<int>> act)
    {
        if (parsed.GetRequiredValue(language) is not ("fr" or "en") and var other) return Task.FromResult(OpenedCity.Complain(Printable.Of($"--language {other}: use fr or en"), OpenedCity.BadInput));
        return OpenedCity.UseAsync(parsed.GetRequiredValue(config), city => act(city, new Voice(parsed.GetRequiredValue(language), TimeZoneInfo.Local, city.Plan.Pools)));
    }

    // Pools in which something is people's for good, that have the host, and that are the one named.
    private static ImmutableArray<Pool> PoolsOf(OpenedCity city, string? named, HostId? host) =>
    [
        .. city.Plan.Pools.Pools.Values.Where(pool => pool.Kind != PoolKind.Shared && (named is null || pool.Id.Value == named) && (host is not { } wanted || pool.Hosts.Contains(wanted)))
            .OrderBy(pool => pool.Id.Value, StringComparer.Ordinal),
    ];

    private static int NoPool(OpenedCity city, string? named, HostId? host = null)
    {
        var all = PoolsOf(city, null, null);
        var which = named is null ? "no pool" : $"no pool '{named}'";
        return OpenedCity.Complain(Printable.Of($"{which} that is personal or of machines{(host is { } wanted ? $" has '{wanted}'" : "")}; there are: "
            + (all.IsEmpty ? "none" : string.Join("; ", all.Select(pool => $"{pool.Id} ({string.Join(", ", pool.Hosts.Select(one => one.Value))})")))), OpenedCity.BadInput);
    }

    private static AssignmentBook BookOf(OpenedCity city) => new(city.Store, city.Keys, new SessionStore(city.Store, city.Keys, new HostBoard(city.Store, city.Keys), city.Plan.Hosts));
}

/// <summary>What a change of an assignment is about.</summary>
/// <param name="Person">Whose.</param>
/// <param name="Pool">Of which pool.</param>
/// <param name="Host">Which host or machine; null = it is taken.</param>
/// <param name="Seats">How many people may own a place there; null = no bound.</param>
/// <param name="WhenEnded">Also while a desktop runs elsewhere.</param>
internal sealed record Wanted(PersonId Person, Pool Pool, HostId? Host, int? Seats, bool WhenEnded);
