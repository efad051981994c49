using System.Collections.Immutable;
using VdiBroker.Directory;

namespace VdiBroker.Profiles;

/// <summary>Everything that has a say in a person's settings.</summary>
/// <param name="Person">Whose they are, with tenant and groups.</param>
/// <param name="Own">The person's own choices: name of a setting → text.</param>
/// <param name="FromDirectory">Attributes of the person's entry: name of a setting → text.</param>
/// <param name="Rules">The city's rules, in the file's order.</param>
/// <param name="Place">Where the person sits; null = nowhere that the city file names, or somewhere whose settings are not for this person.</param>
public sealed record SettingSources(
    DirectoryPerson Person,
    ImmutableDictionary<string, string> Own,
    ImmutableDictionary<string, string> FromDirectory,
    ImmutableArray<ProfileRule> Rules,
    Place? Place);

/// <summary>
/// The one rule by which settings come together. A personal setting: the person's own choice, else the directory's attribute, else a rule for a group, else the place, else
/// a rule for the tenant, else the default. A setting of the place: the place, else a rule, else the default. Among rules the first in the file that is for the person
/// and names the setting counts, and no other. What cannot be read is skipped, and told, and the next source counts.
/// </summary>
public static class ProfileMerge
{
    /// <summary>Merges. Never fails, whatever the sources hold.</summary>
    public static MergedSettings Merge(SettingSources sources)
    {
        var rules = sources.Rules.Where(rule => rule.IsFor(sources.Person)).ToImmutableArray();
        var skipped = ImmutableArray.CreateBuilder<SkippedValue>();
        var values = SettingCatalogue.All.Select(setting => Decide(setting, sources, rules, skipped)).ToImmutableArray();
        skipped.AddRange(Unknown(sources.Own, new ValueSource.Person()));
        skipped.AddRange(Unknown(sources.FromDirectory, new ValueSource.FromDirectory()));
        return new MergedSettings(values, skipped.ToImmutable());
    }

    private static MergedValue Decide(Setting setting, SettingSources sources, ImmutableArray<ProfileRule> rules, ImmutableArray<SkippedValue>.Builder skipped)
    {
        var own = Read(setting, sources.Own, new ValueSource.Person(), skipped);
        var directory = Read(setting, sources.FromDirectory, new ValueSource.FromDirectory(), skipped);
        var named = rules.Select(rule => Read(setting, rule.Settings, SourceOf(rule), skipped)).OfType<NamedValue>().ToList();
        var place = sources.Place is { } here ? Read(setting, here.Settings, new ValueSource.Place(here.Id, here.French, here.English), skipped) : null;
        var first = named.FirstOrDefault();
        var ofGroup = first?.Source is ValueSource.Group;
        NamedValue?[] order = setting.Kind == SettingKind.Personal
            ? [own, directory, ofGroup ? first : null, place, ofGroup ? null : first]
            : [place, first];
        List<NamedValue> all = [.. order.OfType<NamedValue>(), .. named.Skip(1), new NamedValue(setting.Default, new ValueSource.Default())];
        return new MergedValue(setting, all[0].Value, all[0].Source, [.. all[1..]]);
    }

    private static NamedValue? Read(Setting setting, ImmutableDictionary<string, string> texts, ValueSource source, ImmutableArray<SkippedValue>.Builder skipped)
    {
        if (!texts.TryGetValue(setting.Name, out var text)) return null;
        if (setting.Kind == SettingKind.OfThePlace && source is (ValueSource.Person or ValueSource.FromDirectory))
        {
            skipped.Add(new SkippedValue(setting.Name, source, $"'{setting.Name}' is decided by the place and the city's rules, not for one person"));
            return null;
        }
        switch (setting.Read(text))
        {
            case SettingReading.Good(var value):
                return new NamedValue(value, source);
            case SettingReading.Bad(var fault):
                skipped.Add(new SkippedValue(setting.Name, source, fault));
                break;
        }
        return null;
    }

    private static ValueSource SourceOf(ProfileRule rule) => rule.Group is { } group ? new ValueSource.Group(group, rule.Line) : new ValueSource.Tenant(rule.Line);

    // A newer broker may know more settings; a directory's configuration may name one that there is not.
    private static IEnumerable<SkippedValue> Unknown(ImmutableDictionary<string, string> texts, ValueSource source) =>
        texts.Keys.Where(name => SettingCatalogue.Named(name) is null).Order(StringComparer.Ordinal)
            .Select(name => new SkippedValue(name, source, $"there is no setting '{name}'"));
}
