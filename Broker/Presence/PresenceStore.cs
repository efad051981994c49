using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using VdiBroker.Kernel;
using VdiBroker.Storage;

namespace VdiBroker.Presence;

/// <summary>How stations are, in Redis: one row for each that was ever attached.</summary>
internal sealed class PresenceStore(RedisStore store, KeySpace keys)
{
    private static readonly Script _note = new("note_presence");

    /// <summary>A station has attached.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public Task AttachedAsync(StationId station, string stream, SaidOfItself said) => NoteAsync(station, stream, "attached", said);

    /// <summary>It says how it is.</summary>
    /// <returns>False when a newer stream speaks for it.</returns>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public Task<bool> TellsAsync(StationId station, string stream, SaidOfItself said) => NoteAsync(station, stream, "tells", said);

    /// <summary>Its stream has ended.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public Task GoneAsync(StationId station, string stream) => NoteAsync(station, stream, "gone", null);

    /// <summary>All of them, by name, and the store's time.</summary>
    /// <exception cref="StoreException">The store is out of reach.</exception>
    public Task<(ImmutableArray<StationPresence> Stations, DateTimeOffset Now)> ListAsync() => store.RunAsync("list presences", async db =>
    {
        var clock = StoreClock.ReadAsync(db, keys);
        var rows = await db.HashGetAllAsync(keys.Presences);
        return (rows.Select(row => Read(row.Name.ToString(), row.Value.ToString())).OfType<StationPresence>().OrderBy(one => one.Station.Value, StringComparer.Ordinal).ToImmutableArray(), (await clock).Now);
    });

    private async Task<bool> NoteAsync(StationId station, string stream, string how, SaidOfItself? said) =>
        (int)await store.RunScriptAsync(_note, [keys.Presences], [station.Value, stream, how, said is null ? "" : JsonSerializer.Serialize(said, PresenceJson.Default.SaidOfItself)]) == 1;

    // A newer broker's may be of another form.
    private static StationPresence? Read(string station, string row)
    {
        var parts = row.Split('|', 5);
        if (parts.Length < 5 || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var since) || !long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var heard)) return null;
        try
        {
            var said = JsonSerializer.Deserialize(parts[4], PresenceJson.Default.SaidOfItself) ?? new SaidOfItself();
            return new StationPresence(new StationId(station), parts[1] == "attached", DateTimeOffset.FromUnixTimeMilliseconds(since), DateTimeOffset.FromUnixTimeMilliseconds(heard))
            {
                Version = said.Version,
                Model = said.Model,
                Macs = [.. said.Macs],
                Activity = Enum.TryParse<StationActivity>(said.Activity, out var activity) ? activity : StationActivity.Unknown,
                BrokerRoundTrip = said.RoundTripMs is { } took ? TimeSpan.FromMilliseconds(took) : null,
                NetworkCuts = said.Cuts,
            };
        }
        catch (Exception other) when (other is JsonException or ArgumentException or OverflowException)
        {
            return null;
        }
    }
}

/// <summary>What a station says of itself, as it is stored.</summary>
internal sealed record SaidOfItself
{
    /// <summary>See <see cref="StationPresence.Version"/>.</summary>
    [JsonPropertyName("version")]
    public string Version { get; init; } = "";

    /// <summary>See <see cref="StationPresence.Model"/>.</summary>
    [JsonPropertyName("model")]
    public string Model { get; init; } = "";

    /// <summary>See <see cref="StationPresence.Macs"/>.</summary>
    [JsonPropertyName("macs")]
    public IReadOnlyList<string> Macs { get; init; } = [];

    /// <summary>See <see cref="StationPresence.Activity"/>.</summary>
    [JsonPropertyName("activity")]
    public string Activity { get; init; } = nameof(StationActivity.Unknown);

    /// <summary>See <see cref="StationPresence.BrokerRoundTrip"/>.</summary>
    [JsonPropertyName("ms")]
    public double? RoundTripMs { get; init; }

    /// <summary>See <see cref="StationPresence.NetworkCuts"/>.</summary>
    [JsonPropertyName("cuts")]
    public int Cuts { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SaidOfItself))]
internal sealed partial class PresenceJson : JsonSerializerContext;
