using System.CommandLine;
using VdiBroker.Directory;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Profiles;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary><c>broker whois</c>: what the broker knows of a person, and from where.</summary>
internal static class WhoIsCommand
{
    private const int Nobody = 1;

    /// <summary>The command. Exit status 1 when nobody bears the name.</summary>
    public static Command Build()
    {
        var config = OpenedCity.ConfigOption();
        var login = new Argument<string>("LOGIN") { Description = "as people type it: amelie, amelie@town, TOWN\\amelie" };
        var station = new Option<string?>("--station") { Description = "settings as if the person sat there" };
        var language = new Option<string>("--language") { Description = "fr or en, for the settings' reasons", DefaultValueFactory = _ => "en" };
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("whois", "what the broker knows of a person, and from where") { login, station, language, json, config };
        command.SetAction((parsed, cancel) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var at = parsed.GetValue(station) is { } name ? new StationId(name) : (StationId?)null;
            if (at is not null) await city.KnowStationsAsync();
            await using var directories = new CityDirectories(city.Plan);
            var answers = await Task.WhenAll(Tenants(city.Plan, parsed.GetRequiredValue(login)).Select(async tenant => (tenant, found: await directories.LookUp.RunAsync(tenant, parsed.GetRequiredValue(login), cancel))));
            var known = new List<PersonReport>();
            foreach (var (_, found) in answers)
                if (found is Lookup.Found(var person, var facts)) known.Add(await KnowAsync(city, person, facts, at));
            var unasked = answers.Where(answer => answer.found is Lookup.OutOfReach).Select(answer => $"tenant {answer.tenant}: {((Lookup.OutOfReach)answer.found).Cause}").Distinct().ToList();
            var shown = new ShownPerson(known, unasked, parsed.GetRequiredValue(language));
            Console.WriteLine(parsed.GetValue(json) ? shown.Json() : shown.Text());
            return known.Count > 0 ? 0 : Nobody;
        }));
        return command;
    }

    // A name with a town's word is that town's; else every tenant is asked.
    private static IEnumerable<TenantId> Tenants(CityPlan plan, string login) =>
        LoginName.Parse(login) is { } name && TenantNames.Make(plan.Directories.Branches).TenantOf(name) is { } tenant ? [tenant] : plan.Tenants.Tenants.Keys.OrderBy(one => one.Value, StringComparer.Ordinal);

    private static async Task<PersonReport> KnowAsync(OpenedCity city, DirectoryPerson person, PersonFacts facts, StationId? station)
    {
        var row = await new ProfileStore(city.Store, city.Keys).ReadAsync(person.Id);
        var settings = ProfileMerge.Merge(city.Plan.Profiles.SourcesOf(new ProfileWanted(person, person.Settings, station), row.Profile?.Choices));
        var sessions = new SessionStore(city.Store, city.Keys, new HostBoard(city.Store, city.Keys), city.Plan.Hosts);
        var desktops = new List<Session>();
        foreach (var id in (await sessions.DesktopsOfAsync(person.Id)).Values)
            if (await sessions.FindAsync(id) is { } session) desktops.Add(session);
        return new PersonReport(person, facts, city.Plan.People, settings, desktops);
    }
}
