using System.Collections.Immutable;

namespace VdiBroker.Profiles;

/// <summary>A value that a source names.</summary>
/// <param name="Value">In the setting's one spelling.</param>
/// <param name="Source">Who names it.</param>
public sealed record NamedValue(string Value, ValueSource Source);

/// <summary>What holds for one setting, and why.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">What holds.</param>
/// <param name="Source">Why.</param>
/// <param name="Overruled">What the other sources say, the strongest first; the default is the last, where it is not what holds.</param>
public sealed record MergedValue(Setting Setting, string Value, ValueSource Source, ImmutableArray<NamedValue> Overruled);

/// <summary>Something that a source says and that did not count.</summary>
/// <param name="Name">The setting's name, as the source has it.</param>
/// <param name="Source">Who says it.</param>
/// <param name="Fault">Why it does not count, and what would.</param>
public sealed record SkippedValue(string Name, ValueSource Source, string Fault);

/// <summary>All settings of a person at a station.</summary>
/// <param name="Values">One for each setting of <see cref="SettingCatalogue.All"/>, in its order.</param>
/// <param name="Skipped">What did not count because it cannot be read, in the order of the sources.</param>
public sealed record MergedSettings(ImmutableArray<MergedValue> Values, ImmutableArray<SkippedValue> Skipped)
{
    /// <summary>The value of a setting.</summary>
    /// <exception cref="InvalidOperationException">There is no such setting.</exception>
    public string this[string setting] => Values.First(value => value.Setting.Name == setting).Value;

    /// <summary>The wanted desktop size.</summary>
    public ScreenSize Screen => ScreenSize.Parse(this["screen"]).GetValueOrDefault();
}
