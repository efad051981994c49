using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using VdiBroker.Hosts;
using VdiBroker.Kernel;
using VdiBroker.Records;
using VdiBroker.Sessions;

namespace VdiBroker;

/// <summary>The answer of <c>broker host list</c>.</summary>
internal sealed record ShownHosts(ImmutableArray<HostState> States, Voice Voice)
{
    /// <summary>As all commands write it.</summary>
    public static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For people.</summary>
    public string Text() => string.Join('\n', States.Select(state => Printable.Of(Line(state, Voice))));

    /// <summary>For programs.</summary>
    public string Json() => new JsonArray([.. States.Select(state => (JsonNode)Object(state))]).ToJsonString(Readable);

    /// <summary>One host in one line.</summary>
    public static string Line(HostState state, Voice voice)
    {
        var parts = new List<string> { $"{state.Host.Id}: {Health(state, voice)}", voice.SeatsTaken(state.Taken, state.Host.Seats) };
        if (state.Seen is { } seen && state.Health.Reports())
        {
            parts.Add(voice.Choose($"charge {voice.Number(seen.LoadPerCore)} par cœur", $"load {voice.Number(seen.LoadPerCore)} per core"));
            parts.Add(voice.Choose("mémoire", "memory") + string.Create(CultureInfo.InvariantCulture, $" {seen.MemoryUsed * 100:0} %"));
        }
        if (state.Drain is { } drain) parts.Add(DrainText(drain, state.Now, voice));
        return string.Join(", ", parts);
    }

    /// <summary>One host for programs.</summary>
    public static JsonObject Object(HostState state) => new()
    {
        ["host"] = state.Host.Id.Value,
        ["health"] = Word(state.Health),
        ["seen_at"] = state.Seen?.SeenAt,
        ["seats"] = state.Host.Seats,
        ["taken"] = state.Taken,
        ["sessions"] = state.Seen is null ? null : state.Tally.Sessions,
        ["load_per_core"] = state.Seen?.LoadPerCore,
        ["memory_used"] = state.Seen?.MemoryUsed,
        ["drain"] = state.Drain is { } drain ? ShownDrain.Object(drain) : null,
    };

    /// <summary>What is planned for it, or under way.</summary>
    public static string DrainText(HostDrain drain, DateTimeOffset now, Voice voice)
    {
        if (drain.IsUnreadable)
            return voice.Choose($"RETRAIT ILLISIBLE : ne prend personne, n'arrête personne ; décider à nouveau : broker host drain {drain.Host} ou broker host undrain {drain.Host}",
                $"UNREADABLE DRAIN: takes nobody, ends nobody; decide anew: broker host drain {drain.Host} or broker host undrain {drain.Host}");
        var (from, ends) = (voice.Moment(drain.From), voice.Moment(drain.EndsAt));
        var text = now < drain.From ? voice.Choose($"sera retiré le {from}", $"will be drained on {from}")
            : now < drain.EndsAt ? voice.Choose($"en cours de retrait, jusqu'au {ends}", $"being drained, until {ends}")
            : voice.Choose("retiré", "out of service");
        return drain.Until is { } until ? text + voice.Choose($", reprend le {voice.Moment(until)}", $", back on {voice.Moment(until)}") : text;
    }

    private static string Health(HostState state, Voice voice)
    {
        var ago = state.Seen is { } seen ? voice.Span(state.Now - seen.SeenAt) : "";
        return state.Health switch
        {
            HostHealth.Live => voice.Choose("en bonne santé", "healthy"),
            HostHealth.Suspect => voice.Choose($"douteux (dernier signe il y a {ago})", $"suspect (last heard {ago} ago)"),
            HostHealth.Missed or HostHealth.Silent => voice.Choose($"muet (dernier signe il y a {ago})", $"dead (last heard {ago} ago)"),
            HostHealth.Awaited => voice.Choose("attendu : la base est neuve", "awaited: the store is new"),
            _ => voice.Choose("jamais vu", "never seen"),
        };
    }

    private static string Word(HostHealth health) => health switch
    {
        HostHealth.Live => "healthy",
        HostHealth.Suspect => "suspect",
        HostHealth.Missed or HostHealth.Silent => "dead",
        HostHealth.Awaited => "awaited",
        _ => "never-seen",
    };
}

/// <summary>The answer of <c>broker host show</c>.</summary>
internal sealed record ShownHost(HostState State, ImmutableArray<Session> There, ImmutableArray<string> Unread, ImmutableDictionary<PersonId, string> Names, Voice Voice)
{
    /// <summary>For people.</summary>
    public string Text() => string.Join('\n', There.OrderBy(session => session.Person.Value, StringComparer.Ordinal)
        .Select(session => $"  {ShownDrain.Who(session.Person, Names)}, {session.Pool}, {ShownDrain.Phase(session, Voice)}").Concat(ShownDrain.Unread(Unread, Voice)).Prepend(ShownHosts.Line(State, Voice)).Select(Printable.Of));

    /// <summary>For programs.</summary>
    public string Json()
    {
        var host = ShownHosts.Object(State);
        host["people"] = new JsonArray([.. There.Select(session => (JsonNode)ShownDrain.Object(session, Names))]);
        host["unread"] = ShownDrain.Unread(Unread);
        return host.ToJsonString(ShownHosts.Readable);
    }
}
