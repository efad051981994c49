using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker;

/// <summary><c>broker profile</c>: what somebody's settings are and why, changes with their history, import and export.</summary>
internal static class ProfileCommands
{
    private const int Refused = 1;

    /// <summary>The command with its verbs.</summary>
    public static Command Build() => new("profile", "people's settings: why they are so, changes, history, import and export")
    {
        Show(), Set(), History(), Undo(), ProfileTransferCommands.Export(), ProfileTransferCommands.Import(),
    };

    /// <summary>Who sits at this terminal, for histories.</summary>
    public static string Operator => Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } user ? user : Environment.UserName;

    private static Command Show()
    {
        var (config, person) = (OpenedCity.ConfigOption(), Person());
        var station = new Option<string?>("--station") { Description = "as if the person sat there" };
        var groups = new Option<string[]>("--group") { Description = "as if the person were in this group; repeatable (the directory is not asked then)", DefaultValueFactory = _ => [] };
        var language = new Option<string>("--language") { Description = "fr or en", DefaultValueFactory = _ => "en" };
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("show", "each setting of a person, and why") { person, station, groups, language, json, config };
        command.SetAction((parsed, cancel) => WithPersonAsync(parsed.GetRequiredValue(config), parsed.GetRequiredValue(person), async (city, id) =>
        {
            var at = parsed.GetValue(station) is { } name ? new StationId(name) : (StationId?)null;
            if (at is not null) await city.KnowStationsAsync();
            var row = await new ProfileStore(city.Store, city.Keys).ReadAsync(id);
            var (tenant, login) = (id.Tenant, id.Login);
            var asIf = parsed.GetRequiredValue(groups);
            var known = asIf.Length > 0 ? null : await FindAsync(city, tenant, login, cancel);
            var wanted = new ProfileWanted(known ?? new DirectoryPerson(id, tenant, login, login, [.. asIf]), known?.Settings ?? ImmutableDictionary<string, string>.Empty, at);
            var shown = new ShownProfile(id, at, city.Plan.Profiles, row, ProfileMerge.Merge(city.Plan.Profiles.SourcesOf(wanted, row.Profile?.Choices)), Asked: known is not null);
            Console.WriteLine(parsed.GetValue(json) ? shown.Json() : shown.Text(parsed.GetRequiredValue(language)));
            return 0;
        }));
        return command;
    }

    private static async Task<DirectoryPerson?> FindAsync(OpenedCity city, TenantId tenant, string login, CancellationToken cancel)
    {
        await using var directories = new CityDirectories(city.Plan);
        return await directories.LookUp.RunAsync(tenant, login, cancel) is Lookup.Found(var person, _) ? person : null;
    }

    private static Command Set()
    {
        var (config, person) = (OpenedCity.ConfigOption(), Person());
        var settings = new Argument<string[]>("SETTING=VALUE") { Arity = ArgumentArity.OneOrMore, Description = "such as keyboard=bépo; keyboard=- drops the choice" };
        var command = new Command("set", "set or drop choices of a person") { person, settings, config };
        command.SetAction((parsed, _) => WithPersonAsync(parsed.GetRequiredValue(config), parsed.GetRequiredValue(person), async (city, id) =>
        {
            var wish = new List<KeyValuePair<string, string>>();
            foreach (var text in parsed.GetRequiredValue(settings))
            {
                if (text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0) wish.Add(KeyValuePair.Create(text[..equals], text[(equals + 1)..]));
                else return OpenedCity.Complain($"'{text}' is not SETTING=VALUE", OpenedCity.BadInput);
            }
            if (ChangeWords.Kept(id) is { } kept) Console.WriteLine(Printable.Of(kept));
            return Tell(await new ChangeProfile(new ProfileStore(city.Store, city.Keys)).RunAsync(id, wish, new ChangeAuthor(ChangeOrigin.Admin, Operator)), OpenedCity.BadInput);
        }));
        return command;
    }

    private static Command History()
    {
        var (config, person) = (OpenedCity.ConfigOption(), Person());
        var command = new Command("history", "what was changed, when and by whom; the newest last") { person, config };
        command.SetAction((parsed, _) => WithPersonAsync(parsed.GetRequiredValue(config), parsed.GetRequiredValue(person), async (city, id) =>
        {
            foreach (var entry in await new ProfileStore(city.Store, city.Keys).HistoryAsync(id))
            {
                var by = $"{entry.Author.Origin.ToString().ToLowerInvariant()} {entry.Author.Name}".TrimEnd();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Number}\t{Printable.Time(entry.When)}\t{Printable.Of(by)}\t{Printable.Of(ChangeWords.Of(entry.Changes))}"));
            }
            return 0;
        }));
        return command;
    }

    private static Command Undo()
    {
        var (config, person) = (OpenedCity.ConfigOption(), Person());
        var entry = new Argument<long>("ENTRY") { Description = "its number in 'broker profile history'" };
        var force = new Option<bool>("--force") { Description = "also over what was changed again since" };
        var command = new Command("undo", "restore what stood before a change; that is a change too") { person, entry, force, config };
        command.SetAction((parsed, _) => WithPersonAsync(parsed.GetRequiredValue(config), parsed.GetRequiredValue(person), async (city, id) =>
            Tell(await new UndoChange(new ProfileStore(city.Store, city.Keys)).RunAsync(id, parsed.GetRequiredValue(entry), parsed.GetValue(force), Operator), Refused)));
        return command;
    }

    private static Argument<string> Person() => new("PERSON") { Description = "tenant/login" };

    private static Task<int> WithPersonAsync(string config, string person, Func<OpenedCity, PersonId, Task<int>> act) => OpenedCity.UseAsync(config, async city =>
        PersonName.Read(person, city.Plan.Tenants.Tenants.Keys, out var fault) is { } id ? await act(city, id) : OpenedCity.Complain(Printable.Of($"{person}: {fault}"), OpenedCity.BadInput));

    private static int Tell(ChangeOutcome outcome, int refused)
    {
        switch (outcome)
        {
            case ChangeOutcome.Changed(var entry, var changes):
                Console.WriteLine(Printable.Of(string.Create(CultureInfo.InvariantCulture, $"entry {entry}: {ChangeWords.Of(changes)}")));
                return 0;
            case ChangeOutcome.Refused(var faults):
                return OpenedCity.Complain(Printable.Of(string.Join("; ", faults)), refused);
            default:
                Console.WriteLine("unchanged: it is so already");
                return 0;
        }
    }
}

/// <summary>Texts from outside for a terminal.</summary>
internal static class Printable
{
    /// <summary>A time as commands show it: UTC, to the second.</summary>
    public static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The text with every control character as '?': a terminal obeys them.</summary>
    public static string Of(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) ? '?' : from[i];
    });
}
