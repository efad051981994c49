using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Profiles;
using Xunit;

namespace VdiBroker.Domain.Tests.Profiles;

public sealed class ProfileMergeTests
{
    private static readonly Place Room12 = new("salle-12", "Salle 12", "room 12", null, [], Drawn.Of(("printers", "lp12"), ("keyboard", "be"), ("usb", "on")));

    [Fact]
    public void Without_any_source_the_defaults_hold()
    {
        var merged = ProfileMerge.Merge(new SettingSources(Drawn.Person(Drawn.Drancy, []), Drawn.Of(), Drawn.Of(), [], null));
        Assert.Equal(["fr", "fr", "full", "1", "normal", "50", "none", "both", "lock after 15m, warn 30s", "all", "off"], merged.Values.Select(value => value.Value));
        Assert.All(merged.Values, value => Assert.IsType<ValueSource.Default>(value.Source));
        Assert.Equal(ScreenSize.Full, merged.Screen);
    }

    [Fact]
    public void Each_source_comes_before_the_next()
    {
        var sources = new SettingSources(Drawn.Person(Drawn.Drancy, ["agents"]), Drawn.Of(("keyboard", "us")), Drawn.Of(("keyboard", "de")),
            [Drawn.Rule(4, "agents", ("keyboard", "ch")), Drawn.Rule(5, null, ("keyboard", "es"))], Room12);
        Assert.Equal(["us", "de", "ch", "be", "es", "fr"], All(sources, "keyboard"));
        var tenantFirst = sources with { Rules = [Drawn.Rule(5, null, ("keyboard", "es")), Drawn.Rule(6, "agents", ("keyboard", "ch"))] };
        Assert.Equal(["us", "de", "be", "es", "ch", "fr"], All(tenantFirst, "keyboard"));
    }

    [Fact]
    public void The_person_and_the_directory_have_no_say_in_what_the_place_decides()
    {
        var sources = new SettingSources(Drawn.Person(Drawn.Drancy, []), Drawn.Of(("usb", "on")), Drawn.Of(("printers", "mine")), [Drawn.Rule(3, null, ("printers", "lp1"), ("usb", "off"))], Room12);
        var merged = ProfileMerge.Merge(sources);
        Assert.Equal(("lp12", "on"), (merged["printers"], merged["usb"]));
        Assert.Equal(["printers", "usb"], merged.Skipped.Select(skipped => skipped.Name));
        Assert.Equal("off", ProfileMerge.Merge(sources with { Place = null })["usb"]);
    }

    [Fact]
    public void What_cannot_be_read_is_skipped_and_told_and_the_next_source_counts()
    {
        var merged = ProfileMerge.Merge(new SettingSources(Drawn.Person(Drawn.Drancy, []), Drawn.Of(("volume", "loud"), ("colour", "red")), Drawn.Of(("volume", "101")), [], Room12 with { Settings = Drawn.Of(("volume", "20")) }));
        Assert.Equal("20", merged["volume"]);
        Assert.Equal(
            [("volume", "'loud' must be a whole number from 0 to 100"), ("volume", "'101' must be a whole number from 0 to 100"), ("colour", "there is no setting 'colour'")],
            merged.Skipped.Select(skipped => (skipped.Name, skipped.Fault)));
    }

    [Fact]
    public void The_first_rule_that_names_a_setting_wins_for_that_setting_alone()
    {
        ProfileRule[] rules =
        [
            new(1, Drawn.Dugny, null, Drawn.Of(("keyboard", "be"), ("language", "en"))),
            Drawn.Rule(2, "elus", ("keyboard", "us")),
            Drawn.Rule(3, "agents", ("screen", "full")),
            Drawn.Rule(4, null, ("keyboard", "fr(bepo)"), ("language", "en"), ("screen", "1280x1024")),
        ];
        var merged = ProfileMerge.Merge(new SettingSources(Drawn.Person(Drawn.Drancy, ["Agents"]), Drawn.Of(), Drawn.Of(), [.. rules], null));
        Assert.Equal(("fr(bepo)", "en", ScreenSize.Full), (merged["keyboard"], merged["language"], merged.Screen));
        Assert.Equal([new ValueSource.Tenant(4), new ValueSource.Tenant(4), new ValueSource.Group("agents", 3)], merged.Values.Take(3).Select(value => value.Source));
    }

    [Fact]
    public void A_persons_own_value_always_wins_for_a_personal_setting() => Drawn.Sources.Sample(sources =>
    {
        foreach (var value in ProfileMerge.Merge(sources).Values.Where(value => value.Setting.Kind == SettingKind.Personal && sources.Own.Good(value.Setting) is not null))
            Assert.Equal((sources.Own.Good(value.Setting), new ValueSource.Person()), (value.Value, value.Source));
    });

