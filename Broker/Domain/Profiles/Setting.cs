namespace VdiBroker.Profiles;

/// <summary>Who decides a setting.</summary>
public enum SettingKind
{
    /// <summary>The person: their own choice, then the directory, a group's rule, the place, the tenant's rule, the default.</summary>
    Personal,

    /// <summary>The city: the place, then a rule for the group or the tenant, then the default. What the person or the directory says does not count.</summary>
    OfThePlace,
}

/// <summary>What a text says for a setting. One of the two nested cases.</summary>
public abstract record SettingReading
{
    private SettingReading()
    {
    }

    /// <summary>A value.</summary>
    /// <param name="Value">In the one spelling that is stored, compared and exported.</param>
    public sealed record Good(string Value) : SettingReading;

    /// <summary>No value.</summary>
    /// <param name="Fault">What is wrong and what would be right: <c>'big' must be …</c>.</param>
    public sealed record Bad(string Fault) : SettingReading;
}

/// <summary>Something that can be set for a person at a station.</summary>
/// <param name="Name">In the city file, in CSV, LDIF (with a hyphen for each underscore) and in the store: <c>text_size</c>.</param>
/// <param name="Kind">Who decides it.</param>
/// <param name="Default">Where nothing else names it.</param>
/// <param name="French">What French sentences call it.</param>
/// <param name="English">What English sentences call it.</param>
/// <param name="Reader">Reads a text without blanks around it.</param>
public sealed record Setting(string Name, SettingKind Kind, string Default, string French, string English, Func<string, SettingReading> Reader)
{
    private const int Longest = 1024;

    /// <summary>Reads any text.</summary>
    public SettingReading Read(string text) =>
        text.Length > Longest ? new SettingReading.Bad($"the value has more than {Longest} characters") : Reader(text.Trim());
}
