using System.Collections.Immutable;
using System.Text.Json;

namespace VdiBroker.Records;

/// <summary>Writes one fact as a JSON object. What is not known is left out.</summary>
/// <param name="json">Takes it.</param>
internal readonly struct FactJson(Utf8JsonWriter json)
{
    /// <summary>Begins the object.</summary>
    public void Begin() => json.WriteStartObject();

    /// <summary>Ends it.</summary>
    public void End() => json.WriteEndObject();

    /// <summary>Says which fact it is.</summary>
    public FactJson Kind(string kind) => With("kind", kind);

    /// <summary>Adds a text.</summary>
    public FactJson With(string name, string? text)
    {
        if (text is not null) json.WriteString(name, text);
        return this;
    }

    /// <summary>Adds a whole number.</summary>
    public FactJson With(string name, long? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        return this;
    }

    /// <summary>Adds a yes or no.</summary>
    public FactJson With(string name, bool yes)
    {
        json.WriteBoolean(name, yes);
        return this;
    }

    /// <summary>Adds a time, in ms, to a tenth.</summary>
    public FactJson With(string name, TimeSpan? time)
    {
        if (time is { } known) json.WriteNumber(name, Math.Round(known.TotalMilliseconds, 1));
        return this;
    }

    /// <summary>Adds the hosts that were looked at.</summary>
    public FactJson With(string name, ImmutableArray<HostLine> hosts)
    {
        json.WriteStartArray(name);
        foreach (var host in hosts)
        {
            json.WriteStartObject();
            With("host", host.Host.Value).With("verdict", host.Verdict);
            if (host.Score is { } score) json.WriteNumber("score", Math.Round(score, 4));
            With("taken", host.Taken).With("seats", host.Seats).With("leaning", host.Leaning);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        return this;
    }
}