    [Fact]
    public void For_each_setting_the_first_matching_rule_counts_and_no_other() => Drawn.Sources.Sample(sources =>
    {
        foreach (var value in ProfileMerge.Merge(sources).Values.Where(value => value.Source is ValueSource.Group or ValueSource.Tenant))
        {
            var rule = sources.Rules.First(rule => rule.IsFor(sources.Person) && rule.Settings.Good(value.Setting) is not null);
            Assert.Equal(rule.Settings.Good(value.Setting), value.Value);
            Assert.Equal(rule.Group is null ? new ValueSource.Tenant(rule.Line) : new ValueSource.Group(rule.Group, rule.Line), value.Source);
        }
    });

    [Fact]
    public void A_weaker_source_changes_nothing_that_a_stronger_one_decides() => Gen.Select(Drawn.Sources, Drawn.Texts).Sample((sources, texts) =>
    {
        var before = ProfileMerge.Merge(sources);
        // A rule for everybody at the end of the file is the weakest there is.
        var after = ProfileMerge.Merge(sources with { Rules = sources.Rules.Add(new ProfileRule(999, sources.Person.Tenant, null, texts)) });
        foreach (var (was, now) in before.Values.Zip(after.Values))
            Assert.True(now == was || now.Source == was.Source || was.Source is ValueSource.Default, $"{was} became {now}");
        var elsewhere = ProfileMerge.Merge(sources with { Place = null });
        foreach (var (with, without) in before.Values.Zip(elsewhere.Values).Where(pair => pair.First.Setting.Kind == SettingKind.Personal && pair.First.Source is ValueSource.Person or ValueSource.FromDirectory or ValueSource.Group))
            Assert.Equal((with.Value, with.Source), (without.Value, without.Source));
    });

    [Fact]
    public void Rules_of_others_change_nothing_wherever_they_stand() => Drawn.Sources.Sample(sources =>
    {
        var own = sources.Rules.Where(rule => rule.IsFor(sources.Person)).ToArray();
        var others = sources.Rules.Except(own);
        Assert.Equal(Told(ProfileMerge.Merge(sources)), Told(ProfileMerge.Merge(sources with { Rules = [.. others, .. own] })));
    });

    [Fact]
    public void Rules_that_name_different_settings_may_stand_in_any_order() =>
        Gen.Select(Drawn.Sources, Drawn.Texts, Gen.Int).Sample((sources, texts, draw) =>
        {
            var apart = texts.Select((text, index) => new ProfileRule(index, sources.Person.Tenant, null, Drawn.Of((text.Key, text.Value)))).ToArray();
            var shuffled = apart.OrderBy(rule => HashCode.Combine(draw, rule.Line));
            Assert.Equal(Told(ProfileMerge.Merge(sources with { Rules = [.. apart] })).Where(told => !told.StartsWith('!')), Told(ProfileMerge.Merge(sources with { Rules = [.. shuffled] })).Where(told => !told.StartsWith('!')));
        });

    [Fact]
    public void Every_value_is_good_named_once_and_explained_in_both_languages() => Drawn.Sources.Sample(sources =>
    {
        var merged = ProfileMerge.Merge(sources);
        Assert.Equal(SettingCatalogue.All, merged.Values.Select(value => value.Setting));
        foreach (var value in merged.Values)
        {
            Assert.Equal(new SettingReading.Good(value.Value), value.Setting.Read(value.Value));
            Assert.StartsWith(value.Setting.English + ": ", Explanation.Sentence(value, "en", Reader.Person), StringComparison.Ordinal);
            Assert.StartsWith(value.Setting.French + " : ", Explanation.Sentence(value, "fr", Reader.Operator), StringComparison.Ordinal);
            Assert.True(value.Source is ValueSource.Default == value.Overruled.IsEmpty);
        }
    });

    [Fact]
    public void Merging_again_with_what_holds_as_the_persons_choices_changes_no_value() => Drawn.Sources.Sample(sources =>
    {
        var merged = ProfileMerge.Merge(sources);
        var again = ProfileMerge.Merge(sources with { Own = merged.Values.Where(value => value.Setting.Kind == SettingKind.Personal).ToImmutableDictionary(value => value.Setting.Name, value => value.Value) });
        Assert.Equal(merged.Values.Select(value => value.Value), again.Values.Select(value => value.Value));
        Assert.Equal(Told(merged), Told(ProfileMerge.Merge(sources)));
    });

    private static string[] All(SettingSources sources, string setting)
    {
        var value = ProfileMerge.Merge(sources).Values.First(value => value.Setting.Name == setting);
        return [value.Value, .. value.Overruled.Select(other => other.Value)];
    }

    private static IEnumerable<string> Told(MergedSettings merged) =>
        merged.Values.Select(value => $"{value.Setting.Name} {value.Value} {value.Source} {string.Join('|', value.Overruled)}").Concat(merged.Skipped.Select(skipped => $"!{skipped}"));
}
