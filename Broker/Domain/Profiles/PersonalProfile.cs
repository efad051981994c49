using System.Collections.Immutable;

namespace VdiBroker.Profiles;

/// <summary>What is kept of a person: their own choices. All else follows from the city file and the directory at each sign-in.</summary>
/// <param name="Revision">Number of the newest entry of the history; 0 = none yet.</param>
/// <param name="Choices">Name of a setting → value. May hold settings that only a newer broker knows: they are kept.</param>
/// <param name="Undecided">
/// Values of version 1, in which one could not see what the person had chosen and what a rule had given. They count for nothing; the next sign-in
/// decides, since it knows the person's groups. Null = decided.
/// </param>
public sealed record PersonalProfile(long Revision, ImmutableDictionary<string, string> Choices, ImmutableDictionary<string, string>? Undecided)
{
    /// <summary>Of a person who has chosen nothing.</summary>
    public static readonly PersonalProfile Empty = new(0, ImmutableDictionary<string, string>.Empty, null);
}

/// <summary>One setting's step.</summary>
/// <param name="Setting">Name of the setting.</param>
/// <param name="Old">The choice before; null = none.</param>
/// <param name="New">The choice after; null = none.</param>
public sealed record SettingChange(string Setting, string? Old, string? New);

/// <summary>What kind of act changed a profile.</summary>
public enum ChangeOrigin
{
    /// <summary>The person, at a station.</summary>
    Person,

    /// <summary>Somebody who runs the city.</summary>
    Admin,

    /// <summary>A file.</summary>
    Import,

    /// <summary>The undoing of an entry.</summary>
    Undo,

    /// <summary>The step from version 1.</summary>
    Conversion,
}

/// <summary>Who changed a profile.</summary>
/// <param name="Origin">The kind of act.</param>
/// <param name="Name">Login, account on the broker's machine, name of a file; may be empty.</param>
public sealed record ChangeAuthor(ChangeOrigin Origin, string Name);

/// <summary>A line of a person's history.</summary>
/// <param name="Number">1, 2, 3 … for each person.</param>
/// <param name="When">The store's clock.</param>
/// <param name="Author">Who.</param>
/// <param name="Changes">At least one; each setting once.</param>
public sealed record HistoryEntry(long Number, DateTimeOffset When, ChangeAuthor Author, ImmutableArray<SettingChange> Changes);
