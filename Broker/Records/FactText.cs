using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Kernel;

namespace VdiBroker.Records;

/// <summary>Facts as they stand in the store: JSON, one key for the kind. What a newer broker wrote reads as <see cref="Fact.Unknown"/>.</summary>
internal static class FactText
{
    // Notes are written by the thousand in the morning: the buffer stays.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    /// <summary>The text of a fact, UTF-8.</summary>
    public static byte[] Write(Fact fact)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(4096);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer)) Put(new FactJson(json), fact);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Put(FactJson json, Fact fact)
    {
        json.Begin();
        _ = fact switch
        {
            Fact.Tried f => json.Kind("tried").With("station", f.Station.Value).With("person", f.Person?.Value).With("took", f.Took).With("name", f.Name),
            Fact.SignedIn f => json.Kind("signed-in").With("serial", f.Serial).With("person", f.Person.Value).With("station", f.Station.Value)
                .With("whole", f.Took.Whole).With("directory", f.Took.Directory).With("profile", f.Took.Profile).With("limited", f.Limited),
            Fact.Asked f => json.Kind("asked").With("person", f.Person?.Value).With("station", f.Station.Value).With("pool", f.Pool?.Value),
            Fact.Considered f => json.Kind("considered").With("pool", f.Pool.Value).With("decision", f.Decision).With("policy", f.Policy).With("hosts", f.Hosts).With("others", f.Others > 0 ? f.Others : null),
            Fact.Waits f => json.Kind("waits").With("for", f.For),
            Fact.Queued f => json.Kind("queued").With("place", f.Place).With("of", f.Of).With("about", f.About),
            Fact.Claimed f => json.Kind("claimed").With("session", f.Session.Value).With("host", f.Host.Value).With("fence", f.Fence.Value).With("resumed", f.Resumed),
            Fact.Presented f => json.Kind("presented").With("host", f.Host.Value).With("fence", f.Fence.Value).With("verdict", f.Verdict),
            Fact.Became f => json.Kind("became").With("session", f.Session.Value).With("phase", f.Phase).With("cause", f.Cause),
            Fact.EndTold f => json.Kind("end-told").With("session", f.Session.Value).With("limit", f.Limit).With("ends", f.Ends.ToUnixTimeMilliseconds()),
            Fact.EndTakenBack f => json.Kind("end-taken-back").With("session", f.Session.Value).With("limit", f.Limit),
            Fact.EndPutOff f => json.Kind("end-put-off").With("session", f.Session.Value).With("limit", f.Limit).With("until", f.Until.ToUnixTimeMilliseconds()),
            Fact.Shown f => json.Kind("shown").With("fence", f.Fence.Value).With("signIn", f.SignInTook).With("open", f.OpenTook).With("connect", f.ConnectTook),
            Fact.Moved f => json.Kind("moved").With("station", f.Station.Value).With("serial", f.Serial),
            Fact.Closed f => json.Kind("closed").With("signedOut", f.SignedOut),
            Fact.GaveUp f => json.Kind("gave-up").With("stopping", f.BrokerStopping),
            Fact.Refused f => json.Kind("refused").With("code", f.Code).With("reference", f.Reference).With("ground", f.Ground),
            // As the script itself writes it in place of what it drops.
            Fact.Dropped f => json.With("dropped", f.Count),
            _ => throw new InvalidOperationException($"a fact without a text: {fact.GetType().Name}"),
        };
        json.End();
    }

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
        "tried" => new Fact.Tried(new StationId(Text(json, "station")), Person(json), Time(json, "took")) { Name = (string?)json["name"] },
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

    private static HostLine HostOf(JsonObject json) =>
        new(new HostId(Text(json, "host")), Text(json, "verdict"), (double?)json["score"], (int)Need(json, "taken"), (int)Need(json, "seats"), Text(json, "leaning"));

    private static JsonNode Need(JsonObject json, string name) => json[name] ?? throw new FormatException($"'{name}' is not there");

    private static string Text(JsonObject json, string name) => (string?)json[name] ?? "";

    private static PersonId? Person(JsonObject json) => (string?)json["person"] is { } person ? new PersonId(person) : null;

    private static DateTimeOffset At(JsonObject json, string name) => DateTimeOffset.FromUnixTimeMilliseconds((long)Need(json, name));

    private static Fence FenceOf(JsonObject json) => new((long)Need(json, "fence"));

    private static TimeSpan? Time(JsonObject json, string name) => (double?)json[name] is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
}
