using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace VdiBroker.Profiles;

/// <summary>How a line of a person's history is written in the store: an entry of a stream, whose id is the store's time.</summary>
internal static class HistoryText
{
    /// <summary>The entry's fields and values.</summary>
    public static IEnumerable<RedisValue> Write(long number, ChangeAuthor author, ImmutableArray<SettingChange> changes) =>
    [
        "number", number,
        "origin", author.Origin.ToString().ToLowerInvariant(),
        "by", author.Name,
        "changes", JsonSerializer.Serialize([.. changes.Select(change => new StoredChange(change.Setting, change.Old, change.New))], ProfileJson.Default.IReadOnlyListStoredChange),
    ];

    /// <summary>Reads an entry; null when a newer broker wrote something else.</summary>
    public static HistoryEntry? Read(StreamEntry entry)
    {
        try
        {
            var since1970 = long.Parse(entry.Id.ToString().Split('-')[0], CultureInfo.InvariantCulture);
            return Enum.TryParse<ChangeOrigin>(entry["origin"], ignoreCase: true, out var origin) && entry["number"].TryParse(out long number)
                && JsonSerializer.Deserialize(entry["changes"].ToString(), ProfileJson.Default.IReadOnlyListStoredChange) is { } changes
                ? new HistoryEntry(number, DateTimeOffset.FromUnixTimeMilliseconds(since1970), new ChangeAuthor(origin, entry["by"].ToString()),
                    [.. changes.Select(change => new SettingChange(change.Setting, change.Old, change.New))])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
