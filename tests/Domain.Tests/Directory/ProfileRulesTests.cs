using System.Collections.Immutable;
using CsCheck;
using VdiBroker.Directory;
using VdiBroker.Kernel;
using Xunit;

namespace VdiBroker.Domain.Tests.Directory;

public sealed class ProfileRulesTests
{
    private static readonly TenantId Drancy = new("drancy");
    private static readonly TenantId Dugny = new("dugny");
    private static readonly string[] GroupChoice = ["agents", "Agents", "elus", "accueil"];

    private static readonly Gen<ProfileRule> Rules = Gen.Select(
        Pick.From(Drancy, Dugny), Pick.From<string?>(null, "agents", "ELUS", "accueil"), Pick.From<string?>(null, "fr", "us", "fr(bepo)"),
        Pick.From<string?>(null, "fr", "en"), Pick.From<ScreenSize?>(null, ScreenSize.Full, new ScreenSize(1280, 1024)),
        (tenant, group, keyboard, language, screen) => new ProfileRule(tenant, group, keyboard, language, screen));

    private static readonly Gen<DirectoryPerson> People = Gen.Select(
        Pick.From(Drancy, Dugny), Gen.Shuffle(GroupChoice, 0, 3), (tenant, groups) => Person(tenant, [.. groups]));

    [Fact]
    public void Without_a_rule_the_defaults_hold()
    {
        var made = ProfileRules.Make(Person(Drancy, []), [new PoolId("bureau")], []);
        Assert.Equal(("fr", "fr", ScreenSize.Full), (made.Profile.Keyboard, made.Profile.Language, made.Profile.Screen));
        Assert.Equal([new PoolId("bureau")], made.Profile.Pools.ToArray());
        Assert.All(made.Reasons, reason => Assert.Null(reason.Rule));
    }

    [Fact]
    public void The_first_rule_that_names_a_setting_wins_for_that_setting_alone()
    {
        ProfileRule[] rules =
        [
            new(Dugny, null, "be", "en", null),
            new(Drancy, "elus", "us", null, null),
            new(Drancy, "agents", null, null, ScreenSize.Full),
            new(Drancy, null, "fr(bepo)", "en", new ScreenSize(1280, 1024)),
        ];
        var made = ProfileRules.Make(Person(Drancy, ["agents"]), [], rules);
        Assert.Equal(
            [
                new SettingReason(ProfileSetting.Keyboard, "fr(bepo)", 3),
                new SettingReason(ProfileSetting.Language, "en", 3),
                new SettingReason(ProfileSetting.Screen, "full", 2),
            ], made.Reasons.ToArray());
        Assert.Equal(ScreenSize.Full, made.Profile.Screen);
    }

    [Fact]
    public void Every_value_comes_from_the_first_matching_rule_that_names_it_or_is_the_default() =>
        Gen.Select(People, Rules.Array[0, 8]).Sample((person, rules) =>
        {
            var made = ProfileRules.Make(person, [], rules);
            Assert.Equal(Enum.GetValues<ProfileSetting>(), made.Reasons.Select(reason => reason.Setting));
            foreach (var reason in made.Reasons)
            {
                var expected = Array.FindIndex(rules, rule => rule.IsFor(person) && Named(rule, reason.Setting) is not null);
                Assert.Equal(expected < 0 ? null : expected, reason.Rule);
                Assert.Equal(expected < 0 ? Default(reason.Setting) : Named(rules[expected], reason.Setting), reason.Value);
            }
        });

    [Fact]
    public void Another_tenants_rules_change_nothing() =>
        Gen.Select(People, Rules.Array[0, 8]).Sample((person, rules) =>
        {
            var own = rules.Where(rule => rule.Tenant == person.Tenant).ToArray();
            var (all, alone) = (ProfileRules.Make(person, [], rules).Profile, ProfileRules.Make(person, [], own).Profile);
            Assert.Equal((alone.Keyboard, alone.Language, alone.Screen), (all.Keyboard, all.Language, all.Screen));
        });

    [Theory]
    [InlineData("full", 0, 0)]
    [InlineData("1280x1024", 1280, 1024)]
    public void A_screen_size_reads_back(string text, int width, int height)
    {
        Assert.Equal(new ScreenSize(width, height), ScreenSize.Parse(text));
        Assert.Equal(text, new ScreenSize(width, height).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("big")]
    [InlineData("0x0")]
    [InlineData("1280x")]
    [InlineData("-1280x1024")]
    [InlineData("1280x1024x3")]
    [InlineData("99999x1024")]
    public void What_is_no_screen_size_is_refused(string text) => Assert.Null(ScreenSize.Parse(text));

    private static string? Named(ProfileRule rule, ProfileSetting setting) => setting switch
    {
        ProfileSetting.Keyboard => rule.Keyboard,
        ProfileSetting.Language => rule.Language,
        _ => rule.Screen?.ToString(),
    };

    private static string Default(ProfileSetting setting) => setting == ProfileSetting.Screen ? "full" : "fr";

    private static DirectoryPerson Person(TenantId tenant, ImmutableArray<string> groups) =>
        new(PersonId.Of(tenant, "amelie.durand"), tenant, "amelie.durand", "Amélie Durand", groups);
}
