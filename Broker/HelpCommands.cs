using System.CommandLine;
using System.Globalization;
using System.Text;
using VdiBroker.Help;
using VdiBroker.Records;

namespace VdiBroker;

/// <summary><c>broker help</c>: who has called for help, with the desktop and the timeline of the sign-in; taking and closing calls.</summary>
internal static class HelpCommands
{
    private const int NothingThere = 1;

    /// <summary>The command with its verbs.</summary>
    public static Command Build() => new("help", "calls for help that people made from their desktop") { List(), Show(), Take(), Close() };

    private static Command List()
    {
        var config = OpenedCity.ConfigOption();
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("list", "every call that is not closed, the oldest first") { json, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var calls = await StoreOf(city).ListAsync();
            if (parsed.GetValue(json)) Console.WriteLine(Json(calls));
            else if (calls.IsEmpty) Console.WriteLine("nobody has called for help");
            foreach (var one in parsed.GetValue(json) ? [] : calls) Console.WriteLine(Text(one));
            return 0;
        }));
        return command;
    }

    private static Command Show()
    {
        var (config, number) = (OpenedCity.ConfigOption(), Number());
        var language = new Option<string>("--language") { Description = "fr or en", DefaultValueFactory = _ => "fr" };
        var command = new Command("show", "one call, and what became of its person's sign-in until now") { number, language, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var speaks = parsed.GetRequiredValue(language);
            if (speaks is not ("fr" or "en")) return OpenedCity.Complain(Printable.Of($"--language {speaks}: use fr or en"), OpenedCity.BadInput);
            if (await StoreOf(city).FindAsync(parsed.GetRequiredValue(number)) is not { } call) return Missing(parsed.GetRequiredValue(number));
            Console.WriteLine(Text(call));
            var plan = city.Plan;
            var told = await new ExplainOpening(new RecordStore(city.Store, city.Keys, plan.Records), plan.Tenants, plan.Pools).RunAsync(new Question(call.Call.Record, 1, speaks));
            if (told.Length > 0) Console.WriteLine(new ShownExplanations(told, new Voice(speaks, TimeZoneInfo.Local, plan.Pools)).Text());
            return 0;
        }));
        return command;
    }

    private static Command Take() => Serve("take", "say that you see to it", (store, number) => store.TakeAsync(number, ProfileCommands.Operator));

    private static Command Close() => Serve("close", "it is served", (store, number) => store.CloseAsync(number, ProfileCommands.Operator));

    private static Command Serve(string verb, string what, Func<HelpStore, long, Task<ServedCall>> act)
    {
        var (config, number) = (OpenedCity.ConfigOption(), Number());
        var command = new Command(verb, what) { number, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city => await act(StoreOf(city), parsed.GetRequiredValue(number)) switch
        {
            ServedCall.Done => 0,
            ServedCall.TakenBy(var name) => OpenedCity.Complain(Printable.Of($"call {parsed.GetRequiredValue(number)} was taken by {name}: ask them; 'broker help close' closes it whoever has it"), NothingThere),
            _ => Missing(parsed.GetRequiredValue(number)),
        }));
        return command;
    }

    private static Argument<long> Number() => new("N") { Description = "number of the call" };

    private static HelpStore StoreOf(OpenedCity city) => new(city.Store, city.Keys);

    private static int Missing(long number) => OpenedCity.Complain(string.Create(CultureInfo.InvariantCulture, $"no call {number} is open; see 'broker help list'"), NothingThere);

    private static string Text(OpenCall open)
    {
        var call = open.Call;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"call {open.Number} of {Time(call.At)}: {call.Person} at station {call.Station}");
        if (call.Place.Length > 0) text.Append(CultureInfo.InvariantCulture, $" in {call.Place}");
        if (call.Session.Length > 0) text.Append(CultureInfo.InvariantCulture, $", desktop {call.Session} of {call.Pool} on {call.Host}");
        text.Append(CultureInfo.InvariantCulture, $", reads {call.Language}, sign-in {call.Record}");
        if (call.Taker is { } taker) text.Append(CultureInfo.InvariantCulture, $"; taken by {taker} at {Time(call.Taken ?? 0)}");
        return Printable.Of(text.ToString());
    }

    private static string Time(long ms) => Printable.Time(DateTimeOffset.FromUnixTimeMilliseconds(ms));

    private static string Json(IEnumerable<OpenCall> all) => JsonRows.Of(all, static (json, open) =>
    {
        var (number, call) = open;
        json.WriteNumber("call", number);
        json.WriteString("at", Time(call.At));
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("person", call.Person), ("station", call.Station), ("place", call.Place), ("session", call.Session), ("host", call.Host), ("pool", call.Pool), ("record", call.Record), ("language", call.Language), ("taker", call.Taker)])
            json.WriteString(name, value);
    });
}
