using System.Globalization;
using System.Reflection;

namespace VdiBroker.Shim.Words;

/// <summary>
/// What the shim itself says to a person, in one language. Each language is one embedded file <c>words.TAG</c> of <c>key = sentence</c>
/// lines; a language is added by adding its file.
/// </summary>
internal sealed class Wording
{
    /// <summary>The language where nothing else is known.</summary>
    public const string Default = "fr";

    private const string Prefix = "words.";
    private const string Greeter = "greeter.";

    private readonly Dictionary<string, string> _sentences;

    private readonly string _place;

    private Wording(string language, Dictionary<string, string> sentences, string place = "")
    {
        Language = language;
        _sentences = sentences;
        _place = place;
    }

    /// <summary>IETF tag.</summary>
    public string Language { get; }

    /// <summary>All keys of this language.</summary>
    public IReadOnlyCollection<string> Keys => _sentences.Keys;

    /// <summary>Tags of the languages that the program carries.</summary>
    public static IEnumerable<string> Languages => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).Order(StringComparer.Ordinal);

    /// <summary>The words of <paramref name="language"/>, or null when the program does not carry it.</summary>
    public static Wording? Of(string language)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + language);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        var sentences = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && line[0] != '#') sentences.Add(line[..at].Trim(), line[(at + 1)..].Trim());
        }
        return new Wording(language, sentences);
    }

    /// <summary>The same for who sits at the greeter, where some keys of the terminal do nothing: <c>greeter.KEY</c> goes before <c>KEY</c>.</summary>
    public Wording AtTheGreeter => new(Language, _sentences, Greeter);

    /// <summary>The sentence called <paramref name="key"/> with its places {0}, {1}… filled in.</summary>
    public string this[string key, params object[] values] =>
        values.Length == 0 ? Of(key, _place) : string.Format(CultureInfo.InvariantCulture, Of(key, _place), values);

    private string Of(string key, string place) => place.Length > 0 && _sentences.TryGetValue(place + key, out var here) ? here : _sentences[key];
}
