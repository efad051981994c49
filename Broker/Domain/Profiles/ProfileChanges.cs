using System.Collections.Immutable;
using System.Globalization;

namespace VdiBroker.Profiles;

/// <summary>What a wish makes of a profile. One of the nested cases.</summary>
public abstract record ChangeDecision
{
    private ChangeDecision()
    {
    }

    /// <summary>A new state, and the line for the history.</summary>
    /// <param name="Next">With the next revision.</param>
    /// <param name="Changes">At least one, in the catalogue's order.</param>
    public sealed record Change(PersonalProfile Next, ImmutableArray<SettingChange> Changes) : ChangeDecision;

    /// <summary>All is as wished already.</summary>
    public sealed record Nothing : ChangeDecision;

    /// <summary>Nothing is changed.</summary>
    /// <param name="Faults">Every reason, with what to do.</param>
    public sealed record Refuse(ImmutableArray<string> Faults) : ChangeDecision;
}

/// <summary>Changes of a person's own choices, and their undoing.</summary>
public static class ProfileChanges
{
    /// <summary>Written for "no choice of my own any more": the next source counts again.</summary>
    public const string NoChoice = "-";

    /// <summary>Sets or drops choices; with one fault nothing is changed.</summary>
    /// <param name="profile">As it is.</param>
    /// <param name="wish">Name of a setting → text; <see cref="NoChoice"/> drops the choice. A setting that is not named stays.</param>
    public static ChangeDecision Decide(PersonalProfile profile, IEnumerable<KeyValuePair<string, string>> wish)
    {
        var (faults, wanted) = (ImmutableArray.CreateBuilder<string>(), new Dictionary<string, string?>(StringComparer.Ordinal));
        foreach (var (name, text) in wish)
        {
            if (Readable(name, text, out var value) is { } fault) faults.Add(fault);
            else if (!wanted.TryAdd(SettingCatalogue.Meant(name)!.Name, value)) faults.Add($"'{name}' is named twice");
        }
        return faults.Count > 0 ? new ChangeDecision.Refuse(faults.ToImmutable()) : Apply(profile, wanted);
    }

    /// <summary>Restores what stood before an entry of the history.</summary>
    /// <param name="profile">As it is.</param>
    /// <param name="number">The entry.</param>
    /// <param name="history">All entries that are kept.</param>
    /// <param name="force">Also over what was changed since.</param>
    public static ChangeDecision Undo(PersonalProfile profile, long number, ImmutableArray<HistoryEntry> history, bool force)
    {
        // After a broker of version 1 rewrote the profile the numbers began at 1 again: the newest of that number is meant.
        if (history.LastOrDefault(one => one.Number == number) is not { } entry)
            return new ChangeDecision.Refuse([history.IsEmpty
                ? "there is no history: nothing was ever changed"
                : string.Create(CultureInfo.InvariantCulture, $"there is no entry {number}; kept are {history[0].Number} to {history[^1].Number}")]);
        var later = history[(history.LastIndexOf(entry) + 1)..];
        var since = force ? [] : entry.Changes.Select(change => ChangedSince(change, Now(profile, change.Setting), number, later)).OfType<string>().ToImmutableArray();
        return since.IsEmpty ? Apply(profile, entry.Changes.ToDictionary(change => change.Setting, change => change.Old)) : new ChangeDecision.Refuse(since);
    }

    /// <summary>
    /// Decides the values of version 1: what rules and directory give now anyway was not chosen; the rest is the person's own. A choice made since
    /// then is newer and stays.
    /// </summary>
    /// <param name="profile">As it is.</param>
    /// <param name="given">What holds without the person's choices, wherever they sit.</param>
    /// <returns>The profile with nothing undecided, and what was taken as chosen; may be nothing.</returns>
    public static (PersonalProfile Next, ImmutableArray<SettingChange> Changes) Settle(PersonalProfile profile, MergedSettings given)
    {
        var chosen = (profile.Undecided ?? ImmutableDictionary<string, string>.Empty)
            .Select(was => KeyValuePair.Create(was.Key, SettingCatalogue.Named(was.Key)?.Read(was.Value) is SettingReading.Good(var value) ? value : was.Value))
            .Where(was => !profile.Choices.ContainsKey(was.Key) && given.Values.All(value => value.Setting.Name != was.Key || value.Value != was.Value))
            .ToDictionary(was => was.Key, was => (string?)was.Value);
        var decided = profile with { Undecided = null };
        return Apply(decided, chosen) is ChangeDecision.Change(var next, var changes) ? (next, changes) : (decided, []);
    }

