using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Records;

namespace VdiBroker;

/// <summary>The answer of <c>broker explain</c>.</summary>
internal sealed record ShownTellings(ImmutableArray<Telling> Tellings, Voice Voice)
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people.</summary>
    public string Text() => string.Join("\n\n", Tellings.Select(telling => string.Join('\n', Lines(telling).Select(Printable.Of))));

    /// <summary>For programs.</summary>
    public string Json() => new JsonArray([.. Tellings.Select(telling => (JsonNode)Json(telling))]).ToJsonString(_readable);

    private IEnumerable<string> Lines(Telling telling)
    {
        var course = telling.Course;
        var who = course.Person?.Value ?? Voice.Choose("personne inconnue", "unknown person");
        yield return $"== {who}, {Voice.Choose("poste", "station")} {course.Station?.Value ?? "?"}, {(course.Began is { } began ? Voice.Moment(began) : "?")} ({Voice.Zone.Id}), {Voice.Choose("enregistrement", "record")} {telling.Id}";
        yield return Voice.Choose("Pour la personne :", "For the person:");
        yield return "  " + telling.First;
        yield return "  " + telling.Second;
        yield return Voice.Choose("Pour l'assistance :", "For the helpdesk:");
        foreach (var opening in telling.Openings)
        {
            yield return "  " + opening.Title;
            if (opening.Decision.Length > 0) yield return $"    {Voice.Choose("décision", "decision")}{Voice.Choose(" : ", ": ")}{opening.Decision}";
            foreach (var host in opening.Hosts) yield return $"    {(host.Chosen ? "→" : " ")} {host.Line.Host.Value,-12} {host.Text}";
            foreach (var segment in opening.Segments)
                yield return $"      {segment.Name,-14} {(segment.Segment.From is { } from ? Voice.Clock(from) : "            ")}  {segment.Text}";
        }
        yield return Voice.Choose("  Chronologie :", "  Timeline:");
        foreach (var line in telling.Events) yield return $"    {Voice.Clock(line.At)}  {line.Text}";
    }

    private static JsonObject Json(Telling telling) => new()
    {
        ["record"] = telling.Id.Value,
        ["person"] = telling.Course.Person?.Value,
        ["station"] = telling.Course.Station?.Value,
        ["began"] = telling.Course.Began,
        ["forThePerson"] = new JsonArray(telling.First, telling.Second),
        ["openings"] = new JsonArray([.. telling.Openings.Select(opening => (JsonNode)Json(opening))]),
        ["events"] = new JsonArray([.. telling.Events.Select(line => (JsonNode)new JsonObject { ["at"] = line.At, ["text"] = line.Text })]),
    };

    private static JsonObject Json(ToldOpening opening) => new()
    {
        ["outcome"] = opening.Title,
        ["decision"] = opening.Decision,
        ["hosts"] = new JsonArray([.. opening.Hosts.Select(host => (JsonNode)new JsonObject
        {
            ["host"] = host.Line.Host.Value, ["chosen"] = host.Chosen, ["verdict"] = host.Line.Verdict, ["score"] = host.Line.Score, ["taken"] = host.Line.Taken, ["seats"] = host.Line.Seats, ["text"] = host.Text,
        })]),
        ["segments"] = new JsonArray([.. opening.Segments.Select(segment => (JsonNode)new JsonObject
        {
            ["name"] = segment.Segment.Name.ToString(), ["state"] = segment.Segment.State.ToString(), ["from"] = segment.Segment.From, ["ms"] = segment.Segment.Took?.TotalMilliseconds, ["text"] = segment.Text,
        })]),
    };
}
