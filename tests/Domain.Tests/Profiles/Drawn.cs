using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using VdiBroker.Profiles;

namespace VdiBroker.Domain.Tests.Profiles;

/// <summary>People, rules and places to draw from; some of what they say is nonsense, as in life.</summary>
internal static class Drawn
{
    public static readonly TenantId Drancy = new("drancy");
    public static readonly TenantId Dugny = new("dugny");
    private static readonly string[] GroupChoice = ["agents", "Agents", "elus", "accueil"];

    public static readonly Gen<DirectoryPerson> People = Gen.Select(Pick.From(Drancy, Dugny), Gen.Shuffle(GroupChoice, 0, 3), (tenant, groups) => Person(tenant, [.. groups]));

    /// <summary>A text for each of some settings: good ones, bad ones, and names that are none.</summary>
    public static readonly Gen<ImmutableDictionary<string, string>> Texts = Gen.Select(
        Pick.From("keyboard", "language", "screen", "text_size", "contrast", "volume", "printers", "clipboard", "usb", "colour"),
        Gen.OneOf(Pick.From("us", "bépo", "en", "FR", "1280x1024", "1,5", "high", "30", "lp1; lp2", "in", "on", "-", "", "big", "\u0000"), Gen.String[0, 5]))
        .List[0, 6].Select(pairs => pairs.DistinctBy(pair => pair.Item1).ToImmutableDictionary(pair => pair.Item1, pair => pair.Item2));

    public static readonly Gen<ProfileRule> Rules = Gen.Select(Gen.Int[1, 99], Pick.From(Drancy, Dugny), Pick.From<string?>(null, "agents", "ELUS", "accueil"), Texts,
        (line, tenant, group, texts) => new ProfileRule(line, tenant, group, texts));

    public static readonly Gen<Place?> Places = Gen.Select(Gen.Bool, Texts, (there, texts) => there ? new Place("salle-12", "Salle 12", "room 12", null, [], texts) : null);

    public static readonly Gen<SettingSources> Sources = Gen.Select(People, Texts, Texts, Rules.Array[0, 6], Places,
        (person, own, directory, rules, place) => new SettingSources(person, own, directory, [.. rules], place));

    public static DirectoryPerson Person(TenantId tenant, ImmutableArray<string> groups) =>
        new(PersonId.Of(tenant, "amelie.durand"), tenant, "amelie.durand", "Amélie Durand", groups);

    public static ImmutableDictionary<string, string> Of(params (string Name, string Text)[] texts) => texts.ToImmutableDictionary(text => text.Name, text => text.Text);

    public static ProfileRule Rule(int line, string? group, params (string Name, string Text)[] texts) => new(line, Drancy, group, Of(texts));

    /// <summary>The value in its one spelling; null when it cannot be read.</summary>
    public static string? Good(this ImmutableDictionary<string, string> texts, Setting setting) =>
        texts.TryGetValue(setting.Name, out var text) && setting.Read(text) is SettingReading.Good(var value) ? value : null;
}
