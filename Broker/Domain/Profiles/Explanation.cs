using System.Globalization;

namespace VdiBroker.Profiles;

/// <summary>Who reads a sentence.</summary>
public enum Reader
{
    /// <summary>The person whose settings they are: "chosen by you".</summary>
    Person,

    /// <summary>Somebody else: "chosen by the person", with lines of the city file.</summary>
    Operator,
}

/// <summary>Says in words why a setting has its value, in French and English.</summary>
public static class Explanation
{
    /// <summary>One sentence without a full stop: <c>clavier : bépo, choisi par vous</c>.</summary>
    /// <param name="value">What holds.</param>
    /// <param name="language">IETF tag; French unless it starts with "en".</param>
    /// <param name="reader">Who reads it.</param>
    public static string Sentence(MergedValue value, string language, Reader reader)
    {
        var shown = ValueWords.Of(value.Setting, value.Value, language);
        return IsEnglish(language)
            ? $"{value.Setting.English}: {shown}, {English(value.Source, reader)}"
            : $"{value.Setting.French} : {shown}, {French(value.Source, reader)}";
    }

    /// <summary>What the strongest other source says: <c>instead of azerty (fr), from the directory</c>; null when nothing but the default says anything.</summary>
    public static string? Instead(MergedValue value, string language, Reader reader)
    {
        if (value.Overruled is not [{ Source: not ValueSource.Default } other, ..]) return null;
        var shown = ValueWords.Of(value.Setting, other.Value, language);
        return IsEnglish(language) ? $"instead of {shown}, {English(other.Source, reader)}" : $"au lieu de {shown}, {French(other.Source, reader)}";
    }

    /// <summary>Where a value comes from: <c>from room 12</c>.</summary>
    public static string Origin(ValueSource source, string language, Reader reader) => IsEnglish(language) ? English(source, reader) : French(source, reader);

    private static bool IsEnglish(string language) => language.StartsWith("en", StringComparison.OrdinalIgnoreCase);

    private static string English(ValueSource source, Reader reader) => source switch
    {
        ValueSource.Person => reader == Reader.Person ? "from you" : "chosen by the person",
        ValueSource.FromDirectory => "from the directory",
        ValueSource.Group(var name, var line) => $"from the group {name}{Line(line, "line", reader)}",
        ValueSource.Place place => $"from {place.English}",
        ValueSource.Tenant(var line) => $"for everybody of the tenant{Line(line, "line", reader)}",
        _ => "by default",
    };

    private static string French(ValueSource source, Reader reader) => source switch
    {
        ValueSource.Person => reader == Reader.Person ? "choisi par vous" : "choisi par la personne",
        ValueSource.FromDirectory => "d'après l'annuaire",
        ValueSource.Group(var name, var line) => $"d'après le groupe {name}{Line(line, "ligne", reader)}",
        ValueSource.Place place => $"d'après le lieu « {place.French} »",
        ValueSource.Tenant(var line) => $"pour tous les agents de la collectivité{Line(line, "ligne", reader)}",
        _ => "par défaut",
    };

    private static string Line(int line, string word, Reader reader) => reader == Reader.Operator ? string.Create(CultureInfo.InvariantCulture, $" ({word} {line})") : "";
}
