namespace VdiBroker.Directory;

/// <summary>A login name that may be asked of a directory: what the person typed, without the spaces around it.</summary>
public sealed record LoginName
{
    /// <summary>The longest name that is asked, in UTF-16 units.</summary>
    public const int MaxLength = 256;

    private LoginName(string value)
    {
        Value = value;
        (TenantWord, Bare) = TakeApart(value);
        Key = TextForms.Fold(Bare);
    }

    /// <summary>1 to <see cref="MaxLength"/> characters, letter case as typed (directories ignore it), no control character.</summary>
    public string Value { get; }

    /// <summary>The name without the word for a tenant: <c>amelie</c> of <c>amelie@drancy</c> and of <c>DRANCY\amelie</c>; else <see cref="Value"/>.</summary>
    public string Bare { get; }

    /// <summary>What stood before the first <c>\</c>, else after the last <c>@</c>; null without either. Whether it is a tenant's word, the configuration says.</summary>
    public string? TenantWord { get; }

    /// <summary><see cref="Bare"/> as <see cref="TextForms.Fold"/> has it: one key for every way of typing a name. Never empty.</summary>
    public string Key { get; }

    /// <summary>Takes what a person typed.</summary>
    /// <param name="typed">Anything.</param>
    /// <returns>
    /// The name, or null when nothing is left after trimming, it is too long, or it holds a control character, half a surrogate pair or
    /// a code point that is no character (none can be in a login name, and what a library makes of them is not to be relied on).
    /// </returns>
    public static LoginName? Parse(string? typed)
    {
        var name = typed?.Trim() ?? "";
        if (name.Length is 0 or > MaxLength) return null;
        foreach (var rune in name.EnumerateRunes())
        {
            // EnumerateRunes gives the replacement character for half a pair; a typed U+FFFD is refused with it.
            if (System.Text.Rune.IsControl(rune) || !TextForms.IsCharacter(rune)) return null;
        }
        var parsed = new LoginName(name);
        // Nothing but invisible characters: directories leave those out, so it would be an empty name.
        return parsed.Key.Length == 0 ? null : parsed;
    }

    /// <summary>Both Unicode forms of a name where they differ, else the name alone: a directory may hold either.</summary>
    public static IEnumerable<string> Forms(string name) => ((string[])[name, TextForms.Compose(name), TextForms.Decompose(name)]).Distinct(StringComparer.Ordinal);

    /// <summary>Nothing: names of people stay out of logs and messages.</summary>
    public override string ToString() => "(login name)";

    private static (string? Word, string Bare) TakeApart(string value)
    {
        var slash = value.IndexOf('\\', StringComparison.Ordinal);
        if (slash > 0 && value[(slash + 1)..].Trim() is { Length: > 0 } after) return (value[..slash].Trim(), after);
        var at = value.LastIndexOf('@');
        if (at > 0 && value[(at + 1)..].Trim() is { Length: > 0 } word && value[..at].Trim() is { Length: > 0 } before) return (word, before);
        return (null, value);
    }
}
