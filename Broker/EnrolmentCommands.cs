using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using VdiBroker.Kernel;
using VdiBroker.Stations;
using VdiBroker.Trust;

namespace VdiBroker;

/// <summary><c>broker station waiting</c>, <c>accept</c> and <c>refuse</c>: unknown stations that ask to be admitted.</summary>
internal static class EnrolmentCommands
{
    private const int Nobody = 1;

    /// <summary>The three verbs.</summary>
    public static IEnumerable<Command> Build() => [Waiting(), Accept(), Refuse()];

    private static Command Waiting()
    {
        var config = OpenedCity.ConfigOption();
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("waiting", "unknown stations that ask to be admitted: the code that each shows, and what it says of itself") { json, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var (wishes, unreadable) = await new EnrolmentStore(city.Store, city.Keys).ListAsync();
            var waiting = wishes.Where(one => one.Wish.Decided != true).ToList();
            if (parsed.GetValue(json)) Console.WriteLine(Json(waiting));
            else if (waiting.Count == 0) Console.WriteLine("no station waits");
            foreach (var one in parsed.GetValue(json) ? [] : waiting) Console.WriteLine(Text(one));
            foreach (var code in unreadable) Console.Error.WriteLine(Printable.Of($"{code}: what that station said cannot be read; it asks again by itself and shows another code"));
            return 0;
        }));
        return command;
    }

    private static Command Accept()
    {
        var (config, code, why) = (OpenedCity.ConfigOption(), Code(), StationCommands.Why());
        var name = new Option<string>("--name") { Required = true, Description = "the station's from now on: letters a to z, digits and inner hyphens, 1 to 63" };
        var place = new Option<string>("--place") { Required = true, Description = "where it stands: the id of one of 'places' in the city file" };
        var kind = new Option<string?>("--kind") { Description = "desk, classroom, public or care; without it, the place's" };
        var replace = new Option<bool>("--replace") { Description = "the name is another machine's until now: that one is shut out" };
        var command = new Command("accept", "admit a station that shows this code: it gets its certificate at once, wherever it stands") { code, name, place, kind, replace, why, config };
        command.SetAction(async (parsed, _) =>
        {
            var (known, fault) = Typed(parsed.GetRequiredValue(code), parsed.GetValue(why));
            if (known is null) return OpenedCity.Complain(fault!, OpenedCity.BadInput);
            var station = parsed.GetRequiredValue(name);
            if (!PeerName.IsName(station)) return OpenedCity.Complain(Printable.Of($"--name '{station}': letters a to z, digits and inner hyphens, 1 to 63"), OpenedCity.BadInput);
            return await OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
            {
                if (city.Options.Enrolment is not { } enrolment) return OpenedCity.Complain("broker.json has no 'enrolment': no authority that could sign for a station", OpenedCity.BadInput);
                var (ofKind, unknown) = KindOf(city, parsed.GetRequiredValue(place), parsed.GetValue(kind));
                if (ofKind is null) return OpenedCity.Complain(Printable.Of(unknown!), OpenedCity.BadInput);
                using var signer = Open(enrolment, out var unusable);
                if (signer is null) return OpenedCity.Complain(unusable, OpenedCity.BadInput);
                if (signer.City != city.Plan.City) return OpenedCity.Complain($"{enrolment.Certificate} is of {signer.City}, and the city file of {city.Plan.City}", OpenedCity.BadInput);
                var accept = new AcceptStation(new EnrolmentStore(city.Store, city.Keys), new StandingStore(city.Store, city.Keys), signer);
                var said = new Acceptance(known, new StationId(station), parsed.GetRequiredValue(place), ofKind, ProfileCommands.Operator) { Why = parsed.GetValue(why) ?? "", Replaces = parsed.GetValue(replace) };
                return Tell(await accept.RunAsync(said), known);
            });
        });
        return command;
    }

    private static Command Refuse()
    {
        var (config, code, why) = (OpenedCity.ConfigOption(), Code(), StationCommands.Why());
        var command = new Command("refuse", "do not admit a station: it shows why, and may ask anew after an hour") { code, why, config };
        command.SetAction(async (parsed, _) =>
        {
            var (known, fault) = Typed(parsed.GetRequiredValue(code), parsed.GetValue(why));
            if (known is null) return OpenedCity.Complain(fault!, OpenedCity.BadInput);
            return await OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
            {
                var store = new EnrolmentStore(city.Store, city.Keys);
                if (await store.FindAsync(known) is not { } asked) return Gone(known);
                if (asked.Wish.Station is { } name) return OpenedCity.Complain($"{EnrolmentCode.Shown(known)} was accepted as {name}: 'broker station revoke {name}' shuts it out", Nobody);
                if (await store.RefuseAsync(asked, ProfileCommands.Operator, parsed.GetValue(why) ?? "") != WishDecision.Done) return Gone(known);
                Console.WriteLine($"{EnrolmentCode.Shown(known)} is refused");
                return 0;
            });
        });
        return command;
    }

    private static Argument<string> Code() => new("CODE") { Description = "that the station shows, such as ABCD-EFGH" };

    private static (string? Code, string? Fault) Typed(string code, string? why) =>
        EnrolmentCode.Read(code) is not { } read ? (null, "that is no code: eight letters and digits, as the station shows them")
        : why?.Length > StationCommands.LongestWhy || why?.Any(char.IsControl) == true ? (null, $"--why: at most {StationCommands.LongestWhy} characters, in one line")
        : (read, null);

    private static (string? Kind, string? Fault) KindOf(OpenedCity city, string place, string? kind)
    {
        var places = city.Plan.Profiles.Places;
        if (places.FirstOrDefault(one => one.Id == place) is not { } found)
            return (null, $"--place '{place}': the city file has {(places.IsEmpty ? "no places: add it to 'places'" : $"these: {string.Join(", ", places.Select(one => one.Id))}")}");
        var kinds = string.Join(", ", Profiles.WhenIdle.OfKinds.Keys);
        if ((kind ?? found.Kind) is not { } said) return (null, $"--kind: the place '{place}' has none: say one of {kinds}");
        return Profiles.WhenIdle.OfKinds.ContainsKey(said) ? (said, null) : (null, $"--kind '{said}': say one of {kinds}");
    }

    private static StationSigner? Open(EnrolmentOptions enrolment, out string fault)
    {
        fault = "";
        try
        {
            return enrolment.Open(TimeProvider.System);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            fault = $"enrolment: {enrolment.Certificate} and {enrolment.Key} cannot be used: {unusable.Message}";
            return null;
        }
    }

    private static int Tell(AcceptOutcome outcome, string code)
    {
        switch (outcome)
        {
            case AcceptOutcome.Accepted(var standing, var wish):
                Console.WriteLine(StationCommands.Text(standing));
                Console.WriteLine(Printable.Of($"its key: {KeyDigest.Shown(wish.Key)}"));
                return 0;
            case AcceptOutcome.Already(var name):
                return OpenedCity.Complain($"{EnrolmentCode.Shown(code)} was accepted before, as {name}", Nobody);
            case AcceptOutcome.NameTaken(var standing):
                return OpenedCity.Complain($"{StationCommands.Text(standing)}: take another name, or say --replace, which shuts the machine out that has it", Nobody);
            default:
                return Gone(code);
        }
    }

    private static int Gone(string code) => OpenedCity.Complain($"no station waits with the code {EnrolmentCode.Shown(code)} (broker station waiting)", Nobody);

    private static string Text(KnownWish one)
    {
        var (wish, at) = (one.Wish, DateTimeOffset.FromUnixTimeMilliseconds(one.Wish.At));
        var says = string.Join(", ", ((string[])[wish.Name, wish.Model, wish.Cards]).Where(word => word.Length > 0));
        return Printable.Of(string.Create(CultureInfo.InvariantCulture, $"{EnrolmentCode.Shown(one.Code)}  since {Printable.Time(at)}  from {wish.From}{(says.Length > 0 ? $"  says: {says}" : "")}")) + $"\n  its key: {KeyDigest.Shown(wish.Key)}";
    }

    private static string Json(IEnumerable<KnownWish> all) => JsonRows.Of(all, static (json, one) =>
    {
        json.WriteString("code", EnrolmentCode.Shown(one.Code));
        json.WriteString("fingerprint", KeyDigest.Shown(one.Wish.Key));
        json.WriteString("since", DateTimeOffset.FromUnixTimeMilliseconds(one.Wish.At));
        json.WriteString("from", one.Wish.From);
        json.WriteString("name", one.Wish.Name);
        json.WriteString("model", one.Wish.Model);
        json.WriteString("cards", one.Wish.Cards);
    });
}
