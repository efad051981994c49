using VdiBroker.Kernel;

namespace VdiBroker.Profiles;

/// <summary>Undoes a line of a person's history: a new change that restores what stood before it.</summary>
internal sealed class UndoChange(ProfileStore profiles)
{
    /// <summary>Undoes; refused when what the entry set was changed again since, unless forced.</summary>
    /// <exception cref="Storage.StoreOutOfReachException">Redis did not answer.</exception>
    public async Task<ChangeOutcome> RunAsync(PersonId person, long entry, bool force, string by) =>
        await profiles.ChangeAsync(person, await profiles.ReadAsync(person), new ChangeAuthor(ChangeOrigin.Undo, by),
            async profile => ProfileChanges.Undo(profile, entry, await profiles.HistoryAsync(person), force));
}
