using System.Collections.Immutable;
using System.Globalization;
using StackExchange.Redis;
using VdiBroker.Pools;

namespace VdiBroker.Sessions;

/// <summary>The fields of a session's row that tell of its end. A row of an older broker has none of them; a word of a newer one that is not known here is passed over.</summary>
internal static class EndFields
{
    /// <summary>Reads them.</summary>
    public static EndState Read(Dictionary<RedisValue, RedisValue> fields)
    {
        if (!fields.ContainsKey("warned") && !fields.ContainsKey("extensions") && !fields.ContainsKey("ended_by")) return EndState.None;
        return new EndState
        {
            Promise = LimitOf(fields, "warned") is { } limit && fields.TryGetValue("ends", out var ends) ? new EndPromise(limit, At((long)ends)) : null,
            Spared = SparedOf(fields.GetValueOrDefault("spared").ToString()),
            Extensions = (int)fields.GetValueOrDefault("extensions", 0),
            EndedBy = LimitOf(fields, "ended_by"),
        };
    }

    /// <summary>The text of the field <c>spared</c>.</summary>
    public static string TextOf(ImmutableDictionary<Limit, DateTimeOffset> spared) =>
        string.Join(' ', spared.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key.Word()}={one.Value.ToUnixTimeMilliseconds()}")));

    private static ImmutableDictionary<Limit, DateTimeOffset> SparedOf(string text)
    {
        var spared = ImmutableDictionary.CreateBuilder<Limit, DateTimeOffset>();
        foreach (var one in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (one.Split('=') is [var word, var until] && LimitNames.Of(word) is { } limit && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)) spared[limit] = At(ms);
        }
        return spared.ToImmutable();
    }

    private static Limit? LimitOf(Dictionary<RedisValue, RedisValue> fields, string field) => fields.TryGetValue(field, out var word) ? LimitNames.Of(word.ToString()) : null;

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
