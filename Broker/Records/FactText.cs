using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Kernel;

namespace VdiBroker.Records;

/// <summary>Facts as they stand in the store: JSON, one key for the kind. What a newer broker wrote reads as <see cref="Fact.Unknown"/>.</summary>
internal static class FactText
{
    /// <summary>The text of a fact.</summary>
    public static string Write(Fact fact) => fact switch
    {
        Fact.Tried f => Json("tried", ("station", f.Station.Value), ("person", f.Person?.Value), ("took", Ms(f.Took))),
        Fact.SignedIn f => Json("signed-in", ("serial", f.Serial), ("person", f.Person.Value), ("station", f.Station.Value),
            ("whole", Ms(f.Took.Whole)), ("directory", Ms(f.Took.Directory)), ("profile", Ms(f.Took.Profile)), ("limited", f.Limited)),
        Fact.Asked f => Json("asked", ("person", f.Person?.Value), ("station", f.Station.Value), ("pool", f.Pool?.Value)),
        Fact.Considered f => Json("considered", ("pool", f.Pool.Value), ("decision", f.Decision), ("policy", f.Policy), ("hosts", new JsonArray([.. f.Hosts.Select(HostText)])), ("others", f.Others > 0 ? f.Others : null)),
        Fact.Waits f => Json("waits", ("for", f.For)),
        Fact.Queued f => Json("queued", ("place", f.Place), ("of", f.Of), ("about", Ms(f.About))),
        Fact.Claimed f => Json("claimed", ("session", f.Session.Value), ("host", f.Host.Value), ("fence", f.Fence.Value), ("resumed", f.Resumed)),
        Fact.Presented f => Json("presented", ("host", f.Host.Value), ("fence", f.Fence.Value), ("verdict", f.Verdict)),
        Fact.Became f => Json("became", ("session", f.Session.Value), ("phase", f.Phase), ("cause", f.Cause)),
        Fact.EndTold f => Json("end-told", ("session", f.Session.Value), ("limit", f.Limit), ("ends", f.Ends.ToUnixTimeMilliseconds())),
        Fact.EndTakenBack f => Json("end-taken-back", ("session", f.Session.Value), ("limit", f.Limit)),
        Fact.EndPutOff f => Json("end-put-off", ("session", f.Session.Value), ("limit", f.Limit), ("until", f.Until.ToUnixTimeMilliseconds())),
        Fact.Shown f => Json("shown", ("fence", f.Fence.Value), ("signIn", Ms(f.SignInTook)), ("open", Ms(f.OpenTook)), ("connect", Ms(f.ConnectTook))),
        Fact.Moved f => Json("moved", ("station", f.Station.Value), ("serial", f.Serial)),
        Fact.Closed f => Json("closed", ("signedOut", f.SignedOut)),
        Fact.GaveUp f => Json("gave-up", ("stopping", f.BrokerStopping)),
        Fact.Refused f => Json("refused", ("code", f.Code), ("reference", f.Reference), ("ground", f.Ground)),
        Fact.Dropped f => $$"""{"dropped":{{f.Count}}}""",
        _ => throw new InvalidOperationException($"a fact without a text: {fact.GetType().Name}"),
    };

    /// <summary>Reads one.</summary>
    public static Fact Read(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject json ? Read(json) : new Fact.Unknown();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return new Fact.Unknown();
        }
    }

    private static Fact Read(JsonObject json) => json.ContainsKey("dropped") ? new Fact.Dropped((int)Need(json, "dropped")) : (string?)json["kind"] switch
    {
        "tried" => new Fact.Tried(new StationId(Text(json, "station")), Person(json), Time(json, "took")),
        "signed-in" => new Fact.SignedIn((long)Need(json, "serial"), new PersonId(Text(json, "person")), new StationId(Text(json, "station")),
            new SignInTimes(Time(json, "whole") ?? default, Time(json, "directory") ?? default, Time(json, "profile") ?? default), (bool)Need(json, "limited")),
        "asked" => new Fact.Asked(Person(json), new StationId(Text(json, "station")), (string?)json["pool"] is { } pool ? new PoolId(pool) : null),
        "considered" => new Fact.Considered(new PoolId(Text(json, "pool")), Text(json, "decision"), Text(json, "policy"), [.. Need(json, "hosts").AsArray().Select(host => HostOf(host!.AsObject()))]) { Others = (int?)json["others"] ?? 0 },
        "waits" => new Fact.Waits(Text(json, "for")),
        "queued" => new Fact.Queued((int)Need(json, "place"), (int)Need(json, "of"), Time(json, "about")),
        "claimed" => new Fact.Claimed(new SessionId(Text(json, "session")), new HostId(Text(json, "host")), FenceOf(json), (bool)Need(json, "resumed")),
        "presented" => new Fact.Presented(new HostId(Text(json, "host")), FenceOf(json), Text(json, "verdict")),
        "became" => new Fact.Became(new SessionId(Text(json, "session")), Text(json, "phase"), Text(json, "cause")),
        "end-told" => new Fact.EndTold(new SessionId(Text(json, "session")), Text(json, "limit"), At(json, "ends")),
        "end-taken-back" => new Fact.EndTakenBack(new SessionId(Text(json, "session")), Text(json, "limit")),
        "end-put-off" => new Fact.EndPutOff(new SessionId(Text(json, "session")), Text(json, "limit"), At(json, "until")),
        "shown" => new Fact.Shown(FenceOf(json), Time(json, "signIn"), Time(json, "open"), Time(json, "connect")),
        "moved" => new Fact.Moved(new StationId(Text(json, "station")), (long)Need(json, "serial")),
        "closed" => new Fact.Closed((bool)Need(json, "signedOut")),
        "gave-up" => new Fact.GaveUp((bool)Need(json, "stopping")),
        "refused" => new Fact.Refused((int)Need(json, "code"), Text(json, "reference"), Text(json, "ground")),
        _ => new Fact.Unknown(),
    };

    private static JsonObject HostText(HostLine line) => Object(
        ("host", line.Host.Value), ("verdict", line.Verdict), ("score", line.Score is { } score ? Math.Round(score, 4) : null), ("taken", line.Taken), ("seats", line.Seats), ("leaning", line.Leaning));

    private static HostLine HostOf(JsonObject json) =>
        new(new HostId(Text(json, "host")), Text(json, "verdict"), (double?)json["score"], (int)Need(json, "taken"), (int)Need(json, "seats"), Text(json, "leaning"));

    private static string Json(string kind, params (string Name, JsonNode? Value)[] fields) => Object([("kind", kind), .. fields]).ToJsonString();

    // What is not known is left out.
    private static JsonObject Object(params (string Name, JsonNode? Value)[] fields)
    {
        var json = new JsonObject();
        foreach (var (name, value) in fields.Where(field => field.Value is not null)) json[name] = value;
        return json;
    }

    private static JsonNode Need(JsonObject json, string name) => json[name] ?? throw new FormatException($"'{name}' is not there");

    private static string Text(JsonObject json, string name) => (string?)json[name] ?? "";

    private static PersonId? Person(JsonObject json) => (string?)json["person"] is { } person ? new PersonId(person) : null;

    private static DateTimeOffset At(JsonObject json, string name) => DateTimeOffset.FromUnixTimeMilliseconds((long)Need(json, name));

    private static Fence FenceOf(JsonObject json) => new((long)Need(json, "fence"));

    private static TimeSpan? Time(JsonObject json, string name) => (double?)json[name] is { } ms ? TimeSpan.FromMilliseconds(ms) : null;

    private static JsonNode? Ms(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;
}
