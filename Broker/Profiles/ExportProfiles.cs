using System.Runtime.CompilerServices;
using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Somebody who has a profile.</summary>
/// <param name="Person">Whose.</param>
/// <param name="Profile">Null when it is of a shape that this broker cannot read.</param>
internal sealed record ExportedPerson(PersonId Person, PersonalProfile? Profile)
{
    /// <summary>True when there is something to export: choices that this broker knows.</summary>
    public bool HasChoices => Profile is { } profile && SettingCatalogue.Personal.Any(setting => profile.Choices.ContainsKey(setting.Name));
}

/// <summary>Reads everybody's choices out of the store.</summary>
internal sealed class ExportProfiles(ProfileStore profiles)
{
    private const int Batch = 256;

    /// <summary>Everybody, each under the id that all spellings of their login have; one who changes meanwhile is exported as before or as after.</summary>
    /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer.</exception>
    public async IAsyncEnumerable<ExportedPerson> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var people in (await profiles.PeopleAsync(cancel)).Chunk(Batch))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var (person, row) in people.Zip(await profiles.ReadAsync(people))) yield return new ExportedPerson(PersonName.Kept(person), row.Profile);
        }
    }
}
