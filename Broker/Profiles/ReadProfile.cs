using System.Collections.Immutable;
using VdiBroker.Directory;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Whose settings are wanted, and where they sit.</summary>
/// <param name="Person">As the directory describes them now.</param>
/// <param name="FromDirectory">Attributes of their entry: name of a setting → text.</param>
/// <param name="Station">Null = at no station.</param>
internal sealed record ProfileWanted(DirectoryPerson Person, ImmutableDictionary<string, string> FromDirectory, StationId? Station);

/// <summary>Merges a person's settings at a sign-in: one read of the store; a write only to take over a profile of version 1.</summary>
internal sealed class ReadProfile(ProfileStore profiles, ProfileRulebook rules, ILogger<ReadProfile> logger)
{
    /// <summary>Begins to read what a person chose, before it is known who they are in full.</summary>
    public Task<ProfileRow> ReadAsync(PersonId person) => profiles.ReadAsync(person);

    /// <summary>The settings, each with its reason.</summary>
    /// <param name="wanted">Whose, where.</param>
    /// <param name="reading">By <see cref="ReadAsync"/>.</param>
    /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer.</exception>
    public async Task<MergedSettings> RunAsync(ProfileWanted wanted, Task<ProfileRow> reading)
    {
        var person = wanted.Person.Id;
        var row = await reading;
        if (row.Profile is null) ProfilesLog.Unreadable(logger, person);
        var profile = row.Profile is { Undecided: not null } first ? await SettleAsync(wanted, row, first) : row.Profile;
        var merged = ProfileMerge.Merge(rules.SourcesOf(wanted, profile?.Choices));
        foreach (var source in merged.Skipped.GroupBy(skipped => skipped.Source))
            ProfilesLog.Skipped(logger, person, Explanation.Origin(source.Key, "en", Reader.Operator), string.Join(", ", source.Select(skipped => SettingCatalogue.Named(skipped.Name)?.Name ?? "an unknown setting")));
        return merged;
    }

    private async Task<PersonalProfile> SettleAsync(ProfileWanted wanted, ProfileRow row, PersonalProfile profile)
    {
        // Without the place: what was once stored was the same wherever the person sat.
        var (next, changes) = ProfileChanges.Settle(profile, ProfileMerge.Merge(rules.SourcesOf(wanted with { Station = null }, own: null)));
        await profiles.SettleAsync(wanted.Person.Id, row, next, changes);
        ProfilesLog.TakenOver(logger, wanted.Person.Id, changes.Length);
        return next;
    }
}
