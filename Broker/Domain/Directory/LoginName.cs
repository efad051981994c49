namespace VdiBroker.Directory;

/// <summary>A login name that may be asked of a directory: what the person typed, without the spaces around it.</summary>
public sealed record LoginName
{
    /// <summary>The longest name that is asked, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    private LoginName(string value) => Value = value;

    /// <summary>1 to <see cref="MaxLength"/> characters, letter case as typed (directories ignore it), no control character.</summary>
    public string Value { get; }

    /// <summary>Takes what a person typed.</summary>
    /// <param name="typed">Anything.</param>
    /// <returns>
    /// The name, or null when nothing is left after trimming, it is too long, or it holds a control character or half a surrogate pair
    /// (neither can be in a login name, and what a library makes of them is not to be relied on).
    /// </returns>
    public static LoginName? Parse(string? typed)
    {
        var name = typed?.Trim() ?? "";
        if (name.Length is 0 or > MaxLength) return null;
        foreach (var rune in name.EnumerateRunes())
        {
            // EnumerateRunes gives the replacement character for half a pair; a typed U+FFFD is refused with it.
            if (System.Text.Rune.IsControl(rune) || rune == System.Text.Rune.ReplacementChar) return null;
        }
        return new LoginName(name);
    }

    /// <summary>Nothing: names of people stay out of logs and messages.</summary>
    public override string ToString() => "(login name)";
}
