using System.Globalization;

namespace VdiBroker.City.Story;

/// <summary>What a figure should at most be, as the issue asks. A missed aim fails no line: a loaded machine is slow, not wrong.</summary>
/// <param name="Figure">Name of the figure, with its unit.</param>
/// <param name="AtMost">In the figure's unit.</param>
/// <param name="Value">What was measured.</param>
public sealed record Aim(string Figure, double AtMost, double Value)
{
    private static readonly (string Figure, double AtMost)[] All =
    [
        ("shim_resident_mib", 25), ("greeted_shim_resident_mib", 25), ("greeter_resident_mib", 110), ("agent_resident_mib", 30), ("shim_cold_start_to_signed_in_ms", 150),
        ("first_frame_more_new_ms", 150), ("first_frame_more_return_ms", 150),
        ("walk_on_ms", 3000),
        ("first_server_hangs_more_ms", 1000),
    ];

    /// <summary>True when the figure is no more than asked.</summary>
    public bool Met => Value <= AtMost;

    /// <summary>The aims of those figures that were measured.</summary>
    public static IReadOnlyList<Aim> Of(IReadOnlyDictionary<string, double> figures) =>
        [.. All.Where(aim => figures.ContainsKey(aim.Figure)).Select(aim => new Aim(aim.Figure, aim.AtMost, figures[aim.Figure]))];

    /// <summary>For a line's note: the aims of some figures, each with how it came out.</summary>
    public static string Note(IReadOnlyDictionary<string, double> figures, params string[] of) =>
        string.Join(", ", Of(figures).Where(aim => of.Contains(aim.Figure)));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Figure} {Value:0.#}, aim {AtMost:0.#}: {(Met ? "met" : "missed")}");
}
