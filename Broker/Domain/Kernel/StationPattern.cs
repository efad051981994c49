using System.Text.RegularExpressions;

namespace VdiBroker.Kernel;

/// <summary>A station's name, or many names by one <c>*</c> that stands for any letters: <c>st-12-*</c>.</summary>
public sealed partial record StationPattern
{
    private readonly string _start;
    private readonly string? _end;

    private StationPattern(string start, string? end) => (_start, _end) = (start, end);

    /// <summary>Reads a name or a pattern; null when it is neither: lower-case letters, digits, hyphens and at most one <c>*</c>, 1 to 63.</summary>
    public static StationPattern? Parse(string text)
    {
        if (!Pattern().IsMatch(text)) return null;
        return text.Split('*') is [var start, var end] ? new StationPattern(start, end) : new StationPattern(text, null);
    }

    /// <summary>True when it is the name of this station.</summary>
    public bool Fits(StationId station) => _end is null
        ? station.Value == _start
        : station.Value.Length >= _start.Length + _end.Length && station.Value.StartsWith(_start, StringComparison.Ordinal) && station.Value.EndsWith(_end, StringComparison.Ordinal);

    /// <summary>True when a station could be meant by both.</summary>
    public bool Meets(StationPattern other)
    {
        if (_end is null) return other.Fits(new StationId(_start));
        if (other._end is null) return other.Meets(this);
        // The longer start followed by the longer end is a name that fits both, if one start and one end hold the other.
        return (_start.StartsWith(other._start, StringComparison.Ordinal) || other._start.StartsWith(_start, StringComparison.Ordinal))
            && (_end.EndsWith(other._end, StringComparison.Ordinal) || other._end.EndsWith(_end, StringComparison.Ordinal));
    }

    /// <summary>The more it says, the greater: a whole name above every pattern, then by the letters of the pattern.</summary>
    public int Precision => _end is null ? int.MaxValue : _start.Length + _end.Length;

    /// <inheritdoc/>
    public override string ToString() => _end is null ? _start : $"{_start}*{_end}";

    [GeneratedRegex(@"\A(?=.{1,63}\z)[a-z0-9-]*\*?[a-z0-9-]*\z")]
    private static partial Regex Pattern();
}
