using System.CommandLine;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Records;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary><c>broker host</c>: what the session hosts are doing, and taking one out of service with a rehearsal.</summary>
internal static class HostCommands
{
    private const int NotForAll = 1;
    private const int NothingThere = 1;

    /// <summary>The command with its verbs. Exit status 1 when a rehearsal leaves somebody without a seat or cannot say who is there, and when there is no drain to take back.</summary>
    public static Command Build() => new("host", "the session hosts: health, people, taking out of service") { List(), Show(), Drain(), Undrain() };

    private static Command List()
    {
        var (config, json, language) = Options();
        var command = new Command("list", "every host with its health, its seats and its drain") { json, language, config };
        command.SetAction((parsed, _) => UseAsync(parsed, config, language, async (city, voice) =>
        {
            var shown = new ShownHosts(await new HostStates(city.Store, city.Keys, city.Plan.Hosts).AllAsync(), voice);
            Console.WriteLine(parsed.GetValue(json) ? shown.Json() : shown.Text());
            return 0;
        }));
        return command;
    }

    private static Command Show()
    {
        var (config, json, language) = Options();
        var host = new Argument<string>("HOST");
        var command = new Command("show", "one host and the people on it") { host, json, language, config };
        command.SetAction((parsed, cancel) => UseAsync(parsed, config, language, async (city, voice) =>
        {
            if (Known(city, parsed.GetRequiredValue(host)) is not { } known) return Unknown(city, parsed.GetRequiredValue(host));
            var state = (await new HostStates(city.Store, city.Keys, city.Plan.Hosts).AllAsync()).Single(one => one.Host.Id == known);
            var (there, unread) = SessionStore.Part(await SessionsOf(city).SeatsOfAsync(known));
            var shown = new ShownHost(state, [.. there.Where(session => !session.IsFinal)], unread, await PeopleNames.OfAsync(city.Plan, there.Select(session => session.Person), cancel), voice);
            Console.WriteLine(parsed.GetValue(json) ? shown.Json() : shown.Text());
            return 0;
        }));
        return command;
    }

    private static Command Drain()
    {
        var (config, json, language) = Options();
        var host = new Argument<string>("HOST");
        var at = new Option<string>("--at") { Description = "from then on nobody new: now, 12:00, 2026-11-25T12:00 (this machine's time)", DefaultValueFactory = _ => "now" };
        var grace = new Option<string>("--grace") { Description = "for so long people may finish: 0s, 15m, 2h", DefaultValueFactory = _ => "15m" };
        var until = new Option<string?>("--until") { Description = "it takes people again from then on; without it: until 'broker host undrain'" };
        var why = new Option<string>("--why") { Description = "for the record", DefaultValueFactory = _ => "" };
        var rehearse = new Option<bool>("--rehearse") { Description = "only say who would be concerned, and until when" };
        var command = new Command("drain", "take a host out of service: its people are warned, then ended") { host, at, grace, until, why, rehearse, json, language, config };
        command.SetAction((parsed, cancel) => UseAsync(parsed, config, language, async (city, voice) =>
        {
            if (Known(city, parsed.GetRequiredValue(host)) is not { } known) return Unknown(city, parsed.GetRequiredValue(host));
            var sessions = SessionsOf(city);
            var times = new DrainTimes(await sessions.NowAsync(), voice.Zone);
            if (times.Drain(known, parsed.GetRequiredValue(at), parsed.GetRequiredValue(grace), parsed.GetValue(until)) is not { } planned)
                return OpenedCity.Complain(Printable.Of(times.Fault), OpenedCity.BadInput);
            var drain = planned with { By = ProfileCommands.Operator, Why = Printable.Of(parsed.GetRequiredValue(why)) };
            var drains = new DrainBook(city.Store, city.Keys);
            await city.KnowStationsAsync();
            var concerns = await new RehearseDrain(sessions, city.Plan.Pools, drains, city.Plan.Profiles.Homes).RunAsync(drain);
            var rehearsed = parsed.GetValue(rehearse);
            if (!rehearsed && !await drains.PlanAsync(drain)) return OpenedCity.Complain("--until: that moment has passed", OpenedCity.BadInput);
            var shown = new ShownDrain(drain, concerns, await PeopleNames.OfAsync(city.Plan, concerns.People.Select(one => one.Session.Person), cancel), rehearsed, voice);
            Console.WriteLine(parsed.GetValue(json) ? shown.Json() : shown.Text());
            return rehearsed && (concerns.Unread.Length > 0 || concerns.People.Any(one => one.Elsewhere is null)) ? NotForAll : 0;
        }));
        return command;
    }

    private static Command Undrain()
    {
        var (config, json, language) = Options();
        var host = new Argument<string>("HOST");
        var command = new Command("undrain", "take a drain back, planned or under way: the host takes people again") { host, json, language, config };
        command.SetAction((parsed, _) => UseAsync(parsed, config, language, async (city, voice) =>
        {
            // The host may have left the city file, and its drain stayed.
            var known = new HostId(parsed.GetRequiredValue(host));
            var was = await new DrainBook(city.Store, city.Keys).TakeBackAsync(known, ProfileCommands.Operator);
            if (was is null && Known(city, known.Value) is null) return Unknown(city, known.Value);
            if (was is null) return OpenedCity.Complain(voice.Choose($"{known} n'a pas de retrait prévu ni en cours", $"{known} has no drain, planned or under way"), NothingThere);
            Console.WriteLine(parsed.GetValue(json) ? ShownDrain.TakenBack(was) : voice.Choose($"{known} reprend du monde : le retrait est annulé", $"{known} takes people again: the drain is taken back"));
            return 0;
        }));
        return command;
    }

    private static (Option<string> Config, Option<bool> Json, Option<string> Language) Options() =>
        (OpenedCity.ConfigOption(), new Option<bool>("--json") { Description = "for programs" }, new Option<string>("--language") { Description = "fr or en", DefaultValueFactory = _ => "fr" });

    private static Task<int> UseAsync(ParseResult parsed, Option<string> config, Option<string> language, Func<OpenedCity, Voice, Task<int>> act)
    {
        if (parsed.GetRequiredValue(language) is not ("fr" or "en") and var other) return Task.FromResult(OpenedCity.Complain(Printable.Of($"--language {other}: use fr or en"), OpenedCity.BadInput));
        return OpenedCity.UseAsync(parsed.GetRequiredValue(config), city => act(city, new Voice(parsed.GetRequiredValue(language), TimeZoneInfo.Local, city.Plan.Pools)));
    }

    private static HostId? Known(OpenedCity city, string name) => city.Plan.Hosts.Hosts.ContainsKey(new HostId(name)) ? new HostId(name) : null;

    private static int Unknown(OpenedCity city, string name) => OpenedCity.Complain(
        Printable.Of($"there is no host '{name}' in the city file (hosts: {string.Join(", ", city.Plan.Hosts.Hosts.Keys.Select(host => host.Value).Order(StringComparer.Ordinal))})"), OpenedCity.BadInput);

    private static SessionStore SessionsOf(OpenedCity city) => new(city.Store, city.Keys, new HostBoard(city.Store, city.Keys), city.Plan.Hosts);
}