    private static string? Readable(string name, string text, out string? value)
    {
        value = null;
        if (SettingCatalogue.Meant(name) is not { } setting) return UnknownSetting(name);
        if (setting.Kind == SettingKind.OfThePlace) return $"'{setting.Name}' is decided by the place and the city's rules: set it in 'places' or 'profiles' of the city file";
        if (text.Trim() is NoChoice) return null;
        switch (setting.Read(text))
        {
            case SettingReading.Good(var good):
                value = good;
                return null;
            case SettingReading.Bad(var fault):
                return $"{setting.Name}: {fault}";
        }
        return null;
    }

    /// <summary>The sentence for a name that is none.</summary>
    public static string UnknownSetting(string name)
    {
        var close = Kernel.Spelling.Nearest(name.Trim().ToLowerInvariant(), SettingCatalogue.All.Select(setting => setting.Name));
        return $"there is no setting '{name}'; {(close is null ? $"there are {string.Join(", ", SettingCatalogue.Personal.Select(setting => setting.Name))}" : $"did you mean '{close}'?")}";
    }

    private static ChangeDecision Apply(PersonalProfile profile, Dictionary<string, string?> wanted)
    {
        var changes = wanted.Where(one => Differs(profile, one.Key, one.Value)).OrderBy(one => Place(one.Key)).ThenBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => new SettingChange(one.Key, Before(profile, one.Key, one.Value), one.Value)).ToImmutableArray();
        if (changes.IsEmpty) return new ChangeDecision.Nothing();
        var choices = profile.Choices.RemoveRange(changes.Where(change => change.New is null).Select(change => change.Setting))
            .SetItems(changes.Where(change => change.New is not null).Select(change => KeyValuePair.Create(change.Setting, change.New!)));
        var undecided = profile.Undecided?.RemoveRange(changes.Select(change => change.Setting));
        return new ChangeDecision.Change(profile with { Revision = profile.Revision + 1, Choices = choices, Undecided = undecided is { IsEmpty: true } ? null : undecided }, changes);
    }

    // A wish about an undecided value decides it, so that is a change even where the value stays.
    private static bool Differs(PersonalProfile profile, string setting, string? wanted) =>
        profile.Choices.GetValueOrDefault(setting) != wanted || (profile.Undecided?.ContainsKey(setting) ?? false);

    private static string? Before(PersonalProfile profile, string setting, string? wanted) =>
        profile.Choices.GetValueOrDefault(setting) ?? (profile.Undecided?.GetValueOrDefault(setting) is { } was && was != wanted ? was : null);

    private static string? Now(PersonalProfile profile, string setting) => profile.Choices.GetValueOrDefault(setting);

    // Null = not changed since, or it stands where the undoing would bring it.
    private static string? ChangedSince(SettingChange change, string? now, long number, ImmutableArray<HistoryEntry> later)
    {
        var by = StandingAfter(change.Setting, later);
        if (now == change.Old || (now == change.New && by is null)) return null;
        var entry = by is null ? "" : string.Create(CultureInfo.InvariantCulture, $" by entry {by}");
        return $"{change.Setting} was changed again since{entry}: it is {now ?? "not chosen"} now, entry {number.ToString(CultureInfo.InvariantCulture)} made it {change.New ?? "not chosen"}; undo that first, or force";
    }

    // The newest change of the setting that was not itself undone. A value that somebody chose again is their choice, though it is the one of before.
    private static long? StandingAfter(string setting, ImmutableArray<HistoryEntry> later)
    {
        var standing = new Stack<(long Number, SettingChange Change)>();
        foreach (var entry in later)
        {
            if (entry.Changes.FirstOrDefault(one => one.Setting == setting) is not { } change) continue;
            if (entry.Author.Origin == ChangeOrigin.Undo && standing.TryPeek(out var last) && last.Change.Old == change.New && last.Change.New == change.Old) standing.Pop();
            else standing.Push((entry.Number, change));
        }
        return standing.TryPeek(out var newest) ? newest.Number : null;
    }

    private static int Place(string name) => SettingCatalogue.Named(name) is { } setting ? SettingCatalogue.All.IndexOf(setting) : int.MaxValue;
}
