using System.CommandLine;
using VdiBroker.Records;

namespace VdiBroker;

/// <summary><c>broker explain</c>: what became of a sign-in of the last days, and why.</summary>
internal static class ExplainCommand
{
    private const int NothingThere = 1;
    private const int MostAtOnce = 100;

    /// <summary>The command. Exit status 1 when no record fits.</summary>
    public static Command Build()
    {
        var config = OpenedCity.ConfigOption();
        var what = new Argument<string>("WHAT") { Description = "a person (amelie, drancy/amelie), a station, the 8 characters that a station showed, a session, or the number of a sign-in" };
        var last = new Option<int>("--last") { Description = $"so many sign-ins at most, the newest first, 1 to {MostAtOnce}", DefaultValueFactory = _ => 1 };
        var language = new Option<string>("--language") { Description = "fr or en", DefaultValueFactory = _ => "fr" };
        var json = new Option<bool>("--json") { Description = "for programs" };
        var command = new Command("explain", "why a sign-in ended as it did: for the person in two sentences, for the helpdesk in full") { what, last, language, json, config };
        command.SetAction((parsed, _) => OpenedCity.UseAsync(parsed.GetRequiredValue(config), async city =>
        {
            var most = parsed.GetRequiredValue(last);
            if (most is < 1 or > MostAtOnce) return OpenedCity.Complain($"--last {most}: use 1 to {MostAtOnce}", OpenedCity.BadInput);
            if (parsed.GetRequiredValue(language) is not ("fr" or "en") and var other) return OpenedCity.Complain(Printable.Of($"--language {other}: use fr or en"), OpenedCity.BadInput);
            var voice = new Voice(parsed.GetRequiredValue(language), TimeZoneInfo.Local, city.Plan.Pools);
            var found = await new FindRecords(new RecordStore(city.Store, city.Keys, city.Plan.Records), city.Plan.Tenants).RunAsync(parsed.GetRequiredValue(what), most);
            var shown = new ShownTellings([.. found.Select(record => Telling.Of(record.Id, record.Course, voice))], voice);
            if (parsed.GetValue(json)) Console.WriteLine(shown.Json());
            else if (!found.IsEmpty) Console.WriteLine(shown.Text());
            if (!found.IsEmpty) return 0;
            var keep = voice.Span(city.Plan.Records.Keep);
            return OpenedCity.Complain(voice.Choose(
                $"aucune connexion des derniers {keep} ne correspond : vérifiez l'orthographe ; une référence sans enregistrement se cherche dans le journal du broker (journalctl -u vdi-broker)",
                $"no sign-in of the last {keep} fits: check the spelling; a reference without a record is in the broker's log (journalctl -u vdi-broker)"), NothingThere);
        }));
        return command;
    }
}
