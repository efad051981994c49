using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Sets or drops choices of a person.</summary>
internal sealed class ChangeProfile(ProfileStore profiles)
{
    /// <summary>Changes all that is wished, or nothing.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="wish">Name of a setting → text, <see cref="ProfileChanges.NoChoice"/> drops the choice.</param>
    /// <param name="author">Who wishes it; goes into the history.</param>
    /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer.</exception>
    public async Task<ChangeOutcome> RunAsync(PersonId person, IReadOnlyList<KeyValuePair<string, string>> wish, ChangeAuthor author) =>
        await profiles.ChangeAsync(person, await profiles.ReadAsync(person), author, profile => Task.FromResult(ProfileChanges.Decide(profile, wish)));
}
