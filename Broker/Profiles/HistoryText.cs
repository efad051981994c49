using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace VdiBroker.Profiles;

/// <summary>How a line of a person's history is written in the store: the store's time in ms since 1970, a space, JSON.</summary>
internal static class HistoryText
{
    /// <summary>The line without its time.</summary>
    public static string Write(long number, ChangeAuthor author, ImmutableArray<SettingChange> changes) => JsonSerializer.Serialize(
        new StoredEntry(number, author.Origin.ToString().ToLowerInvariant(), author.Name, [.. changes.Select(change => new StoredChange(change.Setting, change.Old, change.New))]),
        ProfileJson.Default.StoredEntry);

    /// <summary>Reads a line; null when a newer broker wrote something else.</summary>
    public static HistoryEntry? Read(string line)
    {
        try
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            return space > 0 && long.TryParse(line.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var since1970)
                && JsonSerializer.Deserialize(line.AsSpan(space + 1), ProfileJson.Default.StoredEntry) is { } entry && Enum.TryParse<ChangeOrigin>(entry.Origin, ignoreCase: true, out var origin)
                ? new HistoryEntry(entry.Number, DateTimeOffset.FromUnixTimeMilliseconds(since1970), new ChangeAuthor(origin, entry.By),
                    [.. entry.Changes.Select(change => new SettingChange(change.Setting, change.Old, change.New))])
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
