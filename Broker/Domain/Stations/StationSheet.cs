using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Stations;

/// <summary>
/// What a station says of itself before anybody knows it. All of it may be a lie and may be written to do harm where it is shown, so what is not plain is not taken in: no control character, no sign that turns the
/// direction of writing, no letter that looks like another.
/// </summary>
/// <param name="Name">The name that it would like; empty = none.</param>
/// <param name="Model">Of its hardware; empty = not said.</param>
/// <param name="Cards">Of its network cards.</param>
public sealed record StationSheet(string Name, string Model, ImmutableArray<MacAddress> Cards)
{
    /// <summary>Characters of a model's name.</summary>
    public const int LongestModel = 64;

    /// <summary>Network cards of one station.</summary>
    public const int MostCards = 8;

    private const int LongestName = 63;

    /// <summary>Reads one.</summary>
    /// <param name="name">Lower-case letters, digits and inner hyphens, at most 63; may be empty.</param>
    /// <param name="model">Printable ASCII, at most 64 characters; may be empty.</param>
    /// <param name="cards">Six bytes each, as <c>aa:bb:cc:dd:ee:ff</c>, at most 8, none twice.</param>
    /// <param name="fault">What is wrong, without what was sent; null = nothing.</param>
    /// <returns>Null: something is wrong.</returns>
    public static StationSheet? Read(string name, string model, IReadOnlyCollection<string> cards, out string? fault)
    {
        fault = FaultOf(name, model, cards);
        if (fault is not null) return null;
        var read = cards.Select(MacAddress.Parse).ToList();
        if (read.Contains(null)) fault = "a MAC address must be six bytes of one card: aa:bb:cc:dd:ee:ff";
        else if (read.Distinct().Count() < read.Count) fault = "a MAC address is there twice";
        return fault is null ? new StationSheet(name, model.Trim(), [.. read.Select(card => card!)]) : null;
    }

    private static string? FaultOf(string name, string model, IReadOnlyCollection<string> cards)
    {
        if (name.Length > 0 && !IsName(name)) return $"name must be lower-case letters, digits and inner hyphens, at most {LongestName}";
        if (model.Length > LongestModel || !model.All(IsPlain)) return $"model must be at most {LongestModel} printable ASCII characters";
        return cards.Count > MostCards ? $"at most {MostCards} MAC addresses" : null;
    }

    private static bool IsName(string text) => text.Length <= LongestName && text[0] != '-' && text[^1] != '-' && text.All(one => one is '-' or (>= 'a' and <= 'z') or (>= '0' and <= '9'));

    private static bool IsPlain(char one) => one is >= ' ' and <= '~';
}
