using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Trust;

namespace VdiBroker;

/// <summary><c>broker lockout</c>: who is locked and which stations pause, and the end of it before its time.</summary>
internal static class LockoutCommands
{
    private const int NothingThere = 1;

    /// <summary>The command with its verbs.</summary>
    public static Command Build() => new("lockout", "people locked and stations paused after wrong passwords") { List(), Unlock() };

    private static Command List()
    {
        var config = OpenedCity.ConfigOption();
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("list", "who is locked where, and until when") { json, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var held = await StoreOf(city).ListAsync();
            if (parsed.GetValue(json)) Console.WriteLine(Json(held));
            else if (held.IsEmpty) Console.WriteLine("nobody is locked, and no station pauses");
            foreach (var one in parsed.GetValue(json) ? [] : held) Console.WriteLine(Text(one));
            return 0;
        }));
        return command;
    }

    private static Command Unlock()
    {
        var config = OpenedCity.ConfigOption();
        var person = new Argument<string?>("PERSON") { Arity = ArgumentArity.ZeroOrOne, Description = "tenant/login, or the name as people type it" };
        var station = new Option<string?>("--station") { Description = "end the pause of this station, and of everybody locked at it" };
        var all = new Option<bool>("--all") { Description = "everybody and every station" };
        var command = new Command("unlock", "end locks before their time") { person, station, all, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            if (parsed.GetValue(station) is { } named && !PeerName.IsName(named))
                return OpenedCity.Complain(Printable.Of($"--station: '{named}' is no name of a station: letters a to z, digits and inner hyphens, 1 to 63, as its certificate has it"), OpenedCity.BadInput);
            if (Chosen(parsed.GetValue(person), parsed.GetValue(station), parsed.GetValue(all)) is not { } chosen)
                return OpenedCity.Complain("say one of: a PERSON, --station NAME, --all", OpenedCity.BadInput);
            var lockout = StoreOf(city);
            var held = (await lockout.ListAsync()).Where(chosen).ToList();
            var count = await lockout.UnlockAsync(held, ProfileCommands.Operator);
            foreach (var one in held) Console.WriteLine("unlocked: " + Text(one));
            return count > 0 ? 0 : OpenedCity.Complain("nothing of that is locked now; see 'broker lockout list'", NothingThere);
        }));
        return command;
    }

    private static Func<LockHeld, bool>? Chosen(string? person, string? station, bool all) => (person, station, all) switch
    {
        (null, null, true) => _ => true,
        (null, { } name, false) => held => held.Where == new StationId(name),
        ({ Length: > 0 } name, null, false) => Named(name),
        _ => null,
    };

    // A person known by the directory stands there with their id, everybody else by the digest of what was typed as a name.
    private static Func<LockHeld, bool> Named(string person)
    {
        var names = new[] { LockoutStore.NameOf(person), LockoutStore.NameOf(new PersonId(person).Login) };
        return held => held.Person is { } id
            ? TextForms.Fold(id) == TextForms.Fold(person) || TextForms.Fold(new PersonId(id).Login) == TextForms.Fold(person)
            : held.Name is { } name && names.Contains(name);
    }

    private static LockoutStore StoreOf(OpenedCity city) => new(city.Store, city.Keys, city.Plan.Lockout, new LockoutLog(NullLogger<LockoutLog>.Instance));

    private static string Text(LockHeld held)
    {
        var what = (held.Name, held.Where) switch
        {
            (null, { } station) => $"station {station} pauses",
            (_, { } station) => $"{Who(held)} is locked at {station}",
            _ => $"{Who(held)} is locked at every station",
        };
        return Printable.Of(string.Create(CultureInfo.InvariantCulture, $"{what} until {Printable.Time(held.Until)}"));
    }

    private static string Who(LockHeld held) => held.Person ?? $"a name that no directory knows ({held.Name?[..8]})";

    private static string Json(IEnumerable<LockHeld> all) => JsonRows.Of(all, static (json, held) =>
    {
        json.WriteString("what", held.Name is null ? "station" : "person");
        json.WriteString("person", held.Person);
        json.WriteString("name", held.Name?[..8]);
        json.WriteString("station", held.Where?.Value);
        json.WriteString("until", held.Until);
    });
}
