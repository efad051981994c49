using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker;

/// <summary>The answer of <c>broker profile show</c>.</summary>
internal sealed record ShownProfile(PersonId Person, StationId? Station, ProfileRulebook Rules, ProfileRow Row, MergedSettings Merged, bool Asked)
{
    private const string Unasked = "The directory did not answer, does not know this person, or was not asked (--group): what it says of them, and rules for groups not given by --group, are not in this.";
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people, a line a setting.</summary>
    public string Text(string language)
    {
        var head = Person.Value;
        if (Station is { } station) head += $" at {station}" + (Rules.PlaceOf(station) is { } place ? $" ({place.English})" : " (in no place of the city file)");
        var lines = new List<string> { head };
        foreach (var value in Merged.Values)
            lines.Add($"  {Explanation.Sentence(value, language, Reader.Operator)}{(Explanation.Instead(value, language, Reader.Operator) is { } instead ? $"; {instead}" : "")}");
        lines.AddRange(Merged.Skipped.Select(skipped => $"  not counted: {skipped.Name}, {Explanation.Origin(skipped.Source, language, Reader.Operator)}: {skipped.Fault}"));
        lines.AddRange(Notes());
        return string.Join('\n', lines.Select(Printable.Of));
    }

    /// <summary>For programs.</summary>
    public string Json() => new JsonObject
    {
        ["person"] = Person.Value,
        ["station"] = Station?.Value,
        ["place"] = Station is { } station ? Rules.PlaceOf(station)?.Id : null,
        ["settings"] = new JsonArray([.. Merged.Values.Select(value => (JsonNode)Json(value))]),
        ["notCounted"] = new JsonArray([.. Merged.Skipped.Select(skipped => (JsonNode)new JsonObject { ["name"] = skipped.Name, ["source"] = Json(skipped.Source), ["fault"] = skipped.Fault })]),
        ["notes"] = new JsonArray([.. Notes().Select(note => (JsonNode)note)]),
    }.ToJsonString(_readable);

    private IEnumerable<string> Notes()
    {
        if (Row.Profile is null) yield return "The stored profile is of a shape that this broker cannot read; it is left as it is.";
        if (Row.Profile?.Undecided is { } was) yield return $"Kept by an older broker, decided at the next sign-in: {string.Join(", ", was.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key} {one.Value}"))}.";
        if (!Asked) yield return Unasked;
    }

    private static JsonObject Json(MergedValue value) => new JsonObject
    {
        ["name"] = value.Setting.Name,
        ["value"] = value.Value,
        ["source"] = Json(value.Source),
        ["fr"] = Explanation.Sentence(value, "fr", Reader.Person),
        ["en"] = Explanation.Sentence(value, "en", Reader.Person),
        ["overruled"] = new JsonArray([.. value.Overruled.Select(other => (JsonNode)new JsonObject { ["value"] = other.Value, ["source"] = Json(other.Source) })]),
    };

    private static JsonObject Json(ValueSource source) => source switch
    {
        ValueSource.Group(var name, var line) => new JsonObject { ["kind"] = "group", ["group"] = name, ["line"] = line },
        ValueSource.Place place => new JsonObject { ["kind"] = "place", ["place"] = place.Id },
        ValueSource.Tenant(var line) => new JsonObject { ["kind"] = "tenant", ["line"] = line },
        ValueSource.Person => new JsonObject { ["kind"] = "person" },
        ValueSource.FromDirectory => new JsonObject { ["kind"] = "directory" },
        _ => new JsonObject { ["kind"] = "default" },
    };
}
