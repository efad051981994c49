using System.Globalization;

namespace VdiBroker.Kernel;

/// <summary>A length of time as people write it: a whole number and its unit, <c>30s</c>, <c>15m</c>, <c>2h</c>.</summary>
public static class WrittenTime
{
    private const int MostDigits = 6;

    /// <summary>Reads one, of up to six digits.</summary>
    /// <returns>Null: it is none.</returns>
    public static TimeSpan? Read(string text) =>
        text is [.., var unit and ('s' or 'm' or 'h')] && text.Length <= MostDigits + 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? TimeSpan.FromSeconds((long)number * unit switch { 'h' => 3600, 'm' => 60, _ => 1 })
            : null;

    /// <summary>Writes one, in the largest unit that it is a whole number of.</summary>
    public static string Of(TimeSpan time)
    {
        var seconds = (long)time.TotalSeconds;
        var (number, unit) = seconds % 3600 == 0 ? (seconds / 3600, "h") : seconds % 60 == 0 ? (seconds / 60, "m") : (seconds, "s");
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }
}
