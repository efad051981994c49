using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using VdiBroker.Kernel;
using VdiBroker.Presence;
using VdiBroker.Protocol.Station.V1;
using VdiBroker.Trust;

namespace VdiBroker;

/// <summary><c>broker station who</c>, <c>order</c>, <c>orders</c>: which stations are on and what goes on there, and what the helpdesk has them do.</summary>
internal static class PresenceCommands
{
    private const int NotAll = 1;
    private const int MostNeighbours = 2;
    private const int LongestWaitSeconds = 600;
    private const int MostSettings = 16;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);
    private static readonly string[] _acts = ["message", "sign-out", "lock", "show", "restart", "shut-down", "wake", "report", "change"];

    /// <summary>The verbs, beside those of <see cref="StationCommands"/>.</summary>
    public static IEnumerable<Command> Build() => [Who(), Order(), Orders()];

    private static Command Who()
    {
        var config = OpenedCity.ConfigOption();
        var place = new Option<string?>("--place") { Description = "only the stations of this place of the city file" };
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("who", "every station that was ever on: whether it is now, and what goes on there") { place, json, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            await city.KnowStationsAsync();
            if (parsed.GetValue(place) is { } named && PlaceMissing(city, named) is { } fault) return OpenedCity.Complain(fault, OpenedCity.BadInput);
            var (all, now) = await new PresenceStore(city.Store, city.Keys).ListAsync();
            var shown = all.Where(one => parsed.GetValue(place) is not { } wanted || PlaceOf(city, one.Station) == wanted).ToList();
            if (parsed.GetValue(json)) Console.WriteLine(Json(city, shown, now));
            else if (shown.Count == 0) Console.WriteLine("no station has attached yet");
            foreach (var one in parsed.GetValue(json) ? [] : shown) Console.WriteLine(Text(city, one, now));
            return 0;
        }));
        return command;
    }

    private static Command Order()
    {
        var config = OpenedCity.ConfigOption();
        var act = new Argument<string>("ACT") { Description = string.Join(", ", _acts) };
        act.AcceptOnlyFromAmong(_acts);
        var names = new Argument<string[]>("STATION") { Description = "names of stations", Arity = ArgumentArity.ZeroOrMore };
        var place = new Option<string?>("--place") { Description = "all stations of this place of the city file that are on" };
        var text = new Option<string?>("--text") { Description = "of a message" };
        var set = new Option<string[]>("--set") { Description = "with change: NAME=VALUE of the station's settings file, repeatable; NAME= takes back what was ordered", DefaultValueFactory = _ => [] };
        var life = new Option<int>("--for") { Description = "seconds that the order may wait for a station that is away", DefaultValueFactory = _ => 600 };
        var wait = new Option<int>("--wait") { Description = "seconds to wait here for what becomes of it; 0 = not", DefaultValueFactory = _ => 15 };
        var command = new Command("order", "have stations show a message, end or lock what is on the screen, say which they are, start anew, switch off, be woken by a neighbour, report on themselves, or change their settings") { act, names, place, text, set, life, wait, config };
        command.SetAction((parsed, _) =>
        {
            var (word, said, wanted) = (parsed.GetRequiredValue(act), parsed.GetValue(text), parsed.GetValue(set) ?? []);
            if (parsed.GetValue(life) is < 1 or > 604_800) return Task.FromResult(OpenedCity.Complain("--for: 1 to 604800 seconds", OpenedCity.BadInput));
            if (parsed.GetValue(wait) is < 0 or > LongestWaitSeconds) return Task.FromResult(OpenedCity.Complain($"--wait: 0 to {LongestWaitSeconds} seconds", OpenedCity.BadInput));
            if (word == "message" && (said is null || !StationText.IsMessage(said)))
                return Task.FromResult(OpenedCity.Complain($"--text: 1 to {StationText.LongestMessage} printable characters, which whoever sits there reads", OpenedCity.BadInput));
            if (word != "message" && said is not null) return Task.FromResult(OpenedCity.Complain("--text is for a message", OpenedCity.BadInput));
            if (word == "change" ? wanted.Length is 0 or > MostSettings || wanted.Any(one => StationText.Setting(one) is null) : wanted.Length > 0)
                return Task.FromResult(OpenedCity.Complain($"--set: 1 to {MostSettings} of NAME=VALUE with 'change' alone; a value has at most {StationText.LongestSettingValue} printable characters, none takes back what was ordered", OpenedCity.BadInput));
            return OpenedCity.UseAsync(parsed.GetRequiredValue(config), city => OrderAsync(city, new Wanted(word, said, wanted, parsed.GetRequiredValue(names), parsed.GetValue(place)), TimeSpan.FromSeconds(parsed.GetValue(life)), TimeSpan.FromSeconds(parsed.GetValue(wait))));
        });
        return command;
    }

    private static Command Orders()
    {
        var config = OpenedCity.ConfigOption();
        var name = new Argument<string>("STATION") { Description = "name of the station" };
        var command = new Command("orders", "what waits for a station, and what became of its last orders") { name, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var station = parsed.GetRequiredValue(name);
            if (!PeerName.IsName(station)) return StationCommands.NoName(station);
            var orders = new OrderStore(city.Store, city.Keys);
            foreach (var one in await orders.EndedAsync(new StationId(station))) Console.WriteLine(Text(one));
            foreach (var one in await orders.PendingAsync(new StationId(station))) Console.WriteLine($"order {one.OrderId}, {OrderStore.WordOf(one)}: waits for the station");
            return 0;
        }));
        return command;
    }

    private static async Task<int> OrderAsync(OpenedCity city, Wanted wanted, TimeSpan life, TimeSpan wait)
    {
        var act = wanted.Act;
        if (wanted.Place is { } place && PlaceMissing(city, place) is { } fault) return OpenedCity.Complain(fault, OpenedCity.BadInput);
        if (wanted.Stations.FirstOrDefault(name => !PeerName.IsName(name)) is { } wrong) return StationCommands.NoName(wrong);
        if (wanted.Stations.Length == 0 && wanted.Place is null) return OpenedCity.Complain("name stations, or a place: --place ID", OpenedCity.BadInput);
        await city.KnowStationsAsync();
        var (all, now) = await new PresenceStore(city.Store, city.Keys).ListAsync();
        List<StationId> stations = [.. wanted.Stations.Select(name => new StationId(name)), .. all.Where(one => wanted.Place is not null && one.IsOn(now) && PlaceOf(city, one.Station) == wanted.Place).Select(one => one.Station)];
        if (stations.Count == 0) return OpenedCity.Complain("no station is on there", NotAll);
        var given = act == "wake" ? Wakings(city, stations, all, now) : [.. stations.Distinct().Select(station => (station, Made(city, wanted)))];
        if (given.Count == 0) return NotAll;
        var orders = new OrderStore(city.Store, city.Keys);
        var waited = new List<(StationId Station, long Number)>();
        var missed = act == "wake" && given.Count < stations.Count;
        foreach (var (station, order) in given)
        {
            if (await orders.PutAsync(station, order, ProfileCommands.Operator, life) is { } number) waited.Add((station, number));
            else missed = OpenedCity.Complain($"station {station}: {OrderStore.MostWaiting} orders wait for it already; see 'broker station orders {station}'", NotAll) != 0;
        }
        return await HearAsync(orders, waited, wait) && !missed ? 0 : NotAll;
    }

    private static Order Made(OpenedCity city, Wanted wanted) => wanted.Act switch
    {
        "message" => new Order { Message = new ShowMessage { Text = wanted.Text } },
        "sign-out" => new Order { SignOut = new SignOutNow() },
        "lock" => new Order { Lock = new LockNow() },
        "show" => new Order { Show = new ShowName() },
        "restart" => new Order { Restart = new Restart() },
        "shut-down" => new Order { ShutDown = new ShutDown() },
        "change" => new Order { Change = new ChangeSettings { Settings = { wanted.Settings.Select(one => StationText.Setting(one)!.Value).Select(one => new StationSetting { Name = one.Key, Value = one.Value }) } } },
        _ => new Order { Collect = new CollectReport { Hosts = { city.Plan.Hosts.Hosts.Values.Select(host => string.Create(CultureInfo.InvariantCulture, $"{host.Address}:{host.Port}")).Order(StringComparer.Ordinal) } } },
    };

    // A magic packet does not leave its network: one who stands beside sends it.
    private static List<(StationId Station, Order Order)> Wakings(OpenedCity city, List<StationId> sleepers, ImmutableArray<StationPresence> all, DateTimeOffset now)
    {
        var given = new List<(StationId, Order)>();
        foreach (var sleeper in sleepers.Distinct())
        {
            var known = all.FirstOrDefault(one => one.Station == sleeper);
            var beside = all.Where(one => one.IsOn(now) && one.Station != sleeper && PlaceOf(city, one.Station) == PlaceOf(city, sleeper)).Take(MostNeighbours).ToList();
            if (known is null || known.Macs.IsEmpty) OpenedCity.Complain($"station {sleeper}: it has never said its hardware addresses, so nobody can wake it", NotAll);
            else if (beside.Count == 0) OpenedCity.Complain($"station {sleeper}: no other station of its place is on, and nobody else reaches it", NotAll);
            else given.AddRange(beside.Select(one => (one.Station, new Order { Wake = new WakeNeighbour { Macs = { known.Macs } } })));
        }
        return given;
    }

    private static async Task<bool> HearAsync(OrderStore orders, List<(StationId Station, long Number)> waited, TimeSpan wait)
    {
        var until = DateTimeOffset.UtcNow + wait;
        var done = true;
        while (waited.Count > 0)
        {
            foreach (var (station, number) in waited.ToList())
            {
                if ((await orders.EndedAsync(station)).FirstOrDefault(one => one.Number == number) is not { } ended) continue;
                Console.WriteLine(Printable.Of($"station {station}: ") + Text(ended));
                done &= ended.Outcome == "done";
                waited.Remove((station, number));
            }
            if (waited.Count == 0 || DateTimeOffset.UtcNow >= until) break;
            await Task.Delay(_look);
        }
        foreach (var (station, number) in waited) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"station {station}: order {number} waits for it"));
        return done && (waited.Count == 0 || wait == TimeSpan.Zero);
    }

    private static string? PlaceMissing(OpenedCity city, string place) => city.Plan.Profiles.Places.Any(one => one.Id == place)
        ? null
        : Printable.Of($"there is no place '{place}' in the city file; there are: {string.Join(", ", city.Plan.Profiles.Places.Select(one => one.Id))}");

    private static string PlaceOf(OpenedCity city, StationId station) => city.Plan.Profiles.PlaceOf(station)?.Id ?? "";

    private static string StateOf(StationPresence one, DateTimeOffset now) => one.IsOn(now) ? one.Activity.ToString().ToLowerInvariant() : "off";

    private static string Text(OpenedCity city, StationPresence one, DateTimeOffset now)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"station {one.Station} is {(one.IsOn(now) ? $"on ({StateOf(one, now)})" : "off")} since {Printable.Time(one.Attached ? one.IsOn(now) ? one.Since : one.HeardAt : one.Since)}"));
        if (PlaceOf(city, one.Station) is { Length: > 0 } place) text.Append(", in ").Append(place);
        if (one.BrokerRoundTrip is { } took) text.Append(CultureInfo.InvariantCulture, $", {took.TotalMilliseconds:0.#} ms to its broker");
        if (one.NetworkCuts > 0) text.Append(CultureInfo.InvariantCulture, $", network cut {one.NetworkCuts} times");
        text.Append(", shim ").Append(one.Version);
        if (one.Model.Length > 0) text.Append(", ").Append(one.Model);
        return Printable.Of(text.ToString());
    }

    private static string Text(EndedOrder one)
    {
        var text = string.Join('\n', one.Text.Split('\n').Where(line => line.Length > 0).Select(line => "  " + Printable.Of(line)));
        return Printable.Of(string.Create(CultureInfo.InvariantCulture, $"order {one.Number}, {one.Act}, given {Printable.Time(one.PutAt)} by {one.By}: {one.Outcome} after {(one.EndedAt - one.PutAt).TotalSeconds:0.0} s")) + (text.Length > 0 ? "\n" + text : "");
    }

    private static string Json(OpenedCity city, IEnumerable<StationPresence> all, DateTimeOffset now) => JsonRows.Of(all, (json, one) =>
    {
        json.WriteString("station", one.Station.Value);
        json.WriteBoolean("on", one.IsOn(now));
        json.WriteString("activity", StateOf(one, now));
        json.WriteString("place", PlaceOf(city, one.Station));
        json.WriteString("since", one.Since);
        json.WriteString("heardAt", one.HeardAt);
        json.WriteString("version", one.Version);
        json.WriteString("model", one.Model);
        json.WriteString("macs", string.Join(' ', one.Macs));
        if (one.BrokerRoundTrip is { } took) json.WriteNumber("brokerMs", took.TotalMilliseconds);
        json.WriteNumber("networkCuts", one.NetworkCuts);
    });

    // What was typed.
    private sealed record Wanted(string Act, string? Text, string[] Settings, string[] Stations, string? Place);
}
