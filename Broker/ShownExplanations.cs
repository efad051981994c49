using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using VdiBroker.Protocol.Records.V1;
using VdiBroker.Records;

namespace VdiBroker;

/// <summary>The answer of <c>broker explain</c>.</summary>
/// <param name="Explanations">What is told, newest first.</param>
/// <param name="Voice">In which language, and by which clock on the wall.</param>
internal sealed record ShownExplanations(IReadOnlyList<Explanation> Explanations, Voice Voice)
{
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people.</summary>
    public string Text() => string.Join("\n\n", Explanations.Select(told => string.Join('\n', Lines(told).Select(Printable.Of))));

    /// <summary>For programs.</summary>
    public string Json() => new JsonArray([.. Explanations.Select(told => (JsonNode)Json(told))]).ToJsonString(_readable);

    private IEnumerable<string> Lines(Explanation told)
    {
        var who = told.Person.Length > 0 ? told.Person : Voice.Choose("personne inconnue", "unknown person");
        var where = told.Station.Length > 0 ? told.Station : "?";
        yield return $"== {who}, {Voice.Choose("poste", "station")} {where}, {(Time(told.Began) is { } began ? Voice.Moment(began) : "?")} ({Voice.Zone.Id}), {Voice.Choose("enregistrement", "record")} {told.Record}";
        yield return Voice.Choose("Pour la personne :", "For the person:");
        foreach (var sentence in told.ForThePerson) yield return "  " + sentence;
        yield return Voice.Choose("Pour l'assistance :", "For the helpdesk:");
        foreach (var opening in told.Openings)
        {
            yield return "  " + opening.Outcome;
            if (opening.Decision.Length > 0) yield return $"    {Voice.Choose("décision", "decision")}{Voice.Choose(" : ", ": ")}{opening.Decision}";
            foreach (var host in opening.Hosts) yield return $"    {(host.Chosen ? "→" : " ")} {host.Host,-12} {host.Text}";
            foreach (var segment in opening.Segments) yield return $"      {segment.Name,-14} {(Time(segment.From) is { } from ? Voice.Clock(from) : "            ")}  {segment.Text}";
        }
        yield return Voice.Choose("  Chronologie :", "  Timeline:");
        foreach (var line in told.Events) yield return $"    {Voice.Clock(line.At.ToDateTimeOffset())}  {line.Text}";
    }

    private static JsonObject Json(Explanation told) => new()
    {
        ["record"] = told.Record,
        ["person"] = Known(told.Person),
        ["station"] = Known(told.Station),
        ["began"] = Time(told.Began),
        ["forThePerson"] = new JsonArray([.. told.ForThePerson.Select(sentence => (JsonNode)sentence)]),
        ["openings"] = new JsonArray([.. told.Openings.Select(opening => (JsonNode)Json(opening))]),
        ["events"] = new JsonArray([.. told.Events.Select(line => (JsonNode)new JsonObject { ["at"] = Time(line.At), ["text"] = line.Text })]),
    };

    private static JsonObject Json(ExplainedOpening opening) => new()
    {
        ["outcome"] = opening.Outcome,
        ["decision"] = opening.Decision,
        ["hosts"] = new JsonArray([.. opening.Hosts.Select(host => (JsonNode)new JsonObject
        {
            ["host"] = host.Host, ["chosen"] = host.Chosen, ["verdict"] = host.Verdict, ["score"] = host.HasScore ? host.Score : null, ["taken"] = host.Taken, ["seats"] = host.Seats, ["text"] = host.Text,
        })]),
        ["segments"] = new JsonArray([.. opening.Segments.Select(segment => (JsonNode)new JsonObject
        {
            ["name"] = segment.Segment.ToString(), ["state"] = segment.Passage.ToString(), ["from"] = Time(segment.From), ["ms"] = segment.Took?.ToTimeSpan().TotalMilliseconds, ["text"] = segment.Text,
        })]),
    };

    private static DateTimeOffset? Time(Timestamp? at) => at?.ToDateTimeOffset();

    private static string? Known(string text) => text.Length > 0 ? text : null;
}
