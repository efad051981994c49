using System.Collections.Immutable;
using VdiBroker.Kernel;

namespace VdiBroker.Directory;

/// <summary>One line of <c>profiles</c> in the city file. A null setting: this rule says nothing about it.</summary>
/// <param name="Tenant">Whose people it is for.</param>
/// <param name="Group">Name of the group that it is for; null = everybody of the tenant.</param>
/// <param name="Keyboard">X11 name.</param>
/// <param name="Language">IETF tag.</param>
/// <param name="Screen">Desktop size; <see cref="ScreenSize.Full"/> says "the whole screen", null says nothing.</param>
public sealed record ProfileRule(TenantId Tenant, string? Group, string? Keyboard, string? Language, ScreenSize? Screen)
{
    /// <summary>True when the rule is for this person.</summary>
    public bool IsFor(DirectoryPerson person) => person.Tenant == Tenant && (Group is null || person.IsIn(Group));
}

/// <summary>The settings that rules decide.</summary>
public enum ProfileSetting
{
    /// <summary>Keyboard layout.</summary>
    Keyboard,

    /// <summary>Language.</summary>
    Language,

    /// <summary>Desktop size.</summary>
    Screen,
}

/// <summary>Why a setting has its value.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Value">Its value, as the city file spells it.</param>
/// <param name="Rule">Place of the deciding rule in the city file's list, from 0; null = no rule named it, the default holds.</param>
public sealed record SettingReason(ProfileSetting Setting, string Value, int? Rule);

/// <summary>A new profile and where each of its settings comes from.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Reasons">One for each <see cref="ProfileSetting"/>, in its order.</param>
public sealed record ProfileMade(Profile Profile, ImmutableArray<SettingReason> Reasons);

/// <summary>Makes a person's first profile from the city's rules.</summary>
public static class ProfileRules
{
    /// <summary>Keyboard where no rule names one.</summary>
    public const string DefaultKeyboard = "fr";

    /// <summary>Language where no rule names one.</summary>
    public const string DefaultLanguage = "fr";

    /// <summary>For each setting the first rule that is for this person and names it wins.</summary>
    /// <param name="person">Whose profile.</param>
    /// <param name="pools">What the person is entitled to, the preferred one first.</param>
    /// <param name="rules">All rules of the city, in the file's order.</param>
    public static ProfileMade Make(DirectoryPerson person, ImmutableArray<PoolId> pools, IReadOnlyList<ProfileRule> rules)
    {
        var (keyboard, keyboardRule) = First(person, rules, rule => rule.Keyboard, DefaultKeyboard);
        var (language, languageRule) = First(person, rules, rule => rule.Language, DefaultLanguage);
        var (screen, screenRule) = First<ScreenSize?>(person, rules, rule => rule.Screen, ScreenSize.Full);
        return new ProfileMade(
            new Profile(person.Id, person.Tenant, pools, keyboard, language, screen.GetValueOrDefault(), LastHost: null),
            [
                new SettingReason(ProfileSetting.Keyboard, keyboard, keyboardRule),
                new SettingReason(ProfileSetting.Language, language, languageRule),
                new SettingReason(ProfileSetting.Screen, screen.GetValueOrDefault().ToString(), screenRule),
            ]);
    }

    private static (T Value, int? Rule) First<T>(DirectoryPerson person, IReadOnlyList<ProfileRule> rules, Func<ProfileRule, T?> names, T otherwise)
    {
        for (var i = 0; i < rules.Count; i++)
            if (rules[i].IsFor(person) && names(rules[i]) is { } value) return (value, i);
        return (otherwise, null);
    }
}
