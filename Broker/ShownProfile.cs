using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker;

/// <summary>The answer of <c>broker profile show</c>.</summary>
internal sealed record ShownProfile(PersonId Person, StationId? Station, ProfileRulebook Rules, ProfileRow Row, MergedSettings Merged)
{
    private const string Unasked = "The directory was not asked: what it says of this person, and rules for groups that were not given by --group, are not in this.";
    private static readonly JsonSerializerOptions _readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people, a line a setting.</summary>
    public string Text(string language)
    {
        var text = new StringBuilder(Person.Value);
        if (Station is { } station) text.Append($" at {station}").Append(Rules.PlaceOf(station) is { } place ? $" ({place.English})" : " (in no place of the city file)");
        text.AppendLine();
        foreach (var value in Merged.Values)
        {
            text.Append("  ").Append(Explanation.Sentence(value, language, Reader.Operator));
            text.AppendLine(Explanation.Instead(value, language, Reader.Operator) is { } instead ? $"; {instead}" : "");
        }
        foreach (var skipped in Merged.Skipped) text.AppendLine($"  not counted: {skipped.Name}, {Explanation.Origin(skipped.Source, language, Reader.Operator)}: {skipped.Fault}");
        foreach (var note in Notes()) text.AppendLine(note);
        return string.Join('\n', text.ToString().TrimEnd().Split('\n').Select(Printable.Of));
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
        yield return Unasked;
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
